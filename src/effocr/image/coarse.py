"""Strips that show less than they have room for, as those of coarse scans do, and looks at them from beside."""

from __future__ import annotations

import numpy as np

from effocr.page.boxes import Floats

EVERY = 4
"""One column in so many is asked."""
COARSE = 0.45
"""Levels of a coarse strip change down its columns as waves of more than 9 rows do: 4 sin²(π / rows) is less."""
LOOKS = (1, 2, 3)
"""Columns by which a strip is moved. Encoders put 4 columns into one: these, with the strip itself, are all ways to
divide them."""


def is_coarse(pixels: Floats) -> bool:
    """Whether nothing fine is to be seen in a strip (rows, columns)."""
    change = np.diff(pixels[:, ::EVERY], axis=0)
    bend = np.diff(change, axis=0)
    return float(np.vdot(bend, bend)) < COARSE * float(np.vdot(change, change))


def moved(pixels: Floats, right: int) -> Floats:
    """The strip (rows, columns) with its first column `right` times more before it."""
    return np.pad(pixels, ((0, 0), (right, 0)), mode="edge")
