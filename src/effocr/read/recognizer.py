"""Reading glyphs by retrieval: crops, embeddings, the nearest exemplars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from effocr.image.crops import Strip, cut_strip
from effocr.image.preparation import CropPreparation, Grey, WindowPreparation
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats
from effocr.page.result import Alternative
from effocr.read.sockets import Encoder, Localization


class Recognition(NamedTuple):
    """What one glyph reads as: score in 0..1, other texts best first, and the exemplar that decided.

    `by_word` where that is an exemplar of the whole word, a row of the index of words.
    """

    text: str
    score: float
    alternatives: tuple[Alternative, ...]
    exemplar: int
    source: str
    by_word: bool = False


class Recognizer:
    """Reads glyphs as the texts of their nearest exemplars; `sharpness` turns cosines into scores."""

    def __init__(
        self,
        encoder: Encoder,
        index: GlyphIndex,
        window: WindowPreparation | CropPreparation,
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
        read = iter(self.recognitions(self.embeddings(lines, localizations, vertical)))
        return [[next(read) for _ in range(len(found.boxes))] for found in localizations]

    def embeddings(
        self,
        lines: Sequence[Grey],
        localizations: Sequence[Localization],
        vertical: Sequence[bool] | None = None,
    ) -> Floats:
        """Embeddings (N, D) of the glyphs, line by line, in the order of the boxes; `vertical` as in `recognize`."""
        turned = vertical or [False] * len(lines)
        rows = [row for row, found in enumerate(localizations) if found.band is not None and len(found.boxes)]
        strips = [self._strip(lines[row], localizations[row]) for row in rows]
        boxes = [localizations[row].boxes for row in rows]
        return self.encoder.encode(strips, boxes, [turned[row] for row in rows])

    def recognitions(self, embeddings: Floats) -> list[Recognition]:
        """One recognition an embedding (N, D), in their order."""
        if not len(embeddings):
            return []
        near = self.index.nearest_texts(embeddings, self.k)
        texts, sources = self.index.texts, self.index.sources
        scores = shares(near.scores, self.sharpness)
        others = _alternatives([texts[row] for row in near.rows[:, 1:].ravel().tolist()], scores[:, 1:])
        best = near.rows[:, 0].tolist()
        columns = zip(best, scores[:, 0].tolist(), others, strict=True)
        return [Recognition(texts[row], score, rest, row, sources[row]) for row, score, rest in columns]

    def _strip(self, line: Grey, found: Localization) -> Strip:
        if found.band is None:
            raise ValueError("a line with glyphs has a band.")
        if isinstance(self.window, CropPreparation):
            return whole_line(line)
        return cut_strip(line, found.band, found.boxes, self.window)


def whole_line(line: Grey) -> Strip:
    """A line as encoders of crops take it: its own pixels."""
    return Strip(line.astype(np.float32), 1.0)


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
