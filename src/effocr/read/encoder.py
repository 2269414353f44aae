"""The encoders: ONNX nets from the strips of lines to embeddings of their glyphs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from effocr.errors import BundleError
from effocr.image.crops import NARROWEST, Strip, cut_windows
from effocr.page.boxes import Boxes, Floats
from effocr.read.onnx import session
from effocr.read.sockets import Encoder

BLOCK = 256
"""Windows a run: enough to fill the processor, few enough to stay in its cache."""

Model = bytes | str | os.PathLike[str]


class WindowEncoder:
    """Encodes window by window: `crops` float32 (N, 2, size, size) -> `embeddings` float32 (N, D) of length 1."""

    def __init__(self, model: Model, dimensions: int) -> None:
        self._session = session(model, name="the encoder")
        self.dimensions = dimensions

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings of all glyphs, line by line; windows of vertical lines are turned upright."""
        lines = zip(strips, boxes, vertical, strict=True)
        windows = [cut_windows(strip, on_line, vertical=turn) for strip, on_line, turn in lines]
        return self.encode_windows(np.concatenate(windows)) if windows else self._none()

    def encode_windows(self, windows: Floats) -> Floats:
        """Embeddings in the order of the windows (N, 2, size, size)."""
        if not len(windows):
            return self._none()
        blocks = [windows[start : start + BLOCK] for start in range(0, len(windows), BLOCK)]
        return np.concatenate([_run(self._session, {"crops": block}, self.dimensions) for block in blocks])

    def _none(self) -> Floats:
        return np.zeros((0, self.dimensions), np.float32)


class StripEncoder:
    """Encodes all glyphs of a line in one pass: `strip` (1, 1, size, W), `extents` (N, 2) -> `embeddings` (N, D).

    Extents are where glyphs begin and end, in columns of the strip. Vertical lines stay turned: exemplars for them have
    to be embedded so, too.
    """

    def __init__(self, model: Model, dimensions: int) -> None:
        self._session = session(model, name="the encoder")
        self.dimensions = dimensions

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings of all glyphs, line by line."""
        out = np.empty((sum(map(len, boxes)), self.dimensions), np.float32)
        at = 0
        for strip, on_line in zip(strips, boxes, strict=True):
            if len(on_line):
                extents = on_line.array[:, ::2] * np.float32(strip.scale_x)
                np.maximum(extents[:, 1], extents[:, 0] + np.float32(NARROWEST), out=extents[:, 1])
                given = {"strip": strip.pixels[None, None], "extents": extents}
                out[at : at + len(on_line)] = _run(self._session, given, self.dimensions)
                at += len(on_line)
        return out


def encoder_of(kind: str, model: Model, dimensions: int) -> Encoder:
    """The encoder of a kind that bundles name: `strips` or `windows`."""
    kinds: dict[str, type[StripEncoder] | type[WindowEncoder]] = {"strips": StripEncoder, "windows": WindowEncoder}
    return kinds[kind](model, dimensions)


def _run(net: Any, given: dict[str, Floats], dimensions: int) -> Floats:
    (embeddings,) = net.run(["embeddings"], given)
    if embeddings.ndim != 2 or embeddings.shape[1] != dimensions:
        raise BundleError(
            f"the encoder answers with the shape {embeddings.shape}; (N, {dimensions}) is needed.",
            hint="Export it again with `effocr train recognizer`.",
        )
    answers: Floats = embeddings
    return answers
