"""Weights from files: state dicts as timm, Hugging Face and EffOCR keep them, and checkpoints of our runs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from effocr.data.writing import write_bytes
from effocr.errors import RecipeError

PREFIXES = ("module.", "net.", "model.", "features.")
"""What wrappers put before the names of a net's weights, outermost first."""
SHOWN = 3


def weights_in(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by name: `.safetensors`, or a pickle from which nothing but tensors is loaded.

    RecipeError for a file that is none of these.
    """
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load

            return load(path.read_bytes())
        content = torch.load(path, map_location="cpu", weights_only=True)
        for key in ("state_dict", "model"):
            content = content[key] if isinstance(content, dict) and isinstance(content.get(key), dict) else content
        found = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    except Exception as error:  # pickle, zip and safetensors each raise their own
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecipeError(f"{path}: no weights can be read from it: {reason}", hint="Give a state dict.") from error
    if not found:
        raise RecipeError(f"{path}: it holds no tensors.", hint="Give a state dict.")
    return found


def load_file(net: nn.Module, features: nn.Module, path: Path) -> None:
    """Weights of a file into `net`, into its `features`, or into the `model` in these, whichever the file is of.

    Weights of a head that the net does not have are passed over; those the file lacks are a RecipeError.
    """
    given = weights_in(path)
    inner = getattr(features, "model", None)
    for part in (net, features, *([inner] if isinstance(inner, nn.Module) else [])):
        wanted = part.state_dict()
        for names in _stripped(given):
            if _needed(wanted) <= names.keys():
                return _load(part, {name: names[name] for name in wanted if name in names}, path)
    wanted = features.state_dict()
    nearest = max(_stripped(given), key=lambda names: len(names.keys() & wanted.keys()))
    missing = sorted(_needed(wanted) - nearest.keys())
    raise RecipeError(
        f"{path}: its weights are of another net: of {len(wanted)} weights {len(missing)} are missing, "
        f"the first: {', '.join(missing[:SHOWN])}.",
        hint="Name the encoder that the file was made with: [encoder] name = '...'",
    )


def write_weights(net: nn.Module, path: Path) -> Path:
    """A state dict with names as EffOCR's own files have them, `net.` before each; there whole or not at all."""
    buffer = io.BytesIO()
    torch.save({f"net.{name}": value.cpu() for name, value in net.state_dict().items()}, buffer)
    return write_bytes(path, buffer.getvalue())


def _needed(wanted: Mapping[str, Tensor]) -> set[str]:
    """Names that a file has to bring: not those of the class vectors, which belong to one charset."""
    return {name for name in wanted if name != "classes" and not name.endswith("num_batches_tracked")}


def _stripped(given: Mapping[str, Tensor]) -> list[dict[str, Tensor]]:
    """The weights under their own names, then less each prefix that some of them share, one more at a time."""
    tried = [dict(given)]
    for prefix in PREFIXES:
        inner = {name.removeprefix(prefix): value for name, value in tried[-1].items() if name.startswith(prefix)}
        if inner:
            tried.append(inner)
    return tried


def _load(part: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    own = part.state_dict()
    fitting = {name: value for name, value in weights.items() if name != "classes" or value.shape == own[name].shape}
    try:
        part.load_state_dict(fitting, strict=False)
    except RuntimeError as error:
        raise RecipeError(
            f"{path}: its weights are of another net: {str(error).splitlines()[-1].strip()}",
            hint="Name the encoder and the size that the file was made with.",
        ) from error
