"""What the line finder should have answered for a page, and how far it was off."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from effocr.page.boxes import Floats
from effocr.read.pages.maps import COLUMN_STEP, CORE, ROW_STEP
from effocr.synth.pages.truth import LabelledPage, PageLine

SHIFT = 4
"""Bits after the point in what OpenCV fills."""
ENDS = 0.9
"""Width of the separator at each end of a line, in x-heights."""
SHORTER = 0.15
"""By how much a kernel is shorter than its line at either end, in x-heights."""


@dataclass(frozen=True, eq=False)
class PageTargets:
    """Maps (rows, columns) of cells: `kernel`, `separator`, 0 or 1; `known`, 0 where nothing is known.

    `levels` (3, rows, columns), true where `kernel` is 1: rows down to the baseline by the ascender height, the
    logarithms of ascender and descender heights in rows.
    """

    kernel: Floats
    separator: Floats
    known: Floats
    levels: Floats


def page_targets(page: LabelledPage) -> PageTargets:
    """The targets of a page whose sides are multiples of a cell's."""
    rows, columns = page.image.shape[0] // ROW_STEP, page.image.shape[1] // COLUMN_STEP
    numbers, separator = np.full((rows, columns), -1, np.int32), np.zeros((rows, columns), np.uint8)
    for points in page.separators:
        cv2.polylines(separator, [_cells(points)], False, 1, 1, shift=SHIFT)
    for line in page.lines:
        for end in _ends(line):
            _fill(separator, end, 1)
    for number, line in enumerate(page.lines):
        _fill(numbers, _core(line), number)
    known = np.ones((rows, columns), np.float32)
    for left, top, right, bottom in page.unknown.tolist():
        cells = slice(max(0, int(top) // ROW_STEP), max(0, int(bottom) // ROW_STEP + 1))
        known[cells, max(0, int(left) // COLUMN_STEP) : max(0, int(right) // COLUMN_STEP + 1)] = 0
    kernel = numbers >= 0
    separator[kernel] = 0
    return PageTargets(
        kernel.astype(np.float32), separator.astype(np.float32), known, _levels(page.lines, numbers, kernel)
    )


def _levels(lines: tuple[PageLine, ...], numbers: NDArray[np.int32], kernel: NDArray[np.bool_]) -> Floats:
    rows, columns = numbers.shape
    levels = np.zeros((3, rows, columns), np.float32)
    if not lines:
        return levels
    x = (np.arange(columns) + 0.5) * COLUMN_STEP
    baselines = np.stack([np.interp(x, line.baseline[:, 0], line.baseline[:, 1]) for line in lines])
    above = np.array([line.above for line in lines])
    below = np.array([line.below for line in lines])
    row, column = np.nonzero(kernel)
    number = numbers[row, column]
    levels[0, row, column] = (baselines[number, column] - (row + 0.5) * ROW_STEP) / above[number]
    levels[1, row, column] = np.log(above[number])
    levels[2, row, column] = np.log(below[number])
    return levels


def _core(line: PageLine) -> Floats:
    """The polygon of a line's kernel."""
    points, height = line.baseline, line.x_height
    short = min(SHORTER * height, float(points[-1, 0] - points[0, 0]) / 4)
    x = np.clip(points[:, 0], points[0, 0] + short, points[-1, 0] - short)
    low, high = (np.stack([x, points[:, 1] - part * height], 1) for part in CORE)
    return np.concatenate([high, low[::-1]]).astype(np.float32)


def _ends(line: PageLine) -> tuple[Floats, Floats]:
    """The two polygons just before and just after a line."""
    width = max(ENDS * line.x_height, COLUMN_STEP)
    ends = []
    for (x, y), way in ((line.baseline[0].tolist(), -1), (line.baseline[-1].tolist(), 1)):
        near, far = x + way * 0.2 * COLUMN_STEP, x + way * width
        top, bottom = y - 1.1 * line.x_height, y + 0.15 * line.x_height
        ends.append(np.array([(near, top), (far, top), (far, bottom), (near, bottom)], np.float32))
    return ends[0], ends[1]


def _cells(points: Floats) -> NDArray[np.int32]:
    """Points in cells, as whole numbers with `SHIFT` bits after the point; the middle of a cell is whole."""
    scaled = points / np.array([COLUMN_STEP, ROW_STEP], np.float32) - 0.5
    return np.round(scaled * (1 << SHIFT)).astype(np.int32)


def _fill(image: NDArray[np.uint8] | NDArray[np.int32], polygon: Floats, value: int) -> None:
    cv2.fillPoly(image, [_cells(polygon)], value, shift=SHIFT)


def line_finder_loss(maps: Tensor, targets: tuple[Tensor, ...]) -> dict[str, Tensor]:
    """Losses by name; `total` is their weighted sum.

    Kernel: cross entropy and Dice. Separator: cross entropy. Levels: smooth L1.
    """
    kernel, separator, known, levels = targets
    cells = known.sum().clamp(min=1)
    entropy = (F.binary_cross_entropy_with_logits(maps[:, 0], kernel, reduction="none") * known).sum() / cells
    between = (F.binary_cross_entropy_with_logits(maps[:, 1], separator, reduction="none") * known).sum() / cells
    overlap = _dice(maps[:, 0], kernel, known)
    weight = (kernel * known)[:, None]
    off = F.smooth_l1_loss(maps[:, 2:], levels, reduction="none", beta=0.05) * weight
    height, above, below = (off.sum((0, 2, 3)) / weight.sum().clamp(min=1)).unbind()
    total = 3 * entropy + overlap + 2 * between + 4 * height + above + 0.5 * below
    return {"total": total, "kernel": entropy, "dice": overlap, "separator": between, "height": height, "above": above}


def _dice(logits: Tensor, wanted: Tensor, known: Tensor) -> Tensor:
    likely = torch.sigmoid(logits) * known
    both = (likely * wanted).sum()
    return 1 - (2 * both + 1) / (likely.sum() + (wanted * known).sum() + 1)
