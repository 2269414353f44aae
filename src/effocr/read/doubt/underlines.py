"""Underlines taken out of lines: the localizer takes them for the feet of the letters that stand over them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from effocr.image.preparation import Grey
from effocr.read.pages.skew import threshold_of

LENGTH = 1.5
"""Columns that an underline is long at least, in heights of the line."""

SOLID = 0.95
"""The part of so many columns that is dark along an underline."""

THICKNESS, THINNEST = 0.14, 3
"""Rows that an underline is thick at most, in heights of the line, but never fewer than the second."""

PAPER = 80
"""Paper is as light as this percentile of a column."""


def without_underlines(line: Grey) -> Grey | None:
    """The line with paper in place of its underlines, except where letters go through them; None where it has none."""
    rows, columns = line.shape
    dark = line <= threshold_of(line)
    length = math.ceil(LENGTH * rows)
    if dark.mean() > 0.5 or length > columns:
        return None
    rule, row = _runs(dark, length), np.arange(rows)[:, None]
    last = rows - 1 - rule[::-1].argmax(axis=0)
    first = np.where(~rule & (row < last), row, -1).max(axis=0) + 1
    underlined = rule.any(axis=0) & (last - first < max(THINNEST, THICKNESS * rows))
    if not underlined.any():
        return None
    at = np.arange(columns)
    above, below = dark[np.maximum(first - 2, 0), at], dark[np.minimum(last + 2, rows - 1), at]
    taken = (underlined & ~(above & below)) & (row >= first - 1) & (row <= last + 1)
    paper = np.percentile(line, PAPER, axis=0).astype(np.uint8)
    return np.where(taken, paper, line)


def _runs(dark: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """The dark pixels that lie in a nearly solid run of so many columns of their row."""
    rows, columns = dark.shape
    before = np.zeros((rows, columns + 1), np.int32)
    np.cumsum(dark, axis=1, out=before[:, 1:])
    solid = before[:, length:] - before[:, :-length] >= SOLID * length
    ends = np.zeros((rows, columns + 1), np.int32)
    ends[:, : solid.shape[1]] += solid
    ends[:, length:] -= solid
    return dark & (np.cumsum(ends, axis=1)[:, :columns] > 0)
