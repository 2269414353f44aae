"""Lines of neighbouring columns that were found as one, parted: at a rule, or where the lines around them part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats
from effocr.read.pages.maps import MapLine, usual_above
from effocr.read.pages.skew import threshold_of

HEADLINE = 1.3
"""Ascenders of a line, in those of the usual type, from which it is parted by a rule alone: columns part many lines of
text, but also what stands over and under a headline that spans them."""
LEAST, ENDS = 6.0, 2.0
"""Length of a line that is parted, and of each of its parts, in heights of its ascenders."""
BEYOND, SOLID = 1.0, 0.85
"""A rule reaches so many heights of the line over or under it, and is dark in this part of the rows."""
THICKEST, BARE, SPECKS = 0.3, 0.12, 0.05
"""Its width, and the width at either side that is all but bare, in heights of ascenders: no stroke of a letter."""
WIDE = 1.2
"""A line of text through a gutter is this many times wider than usual lines."""
REACH = 25.0
"""Lines so near, over and under a line, in usual heights of ascenders, show columns."""
FINELY = 0.25
"""Steps at which gutters are looked for, in heights of ascenders."""
FEWEST, CROSSING = 2, 0.25
"""So many of them end and begin at a gutter at least, and this part of those, or one line, may run through it, too."""

Truths = NDArray[np.bool_]
Span = tuple[float, float]


def parted(lines: Sequence[MapLine], page: Grey) -> list[MapLine]:
    """The lines of a page, those that run through several columns cut between them."""
    if not lines:
        return []
    usual = usual_above(lines)
    sample = page[::4, ::4]
    # Halfway between Otsu's threshold and the paper, for rules are often thin and grey.
    ink = page <= (threshold_of(sample) + int(np.median(sample))) // 2
    at_rules = [part for line in lines for part in _cut(line, _rules(line, ink, usual))]
    return _at_gutters(at_rules, usual)


def _rules(line: MapLine, ink: Truths, usual: float) -> list[Span]:
    """The columns of the page that the rules through a headline take up, from left to right."""
    box, above = line.box, line.above
    if above < HEADLINE * usual or box.width < LEAST * above:
        return []
    top, bottom = max(0, round(box.top)), min(ink.shape[0], round(box.bottom))
    left, right = max(0, round(box.left)), min(ink.shape[1], round(box.right))
    beyond = round(BEYOND * box.height)
    own = ink[top:bottom, left:right]
    solid = _solid(own) & (
        _solid(ink[max(0, top - beyond) : top, left:right]) | _solid(ink[bottom : bottom + beyond, left:right])
    )
    edges = np.flatnonzero(np.diff(solid, prepend=False, append=False))
    share, bare = own.mean(axis=0), max(2, round(BARE * above))
    found = []
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        sides = share[max(0, first - bare) : first], share[end : end + bare]
        # The pixels next to a rule, which may lean by one, belong to it.
        if end - first <= THICKEST * above + 2 and all(len(side) and side.mean() <= SPECKS for side in sides):
            found.append((float(left + first), float(left + end)))
    return found


def _solid(ink: Truths) -> Truths:
    """The columns of a part of the page that are dark nearly all the way, a neighbouring pixel standing in."""
    if not len(ink):
        return np.zeros(ink.shape[1], np.bool_)
    thick = ink.copy()
    thick[:, 1:] |= ink[:, :-1]
    thick[:, :-1] |= ink[:, 1:]
    return np.asarray(thick.mean(axis=0) > SOLID)


def _at_gutters(lines: list[MapLine], usual: float) -> list[MapLine]:
    """The lines, those of text cut where nearly all lines over and under them part."""
    boxes = np.array([line.box for line in lines], np.float32)
    width = boxes[:, 2] - boxes[:, 0]
    above = np.array([line.above for line in lines])
    text = (above < HEADLINE * usual) & (width > LEAST * above)
    if not text.any():
        return lines
    wide = text & (width > WIDE * np.median(width[text]))
    cuts = {row: _gutter(boxes[row], boxes, float(above[row]), usual) for row in np.flatnonzero(wide).tolist()}
    return [part for row, line in enumerate(lines) for part in _cut(line, cuts.get(row, []))]


def _gutter(line: Floats, boxes: Floats, above: float, usual: float) -> list[Span]:
    """The widest gutter through a line (4,) among the lines (N, 4) of the page, none or one."""
    left, top, right, bottom = line.tolist()
    step = FINELY * above
    places = np.arange(left + ENDS * above, right - ENDS * above, step)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    beside = (boxes[:, 2] > left) & (boxes[:, 0] < right)
    over = beside & (middle < top) & (boxes[:, 3] > top - REACH * usual)
    under = beside & (middle > bottom) & (boxes[:, 1] < bottom + REACH * usual)
    parts = np.ones(len(places), np.bool_)
    for near in (boxes[over], boxes[under]):
        ending, beginning = (near[:, 2, None] <= places).sum(0), (near[:, 0, None] >= places).sum(0)
        fewer = np.minimum(ending, beginning)
        crossing = len(near) - ending - beginning
        parts &= (fewer >= FEWEST) & (crossing <= np.maximum(1, CROSSING * fewer))
    edges = np.flatnonzero(np.diff(parts, prepend=False, append=False)).tolist()
    runs = list(zip(edges[::2], edges[1::2], strict=True))
    if not runs:
        return []
    first, end = max(runs, key=lambda run: run[1] - run[0])
    return [(float(places[first]), float(places[end - 1]) + step)]


def _cut(line: MapLine, gaps: Sequence[Span]) -> list[MapLine]:
    """The line without the gaps, which lie from left to right; one that would leave too short a part is none."""
    start, end = (float(edge) for edge in line.baseline[[0, -1], 0])
    least = ENDS * line.above
    parts = []
    for left, right in gaps:
        if left - start >= least and end - right >= least:
            parts.append(line.between(start, left))
            start = right
    return [*parts, line.between(start, end)] if parts else [line]
