"""ONNX files of trained nets, each compared with its torch net before it is written."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from effocr.data.writing import write_bytes
from effocr.errors import BundleError
from effocr.image.preparation import CropPreparation, LinePreparation
from effocr.page.boxes import Floats
from effocr.read.onnx import session
from effocr.train.line_finder.net import MULTIPLE, LineFinderNet
from effocr.train.nets.encoder import StripNet, WindowNet
from effocr.train.nets.localizer import LocalizerNet

OPSET = 17
FARTHEST = 1e-3
"""Largest difference between the answers of torch and of onnxruntime."""


class OneStrip(nn.Module):
    """A StripNet over one strip, as reading calls it: (1, 1, size, W), (N, 2) -> (N, D)."""

    def __init__(self, net: StripNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, strip: Tensor, extents: Tensor) -> Tensor:
        maps = self.net.layers(strip)  # (1, C, rows, K)
        cells = maps.permute(0, 3, 1, 2).flatten(2)[0]  # (K, C * rows)
        first = torch.zeros_like(extents[:, 0]).long()
        return self.net.embed(cells, torch.tensor(cells.shape[0]), extents, first)


def export_localizer(net: LocalizerNet, preparation: LinePreparation, path: Path) -> Path:
    """`localizer.onnx`: `line` (1, 1, height, W) -> `columns` (1, 8, W / 2)."""
    random = np.random.default_rng(0)
    inputs = [{"line": random.standard_normal((1, 1, preparation.height, width), np.float32)} for width in (640, 64, 8)]
    return _export(net, inputs, "columns", {"line": {3: "width"}}, path)


def export_strip_encoder(net: StripNet, size: int, path: Path) -> Path:
    """`encoder.onnx`: `strip` (1, 1, size, W), `extents` (N, 2) -> `embeddings` (N, D)."""
    random = np.random.default_rng(0)
    inputs = []
    for width, count in ((400, 36), (61, 3), (4, 1)):
        left = np.sort(random.uniform(0, width, count)).astype(np.float32)
        extents = np.stack([left, left + random.uniform(1, 20, count).astype(np.float32)], 1)
        inputs.append({"strip": random.standard_normal((1, 1, size, width), np.float32), "extents": extents})
    return _export(OneStrip(net), inputs, "embeddings", {"strip": {3: "width"}, "extents": {0: "glyphs"}}, path)


def export_window_encoder(net: WindowNet, size: int, path: Path) -> Path:
    """`encoder.onnx`: `crops` (N, 2, size, size) -> `embeddings` (N, D)."""
    random = np.random.default_rng(0)
    inputs = [{"crops": random.standard_normal((count, 2, size, size), np.float32)} for count in (5, 1)]
    return _export(net, inputs, "embeddings", {"crops": {0: "glyphs"}}, path)


def export_crop_encoder(net: nn.Module, preparation: CropPreparation, path: Path) -> Path:
    """`encoder.onnx` for crops: `imgs` (N, channels, size, size) -> `embs` (N, D)."""
    random = np.random.default_rng(0)
    shape = (preparation.channels, preparation.size, preparation.size)
    inputs = [{"imgs": random.standard_normal((count, *shape), np.float32)} for count in (3, 1)]
    return _export(net, inputs, "embs", {"imgs": {0: "glyphs"}}, path)


def export_line_finder(net: LineFinderNet, path: Path) -> Path:
    """`line_finder.onnx`: `page` (1, 1, H, W), multiples of `MULTIPLE`, -> `maps` (1, 5, H / 2, W / 4)."""
    random = np.random.default_rng(0)
    rows, columns = MULTIPLE
    shapes = [(1, 1, rows * high, columns * wide) for high, wide in ((6, 5), (1, 1), (2, 3))]
    inputs = [{"page": random.random(shape, np.float32)} for shape in shapes]
    return _export(net, inputs, "maps", {"page": {2: "height", 3: "width"}}, path)


def _export(
    net: nn.Module, inputs: Sequence[Mapping[str, Floats]], output: str, dynamic: dict[str, dict[int, str]], path: Path
) -> Path:
    """The ONNX file at `path`; BundleError, and no file, where it answers differently from `net` on any of `inputs`."""
    net = net.cpu().eval()
    first = inputs[0]
    buffer = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net,
            tuple(torch.from_numpy(value) for value in first.values()),
            buffer,  # type: ignore[arg-type]
            input_names=list(first),
            output_names=[output],
            dynamic_axes=dynamic,
            opset_version=OPSET,
            dynamo=False,
        )
    check_parity(net, buffer.getvalue(), inputs, output, path)
    return write_bytes(path, buffer.getvalue())


def check_parity(net: nn.Module, model: bytes, inputs: Sequence[Mapping[str, Floats]], output: str, path: Path) -> None:
    """Raises BundleError where the ONNX model's answers differ from the net's by more than `FARTHEST`."""
    runner = session(model, name=str(path))
    for given in inputs:
        with torch.no_grad():
            expected = net(*(torch.from_numpy(value) for value in given.values())).numpy()
        (answer,) = runner.run([output], dict(given))
        worst = float(np.abs(answer - expected).max(initial=0)) if answer.shape == expected.shape else float("inf")
        if not worst <= FARTHEST:
            shapes = {name: value.shape for name, value in given.items()}
            raise BundleError(
                f"{path}: not written: on {shapes} the exported net differs from the trained one by {worst:.2g}; "
                f"at most {FARTHEST:g} is allowed.",
                hint="Report this with the versions of torch and onnxruntime.",
            )
