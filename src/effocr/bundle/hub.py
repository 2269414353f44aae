"""Bundles on the Hugging Face hub, downloaded by the package `huggingface_hub` where it is installed."""

from __future__ import annotations

import re
from pathlib import Path

from effocr.errors import BundleError, MissingExtraError

HUB = "hf:"
"""What the name of a bundle on the hub begins with."""

_PART = r"[\w-][\w.-]*"
_NAME = re.compile(rf"{HUB}(?P<repository>{_PART}/{_PART})(?:/(?P<folder>{_PART}(?:/{_PART})*))?/?")
WANTED = ("card.json", "*.onnx", "*.safetensors", "*.index", "*.txt")
UNUSED = ("line.onnx", "*/line.onnx")
"""The published net that finds lines: ours finds them without one."""


def downloaded(name: str) -> Path:
    """The folder on this machine that holds what `hf:OWNER/NAME[/FOLDER]` names; what is there is not loaded again.

    Raises `BundleError` where the hub has no such thing or is not reached, and `MissingExtraError`.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise BundleError(f"{name!r} names nothing on the hub.", hint="Write hf:OWNER/NAME or hf:OWNER/NAME/FOLDER.")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        hint = "Try: pip install huggingface_hub, or download the folder and give its path."
        raise MissingExtraError(f"{name} needs the package huggingface_hub.", hint=hint) from None
    repository, folder = found["repository"], found["folder"] or ""
    # The hub knows repositories only; a folder in one is a choice among its files.
    below = f"{folder}/" if folder else ""
    wanted = [below + pattern for pattern in WANTED]
    try:
        root = snapshot_download(repository, allow_patterns=wanted, ignore_patterns=list(UNUSED))
    except Exception as error:  # the package's errors, those of requests and of the disk share no base
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        hint = f"Look at https://huggingface.co/{repository}, or download the folder and give its path."
        raise BundleError(f"{name} cannot be downloaded: {reason}", hint=hint) from None
    path = Path(root) / folder
    if not path.is_dir():
        raise BundleError(f"{repository} on the hub has no folder {folder} with a model.", hint="Check the name.")
    return path
