"""One place that makes torchvision loadable beside a torch that was built without its operators."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def declare_operators() -> None:
    """Declare the two operators that torchvision looks for, where its own compiled library does not bring them.

    Beside a CPU build of torch that library may not load; torchvision's Python part, which is all that timm and
    torchmetrics need, then fails at its import. This does nothing where torchvision is healthy or torch is absent.
    """
    if importlib.util.find_spec("torch") is None or (found := importlib.util.find_spec("torchvision")) is None:
        return
    import torch

    folder = Path(found.origin or "").parent
    try:
        for library in folder.glob("_C.*"):
            torch.ops.load_library(str(library))  # type: ignore[no-untyped-call]
    except OSError:
        pass
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
