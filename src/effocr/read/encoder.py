"""The default encoder: an ONNX net from crops to embeddings."""

from __future__ import annotations

import os

import numpy as np

from effocr.errors import BundleError
from effocr.page.boxes import Floats
from effocr.read.onnx import session

BLOCK = 256
"""Crops a run: enough to fill the processor, few enough to stay in its cache."""


class OnnxEncoder:
    """Encodes with a net: `crops` float32 (N, 2, size, size) -> `embeddings` float32 (N, dimensions) of length 1."""

    def __init__(self, model: bytes | str | os.PathLike[str], dimensions: int) -> None:
        self._session = session(model, name="the encoder")
        self.dimensions = dimensions

    def encode(self, crops: Floats) -> Floats:
        """Embeddings in the order of the crops; none give (0, dimensions)."""
        out = np.empty((len(crops), self.dimensions), np.float32)
        for start in range(0, len(crops), BLOCK):
            (embeddings,) = self._session.run(["embeddings"], {"crops": crops[start : start + BLOCK]})
            if embeddings.shape[1:] != (self.dimensions,):
                raise BundleError(
                    f"the encoder answers with the shape {embeddings.shape}; (N, {self.dimensions}) is needed.",
                    hint="Export it again with `effocr train recognizer`.",
                )
            out[start : start + BLOCK] = embeddings
        return out
