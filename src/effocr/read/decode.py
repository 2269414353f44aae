"""From the answers of the localizer's net, one for each step along the line, to glyph boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Floats

OVERLAP = 0.6
"""Of two boxes that share more than this part of the narrower one's width, the lower-scored is dropped."""

WIDEST = 4.0
"""A glyph reaches at most this many line heights to either side of its centre."""

FARTHEST = 4.0
"""No top, bottom, ascender line or baseline lies farther than this many heights from the line image."""


@dataclass(frozen=True, eq=False)
class Peaks:
    """N glyphs in reading order, in pixels of the net's input.

    `boxes` (N, 4); `scores` and `spaces`, the probability that a space precedes, in 0..1; `centres` (x) as the net
    saw them; the ascender line and the baseline (y) around each.
    """

    boxes: Floats
    scores: Floats
    spaces: Floats
    centres: Floats
    ascenders: Floats
    baselines: Floats

    def select(self, rows: NDArray[np.bool_]) -> Peaks:
        """The glyphs for which `rows` (N,) is true."""
        return Peaks(*(getattr(self, column)[rows] for column in self.__dataclass_fields__))


def decode_columns(columns: Floats, height: int, columns_per_cell: int, threshold: float) -> Peaks:
    """Glyphs from the (8, n) answers for n cells, of which cell i is centred at x = (i + 0.5) * columns_per_cell.

    The rows are: logit that a glyph is centred here, logit that a space precedes it, log of its extent (pixels) to the
    left and to the right, then top, bottom, ascender line and baseline as parts of the height.
    """
    cells = _peaks(columns[0], threshold)
    seen = columns[:, cells]
    centres = (cells.astype(np.float32) + np.float32(0.5)) * np.float32(columns_per_cell)
    extents = np.exp(np.minimum(seen[2:4], np.float32(np.log(WIDEST * height))))
    levels = np.clip(seen[4:8], -FARTHEST, FARTHEST) * np.float32(height)
    boxes = np.stack((centres - extents[0], levels[0], centres + extents[1], np.maximum(levels[1], levels[0])), axis=1)
    kept = _kept(boxes, seen[0])
    kept = kept[np.argsort((boxes[kept, 0] + boxes[kept, 2]) / 2, kind="stable")]
    odds = _sigmoid(seen[:2, kept])
    return Peaks(boxes[kept], odds[0], odds[1], centres[kept], levels[2, kept], levels[3, kept])


def _sigmoid(logits: Floats) -> Floats:
    half = np.float32(0.5)
    likely: Floats = half + half * np.tanh(logits * half)
    return likely


def _peaks(logits: Floats, threshold: float) -> NDArray[np.intp]:
    """Cells that are at least as likely as the cell before, likelier than the next, and likelier than `threshold`."""
    least = np.log(threshold / (1 - threshold))
    walled = np.concatenate(([-np.inf], logits, [-np.inf]))
    return np.flatnonzero((logits > least) & (logits >= walled[:-2]) & (logits > walled[2:]))


def _kept(boxes: Floats, scores: Floats) -> NDArray[np.intp]:
    """Rows left when boxes give way, best first, to better ones that they lie upon along x."""
    number = len(boxes)
    order = np.argsort(boxes[:, 0], kind="stable")
    left, right = boxes[order, 0], boxes[order, 2]
    # In the order of their left edges, the boxes that touch box i and start later are the next few.
    reach = np.searchsorted(left, right, side="left") - np.arange(1, number + 1)
    reach = np.maximum(reach, 0)
    if not reach.any():
        return np.arange(number)
    first = np.repeat(np.arange(number), reach)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(reach) - reach, reach)
    shared = np.minimum(right[first], right[second]) - left[second]
    widths = right - left
    clash = shared > OVERLAP * np.minimum(widths[first], widths[second])
    pairs = np.stack((order[first[clash]], order[second[clash]]), axis=1)
    swapped = scores[pairs[:, 0]] < scores[pairs[:, 1]]
    pairs[swapped] = pairs[swapped, ::-1]
    dropped: set[int] = set()
    for better, worse in pairs[np.argsort(-scores[pairs[:, 0]], kind="stable")].tolist():
        if better not in dropped:
            dropped.add(worse)
    return np.array([row for row in range(number) if row not in dropped], np.intp)
