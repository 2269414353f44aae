"""Of boxes that lie upon each other, the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Floats

Rows = NDArray[np.intp]


def survivors(boxes: Floats, scores: Floats, classes: Rows, overlap: float, most: int) -> Rows:
    """Rows of (M, 4) boxes, best first, that no better one of their class covers; at most `most`.

    A box is covered where intersection over union is more than `overlap`. Give one class to all for suppression across
    classes. Of equal scores, the earlier row is the better one.
    """
    order = np.argsort(-scores, kind="stable")
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    while len(order) and len(kept) < most:
        best, order = order[0], order[1:]
        kept.append(int(best))
        covered = classes[order] == classes[best]
        covered &= overlaps(boxes[best], areas[best], boxes[order], areas[order]) > overlap
        order = order[~covered]
    return np.array(kept, np.intp)


def overlaps(box: Floats, area: float, others: Floats, areas: Floats) -> Floats:
    """Intersection over union of one box (4,) with each of (M, 4); 0 where both are empty."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    union = area + areas - shared
    return np.asarray(shared / np.where(union > 0, union, 1), np.float32)
