"""The one place that makes onnxruntime sessions."""

from __future__ import annotations

import os
from typing import Any

from effocr.errors import BundleError


def session(model: bytes | str | os.PathLike[str], *, name: str = "") -> Any:
    """An `onnxruntime.InferenceSession` that runs on its caller's thread alone; raises `BundleError` for a bad model.

    Parallel work comes from running it on several threads at once.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # inputs differ in width, so that a remembered plan never fits
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else os.fspath(model)
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions share no base of their own
        what = name or ("a model" if isinstance(source, bytes) else source)
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        hint = "Export the net again."
        raise BundleError(f"{what} is not an ONNX net that can run here: {reason}", hint=hint) from None
