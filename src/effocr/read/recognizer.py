"""Reading glyphs by retrieval: crops, embeddings, the nearest exemplars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from effocr.image.band import Band
from effocr.image.crops import cut_strip, cut_windows
from effocr.image.preparation import Grey, WindowPreparation
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes, Floats
from effocr.page.result import Alternative
from effocr.read.sockets import Encoder, Localization


class Recognition(NamedTuple):
    """What one glyph reads as: score in 0..1, other texts best first, and the exemplar that decided."""

    text: str
    score: float
    alternatives: tuple[Alternative, ...]
    exemplar: int
    source: str


class Recognizer:
    """Reads glyphs as the texts of their nearest exemplars; `sharpness` turns cosines into scores."""

    def __init__(
        self,
        encoder: Encoder,
        index: GlyphIndex,
        window: WindowPreparation,
        *,
        sharpness: float,
        k: int = 5,
    ) -> None:
        if not len(index):
            raise ValueError("a recognizer needs at least one exemplar.")
        self.encoder = encoder
        self.index = index
        self.window = window
        self.sharpness = sharpness
        self.k = k

    def recognize(
        self,
        lines: Sequence[Grey],
        localizations: Sequence[Localization],
        vertical: Sequence[bool] | None = None,
    ) -> list[list[Recognition]]:
        """One recognition a glyph, line by line, in the order of the boxes.

        The lines are read along x; `vertical` says whose crops have to be turned upright again.
        """
        turned = vertical or [False] * len(lines)
        crops = [
            self._windows(line, found.boxes, found.band, turn)
            for line, found, turn in zip(lines, localizations, turned, strict=True)
        ]
        read = iter(self.recognize_crops(np.concatenate(crops))) if crops else iter(())
        return [[next(read) for _ in range(len(found.boxes))] for found in localizations]

    def recognize_crops(self, crops: Floats) -> list[Recognition]:
        """One recognition a crop (N, 2, size, size), in their order."""
        if not len(crops):
            return []
        near = self.index.nearest_texts(self.encoder.encode(crops), self.k)
        scores = shares(near.scores, self.sharpness)
        texts, sources = self.index.texts.__getitem__, self.index.sources.__getitem__
        best = near.rows[:, 0].tolist()
        alternatives = _alternatives(list(map(texts, near.rows[:, 1:].ravel().tolist())), scores[:, 1:])
        return list(map(Recognition, map(texts, best), scores[:, 0].tolist(), alternatives, best, map(sources, best)))

    def _windows(self, line: Grey, boxes: Boxes, band: Band | None, vertical: bool) -> Floats:
        if band is None or not len(boxes):
            return np.zeros((0, 2, self.window.size, self.window.size), np.float32)
        return cut_windows(cut_strip(line, band, self.window), boxes, vertical=vertical)


def shares(cosines: Floats, sharpness: float) -> Floats:
    """Scores in 0..1 from the cosines (N, k) of the nearest texts, best first: softmax of `sharpness` times cosine."""
    odds = np.exp(np.float32(sharpness) * (cosines - cosines[:, :1]))
    parts: Floats = odds / odds.sum(axis=1, keepdims=True)
    return parts


def _alternatives(texts: list[str], scores: Floats) -> list[tuple[Alternative, ...]]:
    """For each glyph its other texts: `texts` row by row, with the scores (N, k - 1)."""
    number, width = scores.shape
    flat = list(map(Alternative, texts, scores.ravel().tolist()))
    return [tuple(flat[row * width : (row + 1) * width]) for row in range(number)]
