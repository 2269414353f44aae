"""Which texts are mistaken for which, and how sure a reading is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats

SHARPNESSES = (8.0, 10.0, 12.0, 15.0, 18.0, 22.0, 27.0, 33.0, 40.0)


def hard_negatives(index: GlyphIndex, embeddings: Floats, texts: Sequence[str], k: int) -> dict[str, list[str]]:
    """For every text, up to `k` other texts whose exemplars come nearest to its glyphs, most mistaken first.

    A text counts as often as it stands before the true one among the nearest, and half where it comes right after it.
    """
    near = index.nearest_texts(embeddings, 3)
    votes: dict[str, Counter[str]] = {}
    for text, rows in zip(texts, near.rows.tolist(), strict=True):
        read = [index.texts[row] for row in rows]
        at = read.index(text) if text in read else len(read)
        for place, other in enumerate(read):
            if other != text and place <= at + 1:
                votes.setdefault(text, Counter())[other] += 2 if place < at else 1
    return {text: [other for other, _ in votes[text].most_common(k)] for text in sorted(votes)}


def best_sharpness(index: GlyphIndex, embeddings: Floats, texts: Sequence[str]) -> float:
    """The sharpness whose scores are most likely for glyphs of known text: least mean -log(score of the true text)."""
    near = index.nearest_texts(embeddings, 5)
    right: NDArray[np.bool_] = np.array(
        [[index.texts[row] == text for row in rows] for rows, text in zip(near.rows.tolist(), texts, strict=True)]
    )
    known = right.any(1)
    if not known.any():
        return SHARPNESSES[1]
    cosines, right = near.scores[known], right[known]

    def surprise(sharpness: float) -> float:
        odds = np.exp(sharpness * (cosines - cosines[:, :1]))
        return float(-np.log((odds * right).sum(1) / odds.sum(1)).mean())

    return min(SHARPNESSES, key=surprise)
