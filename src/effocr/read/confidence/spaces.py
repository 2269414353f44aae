"""How sure it is that words are parted where they should be."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np

from effocr.page.boxes import Floats
from effocr.page.serial import SCORE_DIGITS


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
