"""Column rules at the ends of lines, which are no glyphs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from effocr.image.preparation import Grey
from effocr.read.sockets import Localization

NARROW, THIN = 0.2, 0.1
"""The box of a rule, and the dark pixels of its rows, are no wider, in heights of the line's image."""
NEAR = 0.3
"""A rule stands no farther from an end of the image, in heights of it."""
WHOLE, LOWER = 0.9, 0.9
"""It is dark in this part of the rows, and all glyphs together reach over no more of them."""
TALL = 0.5
"""The box that the localizer gives it has at least this part of the rows."""
FEWEST = 3
"""A line of fewer glyphs may be one tall sign."""


def without_rules(line: Grey, found: Localization) -> Localization:
    """The glyphs of a line without rules between columns that were cut with it, at its first or last place."""
    boxes = found.boxes.array
    rows, columns = line.shape
    if len(boxes) < FEWEST:
        return found
    # Nearly all lines are passed over here, so that this costs next to nothing.
    near = {place: boxes[place].tolist() for place in (0, -1)}
    kept = np.ones(len(boxes), np.bool_)
    for place, (left, top, right, bottom) in near.items():
        edge = left if place == 0 else columns - right
        if edge <= NEAR * rows and right - left <= NARROW * rows and bottom - top >= TALL * rows:
            others = boxes[1:] if place == 0 else boxes[:-1]
            low = others[:, 3].max() - others[:, 1].min() <= LOWER * rows
            kept[place] = not (low and _is_solid(line, round(left), round(right)))
    if kept.all():
        return found
    kept_boxes, spaces = found.boxes.select(kept), found.space_before[kept]
    return replace(found, boxes=kept_boxes, scores=found.scores[kept], space_before=spaces)


def _is_solid(line: Grey, left: int, right: int) -> bool:
    """Whether a thin dark stroke in these columns, or next to them, goes through nearly all rows of the line."""
    rows = len(line)
    around = line[:, max(0, left - rows // 2) : right + rows // 2]
    middle = (int(around.min()) + int(around.max())) / 2
    ink = line[:, max(0, left - 1) : right + 1] <= middle
    if not ink.size or (around <= middle).mean() > 0.5:
        return False
    return bool(ink.any(axis=1).mean() >= WHOLE and ink.sum(axis=1).mean() <= THIN * rows)
