"""From the answers of the localizer's net, one for each step along the line, to glyph boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Floats

OVERLAP = 0.6
"""Of two boxes that share more than this part of the narrower one's width, the lower-scored is dropped."""

WIDEST = 4.0
"""A glyph reaches at most this many line heights to either side of its centre."""

FARTHEST = 4.0
"""No top, bottom, ascender line or baseline lies farther than this many heights from the line image."""

Places = NDArray[np.intp]


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

    def select(self, rows: NDArray[np.bool_] | slice) -> Peaks:
        """The glyphs for which `rows` (N,) is true, or those in a slice."""
        columns = (self.boxes, self.scores, self.spaces, self.centres, self.ascenders, self.baselines)
        return Peaks(*[column[rows] for column in columns])


def decode_columns(answers: Sequence[Floats], height: int, columns_per_cell: int, threshold: float) -> list[Peaks]:
    """The glyphs of each line from the (8, n) answers for its n cells.

    Cell i of a line is centred at x = (i + 0.5) * columns_per_cell. The rows are: logit that a glyph is centred here,
    logit that a space precedes it, log of its extent (pixels) to the left and to the right, then top, bottom, ascender
    line and baseline as parts of the height.
    """
    if not answers:
        return []
    columns = np.concatenate(answers, axis=1)  # small steps on many lines together cost as much as on one
    ends = np.cumsum([each.shape[1] for each in answers])
    starts = np.concatenate(([0], ends[:-1]))
    cells = _peaks(columns[0], starts, threshold)
    lines = np.searchsorted(ends, cells, side="right")
    seen = columns[:, cells]
    centres = ((cells - starts[lines]).astype(np.float32) + np.float32(0.5)) * np.float32(columns_per_cell)
    extents = np.exp(np.minimum(seen[2:4], np.float32(np.log(WIDEST * height))))
    levels = np.clip(seen[4:8], -FARTHEST, FARTHEST) * np.float32(height)
    boxes = np.stack((centres - extents[0], levels[0], centres + extents[1], np.maximum(levels[1], levels[0])), axis=1)
    kept = _kept(boxes, seen[0], lines)
    kept = kept[np.lexsort(((boxes[kept, 0] + boxes[kept, 2]) / 2, lines[kept]))]
    odds = _sigmoid(seen[:2, kept])
    every = Peaks(boxes[kept], odds[0], odds[1], centres[kept], levels[2, kept], levels[3, kept])
    borders = np.searchsorted(lines[kept], np.arange(len(answers) + 1)).tolist()
    return [every.select(slice(start, end)) for start, end in pairwise(borders)]


def _sigmoid(logits: Floats) -> Floats:
    half = np.float32(0.5)
    likely: Floats = half + half * np.tanh(logits * half)
    return likely


def _peaks(logits: Floats, starts: Places, threshold: float) -> Places:
    """Cells that are at least as likely as the cell before, likelier than the next, and likelier than `threshold`.

    `starts` are the first cells of lines; beyond the ends of a line nothing is likely.
    """
    least = np.log(threshold / (1 - threshold))
    before = np.concatenate(([-np.inf], logits[:-1]))
    after = np.concatenate((logits[1:], [-np.inf]))
    before[starts[starts < len(logits)]] = after[starts[1:] - 1] = -np.inf
    return np.flatnonzero((logits > least) & (logits >= before) & (logits > after))


def _kept(boxes: Floats, scores: Floats, lines: Places) -> Places:
    """Rows left when boxes give way, best first, to better ones of their line that they lie upon along x."""
    number = len(boxes)
    order = np.lexsort((boxes[:, 0], lines))
    left, right = boxes[order, 0], boxes[order, 2]
    # In the order of their left edges, the boxes that touch box i and start later are the next few. Lines are laid out
    # one after the other, so that none touches another.
    apart = lines[order] * (float(right.max() - left.min()) + 1.0) if number else np.zeros(0)
    reach = np.searchsorted(left + apart, right + apart, side="left") - np.arange(1, number + 1)
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
    kept = np.ones(number, np.bool_)
    kept[list(dropped)] = False
    return np.flatnonzero(kept)
