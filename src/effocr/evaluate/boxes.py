"""How well glyphs were found: boxes matched one to one along the reading axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Boxes

LEAST_IOU = 0.5
LEAST_UNKNOWN = 0.5


@dataclass(frozen=True)
class BoxCounts:
    """Boxes `found`, boxes that are there (`truth`), pairs `matched`, and the sum of the pairs' IoU; counts add up."""

    matched: int = 0
    found: int = 0
    truth: int = 0
    iou_sum: float = 0.0

    def __add__(self, other: BoxCounts) -> BoxCounts:
        return BoxCounts(
            self.matched + other.matched,
            self.found + other.found,
            self.truth + other.truth,
            self.iou_sum + other.iou_sum,
        )

    @property
    def precision(self) -> float:
        """Share of the found boxes that are right; 1 when none was found."""
        return self.matched / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true boxes that were found; 1 when there is none."""
        return self.matched / self.truth if self.truth else 1.0

    @property
    def mean_iou(self) -> float:
        """Mean IoU of the matched pairs, 0 for none."""
        return self.iou_sum / self.matched if self.matched else 0.0


def box_scores(found: Boxes, truth: Boxes, unknown: Boxes | None = None) -> BoxCounts:
    """The counts for one line. Pairs need an IoU of 0.5 along x; the best pair is made first, each box used once.

    A found box without a pair that lies mostly in an `unknown` region is not counted.
    """
    overlaps = iou_along_x(found, truth)
    pairs = matches(overlaps)
    alone = np.ones(len(found), np.bool_)
    alone[[row for row, _ in pairs]] = False
    ignored = 0 if unknown is None else int((alone & (_share_within(found, unknown) > LEAST_UNKNOWN)).sum())
    iou_sum = float(sum(overlaps[pair] for pair in pairs))
    return BoxCounts(len(pairs), len(found) - ignored, len(truth), iou_sum)


def matches(overlaps: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs (row, column) of an overlap matrix, greedily from the best on; those under 0.5 are none."""
    rows, columns = np.nonzero(overlaps >= LEAST_IOU)
    best_first = np.argsort(-overlaps[rows, columns], kind="stable")
    pairs: list[tuple[int, int]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for row, column in zip(rows[best_first].tolist(), columns[best_first].tolist(), strict=True):
        if row not in used_rows and column not in used_columns:
            pairs.append((row, column))
            used_rows.add(row)
            used_columns.add(column)
    return pairs


def iou_along_x(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """(N, M) intersection over union of the boxes' extents along x; 0 for two without width."""
    left, right = first.left.astype(np.float64)[:, None], first.right.astype(np.float64)[:, None]
    both = np.minimum(right, second.right) - np.maximum(left, second.left)
    both = np.maximum(both, 0)
    either = (right - left) + (second.right - second.left) - both
    return np.asarray(both / np.maximum(either, np.finfo(np.float64).tiny), np.float64)


def _share_within(boxes: Boxes, regions: Boxes) -> NDArray[np.float64]:
    """(N,) share of each box's width that one of the regions covers, 0 for no regions."""
    if not len(regions):
        return np.zeros(len(boxes))
    both = np.minimum(boxes.right[:, None], regions.right) - np.maximum(boxes.left[:, None], regions.left)
    width = np.maximum(boxes.right - boxes.left, np.finfo(np.float32).tiny)
    return np.asarray(np.maximum(both, 0).max(1) / width, np.float64)
