"""Lines cut out of pages, straight along their baselines, and boxes brought back to the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes, Floats

LEVEL = 1 / 24
"""A baseline that strays by less, in heights of the line, is level: its line is cut out as it stands."""

LEAST_STRAY = 1.0
"""Rows by which every baseline may stray and still be level."""


@dataclass(frozen=True, eq=False)
class Straight:
    """A line cut out of a page: its pixels, the column of the page where they begin, and the rows where they do.

    `tops` (float32) has one row for each column of the line, or a single one for all; a view of the page where the line
    is level and lies inside.
    """

    pixels: Grey
    left: int
    tops: Floats

    def on_page(self, boxes: Boxes) -> Boxes:
        """Boxes in pixels of the page, from boxes in pixels of the line: glyphs keep their shape, each is shifted."""
        if len(self.tops) == 1:
            top = float(self.tops[0])
            return boxes.shifted(self.left, top) if self.left or top else boxes
        return Boxes(boxes.array + self._shifts(boxes.centre))

    def on_line(self, boxes: Boxes) -> Boxes:
        """Boxes in pixels of the line, from boxes in pixels of the page; parts may lie outside of the line."""
        return Boxes(boxes.array - self._shifts(boxes.centre - np.float32(self.left)))

    def _shifts(self, columns: Floats) -> Floats:
        """How far boxes (N, 4) with their middles at columns of the line are shifted on the page."""
        down = self.tops[np.clip(columns.astype(np.intp), 0, len(self.tops) - 1)]
        return np.stack([np.full_like(down, self.left), down] * 2, axis=1)


def cut_box(page: Grey, box: Box) -> Straight:
    """The pixels of a box, its edges rounded and cut at the borders of the page."""
    rows, columns = page.shape
    left, top = min(max(0, round(box.left)), columns - 1), min(max(0, round(box.top)), rows - 1)
    pixels = page[top : max(top + 1, round(box.bottom)), left : max(left + 1, round(box.right))]
    return Straight(pixels, left, np.array([top], np.float32))


def cut_straight(
    page: Grey, box: Box, baseline: Sequence[tuple[float, float]], *, above: float, below: float
) -> Straight:
    """The line on a baseline through points (x, y), x growing: `above` rows over it and `below` rows under it.

    It spans the columns of `box`. The baseline goes on level beyond its ends, the page's border rows beyond the page.
    """
    columns = page.shape[1]
    left = min(max(0, round(box.left)), columns - 1)
    right = min(columns, max(left + 1, round(box.right)))
    high = max(1, round(above + below))
    x, y = np.array(baseline, np.float64).T
    tops = np.interp(np.arange(left, right) + 0.5, x, y) - above
    if np.ptp(tops) < max(LEAST_STRAY, LEVEL * high):
        top = round(float(tops.max() + tops.min()) / 2)
        return Straight(_rows(page[:, left:right], top, top + high), left, np.array([top], np.float32))
    return Straight(shifted(page[:, left:right], tops, high), left, tops.astype(np.float32))


def shifted(page: Grey, tops: NDArray[np.floating[Any]], high: int) -> Grey:
    """`high` rows of each column from its own row in `tops` on, interpolated between the pixels of the column."""
    first = np.floor(tops).astype(np.intp)
    part = np.rint((tops - first) * 256).astype(np.uint16)
    low, width = int(first.min()), page.shape[1]
    slab = _rows(page, low, int(first.max()) + high + 1)
    seen = np.empty((high + 1, width), np.uint16)
    for left, right in pairwise([0, *(np.flatnonzero(np.diff(first)) + 1).tolist(), width]):  # one row's columns each
        row = int(first[left]) - low
        seen[:, left:right] = slab[row : row + high + 1, left:right]
    mixed: Grey = ((seen[:-1] * (256 - part) + seen[1:] * part + 128) >> 8).astype(np.uint8)
    return mixed


def _rows(page: Grey, top: int, bottom: int) -> Grey:
    """The rows from `top` to `bottom`; beyond the page its first and last rows go on."""
    rows = page.shape[0]
    if top >= 0 and bottom <= rows:
        return page[top:bottom]
    return page[np.clip(np.arange(top, bottom), 0, rows - 1)]
