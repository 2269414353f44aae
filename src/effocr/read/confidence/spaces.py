"""How sure it is that words are parted where they should be, and what spaced-out type says of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np

from effocr.page.boxes import Boxes, Floats
from effocr.page.serial import SCORE_DIGITS

SPACED = 0.2
"""Letters with more paper between them, in heights of the ascenders, are spaced out, as in titles."""
FEWEST = 2
WORD_GAP, WIDE_GAP = 1.4, 1.6
"""In spaced-out type words stand at least so many times as far apart as letters; with so many times a space need not
be likely: `UNSURE` is enough."""
UNSURE, LIKELY = 0.3, 0.6


def in_spaced_type(space_before: Floats, boxes: Boxes, height: float) -> Floats:
    """The probabilities (N,) of a line; where its letters are spaced out, their gaps tell which are words'.

    `height` is that of the ascenders. Other lines, in which most gaps are narrow, stay as they are.
    """
    gaps, likely = boxes.left[1:] - boxes.right[:-1], space_before[1:] > 0.5
    wide = gaps > SPACED * height
    letters = np.sort(gaps[wide & ~likely])
    if len(letters) < FEWEST or 2 * wide.sum() < len(gaps):
        return space_before
    usual = float(letters[len(letters) // 2])
    told = space_before.copy()
    told[1:][likely & (gaps < WORD_GAP * usual)] = 0.5
    told[1:][~likely & (gaps > WIDE_GAP * usual) & (space_before[1:] > UNSURE)] = LIKELY
    return told


def parted(space_before: Floats, spans: Sequence[tuple[int, int]]) -> list[float]:
    """For each word (start, end) of a line: the chance that spaces stand at both its ends and none within.

    `space_before` (N,) are the probabilities that the words were cut by; the ends of the line are sure.
    """
    # Chances multiply, so their logarithms are summed once along the line.
    sure = np.log(np.maximum(space_before, 1 - space_before))
    sure[:1] = 0
    sums = [0.0, *np.cumsum(sure).tolist()]
    sums.append(sums[-1])  # after the last glyph the line ends
    return [round(exp(min(sums[end + 1] - sums[start], 0.0)), SCORE_DIGITS) for start, end in spans]
