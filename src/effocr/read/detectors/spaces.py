"""Where words begin: between boxes of words, or after wide gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Boxes, Floats

WIDE = 0.4
"""A gap that is wider than the line's usual one by more than this part of a glyph's median width is a space."""

NO_WORD = -1


def starts_between_words(chars: Boxes, words: Boxes) -> Floats:
    """1 for every char (in reading order) that begins a word, 0 for the others; `words` come best first.

    A char belongs to the best word that its centre lies in. Where the word of one of two neighbours was not found, the
    gap between them decides.
    """
    word = _word_of(chars, words)
    missed = word == NO_WORD
    either = missed.copy()
    either[1:] |= missed[:-1]
    other = np.ones(len(word), np.bool_)
    other[1:] = word[1:] != word[:-1]
    return np.where(either, starts_after_gaps(chars), other).astype(np.float32)


def starts_after_gaps(chars: Boxes) -> Floats:
    """1 for the first char and for every one after a wide gap, 0 for the others."""
    starts = np.ones(len(chars), np.float32)
    if len(chars) > 1:
        gaps = chars.left[1:] - np.maximum.accumulate(chars.right)[:-1]
        wide = np.median(gaps) + WIDE * np.median(chars.right - chars.left)
        starts[1:] = gaps > wide
    return starts


def _word_of(chars: Boxes, words: Boxes) -> NDArray[np.intp]:
    """The row of the first of `words` around the centre of each char, along the line; -1 where there is none."""
    if not len(words):
        return np.full(len(chars), NO_WORD, np.intp)
    centre = chars.centre[:, None]
    inside = (centre >= words.left) & (centre <= words.right)  # (chars, words)
    return np.where(inside.any(axis=1), inside.argmax(axis=1), NO_WORD)
