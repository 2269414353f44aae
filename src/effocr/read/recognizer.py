"""Reading glyphs by retrieval: crops, embeddings, the nearest exemplars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from effocr.bundle.card import Calibration
from effocr.image.crops import Strip, cut_strip
from effocr.image.preparation import CropPreparation, Grey, StripPreparation
from effocr.index.glyph_index import GlyphIndex, Rows
from effocr.page.alternatives import Alternative, Alternatives, Ranking
from effocr.page.boxes import Floats
from effocr.page.made import rows_made
from effocr.page.serial import SCORE_DIGITS
from effocr.read.confidence.chances import calibrated, chances, evidence
from effocr.read.encoder import encoding
from effocr.read.english.context import Context
from effocr.read.nets.steps import Steps, at_once
from effocr.read.sockets import Encoder, Localization

SPACE = 0.5
"""A space stands before a glyph when it is likelier than this."""


class Recognition(NamedTuple):
    """What one glyph reads as: score in 0..1, other texts best first, and the exemplar that decided.

    Where the glyphs beside it spoke against the nearest text, that comes first among the others, with its higher score.
    `by_word` where that is an exemplar of the whole word, a row of the index of words.
    """

    text: str
    score: float
    alternatives: Sequence[Alternative]
    exemplar: int
    source: str
    by_word: bool = False


class Weighed(NamedTuple):
    """What N glyphs may read as, the chosen text first: rows of the index and their shares in 0..1, (N, k) each.

    `likeness` (N,) is the cosine of the nearest exemplar.
    """

    rows: Rows
    shares: Floats
    likeness: Floats


class Recognizer:
    """Reads glyphs as the texts of their nearest exemplars; `sharpness` turns cosines into scores.

    With a `context`, glyphs that are nearly as near to a text of another kind may read as that. With a `calibration`,
    scores are chances of being right, where the localizer's scores are given.
    """

    def __init__(
        self,
        encoder: Encoder,
        index: GlyphIndex,
        window: StripPreparation | CropPreparation,
        *,
        sharpness: float,
        k: int = 5,
        context: Context | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        if not len(index):
            raise ValueError("a recognizer needs at least one exemplar.")
        self.encoder = encoder
        self.index = index
        self.window = window
        self.sharpness = sharpness
        self.k = k
        self.context = context
        self.calibration = calibration

    def recognize(
        self,
        lines: Sequence[Grey],
        localizations: Sequence[Localization],
        vertical: Sequence[bool] | None = None,
    ) -> list[list[Recognition]]:
        """One recognition a glyph, line by line, in the order of the boxes.

        The lines are read along x; `vertical` says whose crops have to be turned upright again.
        """
        return at_once(self.recognizing(lines, localizations, vertical))

    def recognizing(
        self, lines: Sequence[Grey], localizations: Sequence[Localization], vertical: Sequence[bool] | None
    ) -> Steps[list[list[Recognition]]]:
        """What `recognize` gives, in steps."""
        spaces = [found.space_before for found in localizations]
        scores = [found.scores for found in localizations]
        embeddings = yield from self._embedding(lines, localizations, vertical)
        read = iter(self.recognitions(embeddings, spaces, scores))
        return [[next(read) for _ in range(len(found.boxes))] for found in localizations]

    def embeddings(
        self,
        lines: Sequence[Grey],
        localizations: Sequence[Localization],
        vertical: Sequence[bool] | None = None,
    ) -> Floats:
        """Embeddings (N, D) of the glyphs, line by line, in the order of the boxes; `vertical` as in `recognize`."""
        return at_once(self._embedding(lines, localizations, vertical))

    def _embedding(
        self, lines: Sequence[Grey], localizations: Sequence[Localization], vertical: Sequence[bool] | None
    ) -> Steps[Floats]:
        turned = vertical or [False] * len(lines)
        rows = [row for row, found in enumerate(localizations) if found.band is not None and len(found.boxes)]
        strips = [self.strip(lines[row], localizations[row]) for row in rows]
        boxes = [localizations[row].boxes for row in rows]
        return encoding(self.encoder, strips, boxes, [turned[row] for row in rows])

    def recognitions(
        self, embeddings: Floats, spaces: Sequence[Floats] = (), found: Sequence[Floats] = ()
    ) -> list[Recognition]:
        """One recognition an embedding (N, D), in their order.

        `spaces` has each line's `Localization.space_before`; without them nothing is known of lines and their context.
        `found` has each line's `Localization.scores`; without them scores are not calibrated.
        """
        if not len(embeddings):
            return []
        index = self.index  # taken once: teaching may put another in its place while this one is asked
        texts, sources = index.texts, index.sources
        rows, scores, likeness = self.weighed(index, embeddings, spaces)
        if self.calibration and found:
            seen = evidence(scores[:, 0], likeness, np.concatenate(found))
            scores = calibrated(scores, chances(self.calibration, seen))
        others = list(map(partial(Alternatives, Ranking(texts, rows, scores)), range(len(rows))))
        best = rows[:, 0].tolist()
        # To as many digits as are ever written, so that words of a result have the scores that were written with them.
        chosen = np.minimum(scores[:, 0].astype(np.float64).round(SCORE_DIGITS), 1.0).tolist()
        columns = zip(best, chosen, others, strict=True)
        return rows_made(
            Recognition, [(texts[row], score, rest, row, sources[row], False) for row, score, rest in columns]
        )

    def weighed(self, index: GlyphIndex, embeddings: Floats, spaces: Sequence[Floats] = ()) -> Weighed:
        """What the embeddings (N, D), N > 0, may read as by an index; `spaces` as in `recognitions`."""
        near = index.nearest_texts(embeddings, self.k)
        rows, scores = near.rows, shares(near.scores, self.sharpness)
        if self.context and spaces:
            rows, scores = in_context(self.context, index.texts, rows, scores, spaces)
        return Weighed(rows, scores, near.scores[:, 0])

    def strip(self, line: Grey, found: Localization) -> Strip:
        """What the encoder sees of a line with glyphs."""
        if found.band is None:
            raise ValueError("a line with glyphs has a band.")
        if isinstance(self.window, CropPreparation):
            return whole_line(line)
        return cut_strip(line, found.band, found.boxes, self.window)


def in_context(
    context: Context, texts: tuple[str, ...], rows: Rows, scores: Floats, spaces: Sequence[Floats]
) -> tuple[Rows, Floats]:
    """The places in `texts` (N, k) of what each glyph may read as, what fits in its line first, and the scores."""
    filled = [line for line in spaces if len(line)]
    starts = np.zeros(len(rows), np.bool_)
    starts[np.cumsum([0, *map(len, filled)])[:-1]] = True
    chosen = context.choose(texts, rows, scores, starts, np.concatenate(filled) > SPACE)
    changed = np.flatnonzero(chosen)
    if not len(changed):
        return rows, scores
    order = np.argsort(np.arange(rows.shape[1]) != chosen[changed, None], axis=1, kind="stable")
    rows, scores = rows.copy(), scores.copy()
    rows[changed] = np.take_along_axis(rows[changed], order, axis=1)
    scores[changed] = np.take_along_axis(scores[changed], order, axis=1)
    return rows, scores


def whole_line(line: Grey) -> Strip:
    """A line as encoders of crops take it: its own pixels."""
    return Strip(line.astype(np.float32), 1.0)


def shares(cosines: Floats, sharpness: float) -> Floats:
    """Scores in 0..1 from the cosines (N, k) of the nearest texts, best first: softmax of `sharpness` times cosine."""
    odds = np.exp(np.float32(sharpness) * (cosines - cosines[:, :1]))
    parts: Floats = odds / odds.sum(axis=1, keepdims=True)
    return parts
