"""The one place that makes onnxruntime sessions and runs them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from effocr.errors import BundleError, EffocrError, unknown_name

CPU = "cpu"
HINT = "Export the net again."
_SUFFIX = "ExecutionProvider"


def session(model: bytes | str | os.PathLike[str] | Any, *, name: str = "", providers: Sequence[str] = (CPU,)) -> Any:
    """An `onnxruntime.InferenceSession` that runs on its caller's thread alone; raises `BundleError` for a bad model.

    Parallel work comes from running it on several threads at once. `providers` names who computes, the best first (see
    `available_providers`); raises `UnknownNameError` for one that is not there. A session is given back as it is.
    """
    import onnxruntime

    if isinstance(model, onnxruntime.InferenceSession):
        return model
    chosen = _chosen(providers)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # inputs differ in width, so that a remembered plan never fits
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else os.fspath(model)
    try:
        made = onnxruntime.InferenceSession(source, options, providers=chosen)
    except Exception as error:  # onnxruntime's exceptions share no base of their own
        what = name or ("a model" if isinstance(source, bytes) else source)
        raise BundleError(f"{what} is not an ONNX net that can run here: {_reason(error)}", hint=HINT) from None
    _refuse_others(chosen[0], made.get_providers())
    return made


def answers(
    session: Any, given: dict[str, Any], wanted: Sequence[str] | None, *, complaint: str, hint: str = HINT
) -> list[Any]:
    """The outputs `wanted` of a session, by default all.

    Raises `BundleError`, which says the `complaint` and the first line of the reason.
    """
    try:
        found: list[Any] = session.run(wanted, given)
    except Exception as error:  # onnxruntime's exceptions share no base of their own
        raise BundleError(f"{complaint}: {_reason(error)}", hint=hint) from None
    return found


def available_providers() -> list[str]:
    """Names of the providers of the installed onnxruntime: `cpu`, and `cuda`, `tensorrt`, `coreml`, ... where built."""
    import onnxruntime

    return [_short(name) for name in onnxruntime.get_available_providers()]


def _chosen(providers: Sequence[str]) -> list[str]:
    """The names that onnxruntime knows; what the last of them cannot compute is left to the processor."""
    import onnxruntime

    known = {_short(name): name for name in onnxruntime.get_available_providers()}
    for provider in providers:
        if provider not in known:
            hint = "Others come with other builds: for cuda, pip install onnxruntime-gpu in place of onnxruntime."
            raise unknown_name("provider", provider, known, otherwise=hint)
    return [known[provider] for provider in dict.fromkeys((*providers, CPU))]


def _refuse_others(wanted: str, used: Sequence[str]) -> None:
    """onnxruntime falls back in silence where a provider's libraries do not load."""
    if wanted not in used:
        raise EffocrError(
            f"the provider {_short(wanted)} does not start here; onnxruntime would use {', '.join(map(_short, used))}.",
            hint="Check its driver and libraries, or leave --provider out.",
        )


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _short(name: str) -> str:
    return name.removesuffix(_SUFFIX).lower()
