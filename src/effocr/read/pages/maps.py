"""From the line finder's maps to lines: connected cells of the kernel map, and a baseline through each.

The maps (5, rows, columns) have one cell for every 2 rows and 4 columns of the net's input: logits of the kernel (the
middle of the small letters, from the first to the last letter of a line) and of separators (ends of lines, gaps between
columns); in a kernel the rows down to the baseline in ascender heights, and the logarithms of the heights in rows of
ascenders and of descenders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Box, Floats

ROW_STEP, COLUMN_STEP = 2, 4
CORE = (0.14, 0.86)
"""Where a kernel begins and ends over the baseline, in x-heights."""
ENDS = 0.25
"""By how much a line is longer than its kernel at either end, in ascender heights."""
LEAST_CELLS = 4
LEAST_WIDTH = 0.35
"""Of a line, in ascender heights."""
FEW, SURE_OF_FEW, SURE = 6.0, 0.7, 0.55
"""A line shorter than so many ascender heights needs more certainty, as mean probability of its kernel, than others.

On nine newspaper pages that drops more than half of what is no line, and five of a thousand lines.
"""
SHORT, LONG = 8.0, 30.0
"""Lines shorter than this are straight, longer ones have a cubic baseline; in ascender heights."""
POINT_EVERY = 12.0
"""Ascender heights between points of a baseline that is not straight."""

Whole = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class MapLine:
    """A line in pixels of the net's input; `score` is the mean probability of its kernel."""

    baseline: Floats
    above: float
    below: float
    score: float

    @property
    def box(self) -> Box:
        """Around its ascenders and descenders."""
        (left, top), (right, bottom) = self.baseline.min(0).tolist(), self.baseline.max(0).tolist()
        return Box(left, top - self.above, right, bottom + self.below)

    def between(self, left: float, right: float) -> MapLine:
        """What of the line stands between two columns of the page."""
        x, y = self.baseline.T
        inside = self.baseline[(x > left) & (x < right)].tolist()
        ends = [[edge, float(np.interp(edge, x, y))] for edge in (left, right)]
        return replace(self, baseline=np.array([ends[0], *inside, ends[1]], np.float32))


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of true cells, row by row: `rows`, `starts`, `ends` (exclusive), and the number of each one's component."""

    rows: Whole
    starts: Whole
    ends: Whole
    components: Whole


def components(mask: NDArray[np.bool_]) -> Runs:
    """The 8-connected components of a mask, numbered from 0 in the order of their first cells."""
    rows, columns = mask.shape
    padded = np.zeros((rows, columns + 2), np.int8)
    padded[:, 1:-1] = mask
    changes = np.diff(padded, axis=1)
    row, starts = np.nonzero(changes == 1)
    _, ends = np.nonzero(changes == -1)
    upper, lower = _touching(row, starts, ends, columns)
    roots = _roots(len(row), upper, lower)
    _, numbers = np.unique(roots, return_inverse=True)
    return Runs(row, starts, ends, numbers)


def _touching(row: Whole, starts: Whole, ends: Whole, columns: int) -> tuple[Whole, Whole]:
    """Pairs of runs of neighbouring rows that touch, corners included."""
    wide = columns + 2
    # Keys rise along the runs, so that the runs above a run that touch it are neighbours of each other.
    first = np.searchsorted(row * wide + ends, (row - 1) * wide + starts, side="left")
    last = np.searchsorted(row * wide + starts, (row - 1) * wide + ends, side="right")
    counts = np.maximum(last - first, 0)
    lower = np.repeat(np.arange(len(row)), counts)
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return first[lower] + within, lower


def _roots(count: int, upper: Whole, lower: Whole) -> Whole:
    """The smallest number in the component of each of `count` runs, given pairs that belong together."""
    parents = np.arange(count)
    while True:
        left, right = parents[upper], parents[lower]
        apart = left != right
        if not apart.any():
            return parents
        upper, lower = upper[apart], lower[apart]
        low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
        np.minimum.at(parents, high, low)
        while not np.array_equal(jumped := parents[parents], parents):
            parents = jumped


def lines_of_maps(maps: Floats, threshold: float = 0.5) -> list[MapLine]:
    """The lines that maps show, in the order of their first cells."""
    kernel, separator = _probabilities(maps[0]), _probabilities(maps[1])
    runs = components((kernel > threshold) & (separator < threshold))
    count = int(runs.components.max(initial=-1)) + 1
    lengths = runs.ends - runs.starts
    row = np.repeat(runs.rows, lengths)
    column = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(runs.starts, lengths)
    number = np.repeat(runs.components, lengths)
    weight = kernel[row, column]
    sums = np.maximum(np.bincount(number, weight, count), 1e-6)
    cells = np.bincount(number, minlength=count)
    above, below = (np.exp(np.bincount(number, weight * maps[at, row, column], count) / sums) for at in (3, 4))
    baseline: Floats = (row + 0.5) * ROW_STEP + maps[2, row, column] * above[number]
    order = np.argsort(number * maps.shape[2] + column, kind="stable")
    borders = np.searchsorted(number[order], np.arange(count + 1))
    lines = []
    for at in range(count):
        own = order[borders[at] : borders[at + 1]]
        if cells[at] < LEAST_CELLS:
            continue
        points = _baseline(column[own], baseline[own], weight[own], float(above[at]))
        if points is None:
            continue
        line = MapLine(points, float(above[at]), float(below[at]), float(sums[at] / cells[at]))
        few = line.baseline[-1, 0] - line.baseline[0, 0] < FEW * line.above
        if line.score >= (SURE_OF_FEW if few else SURE):
            lines.append(line)
    return lines


def usual_above(lines: Sequence[MapLine]) -> float:
    """The height of ascenders that half of the text has, longer lines counting for more; 0 for no lines."""
    if not lines:
        return 0.0
    above = np.array([line.above for line in lines])
    order = np.argsort(above)
    lengths = np.cumsum([float(lines[at].baseline[-1, 0] - lines[at].baseline[0, 0]) for at in order.tolist()])
    return float(above[order[int(np.searchsorted(lengths, lengths[-1] / 2))]])


def _probabilities(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _baseline(column: Whole, rows: Floats, weight: Floats, above: float) -> Floats | None:
    """Points (N, 2) of the smooth line through the rows that cells at columns (sorted) voted for; None if too short."""
    left, right = float(column[0]) * COLUMN_STEP, float(column[-1] + 1) * COLUMN_STEP
    length = (right - left) / above
    if length < LEAST_WIDTH:
        return None
    x = (column + 0.5) * COLUMN_STEP
    degree = 1 if length < SHORT else 2 if length < LONG else 3
    if length < 2 or column[-1] - column[0] <= degree:
        degree = 0
    curve = _robust(x, rows, weight, degree, above)
    left, right = left - ENDS * above, right + ENDS * above
    points = 2 if degree < 2 else max(3, round(length / POINT_EVERY) + 1)
    at = np.linspace(left, right, points)
    return np.stack([at, curve(np.clip(at, x[0], x[-1]))], 1).astype(np.float32)


def _robust(x: Floats, y: Floats, weight: Floats, degree: int, above: float) -> np.polynomial.Polynomial:
    """The polynomial through weighted points, fitted twice; points that lie far off count little the second time."""
    curve = np.polynomial.Polynomial.fit(x, y, degree, w=weight)
    off = (y - curve(x)) / (0.12 * above)
    return np.polynomial.Polynomial.fit(x, y, degree, w=weight / (1 + off * off))
