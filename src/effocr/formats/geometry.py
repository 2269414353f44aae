"""Where the glyphs of a line stand, seen along the line's own reading axis."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from effocr.page.boxes import Box
from effocr.page.result import Line, Page

Point = tuple[float, float]

TURN_OF_VERTICAL = 270
"""A line that runs down becomes one that runs to the right when it is turned this far clockwise."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The page turned clockwise by `turn` (0, 90, 180 or 270 degrees), so that a line of it runs to the right.

    `width` and `height` are those of the page as it was given.
    """

    turn: int
    width: float
    height: float

    def into(self, point: Point) -> Point:
        """Where a point of the page lies in the frame."""
        x, y = point
        match self.turn:
            case 0:
                return point
            case 90:
                return self.height - y, x
            case 180:
                return self.width - x, self.height - y
            case _:
                return y, self.width - x

    def out_of(self, point: Point) -> Point:
        """Where a point of the frame lies on the page."""
        x, y = point
        match self.turn:
            case 0:
                return point
            case 90:
                return y, self.height - x
            case 180:
                return self.width - x, self.height - y
            case _:
                return self.width - y, x

    def box(self, box: Box) -> Box:
        """A box of the page in the frame."""
        return _around(self.into((box.left, box.top)), self.into((box.right, box.bottom)))

    def box_on_page(self, box: Box) -> Box:
        """A box of the frame on the page."""
        return _around(self.out_of((box.left, box.top)), self.out_of((box.right, box.bottom)))


def frame_of(page: Page, line: Line) -> Frame:
    """The frame in which the line runs to the right."""
    turn = (page.turned + (TURN_OF_VERTICAL if line.vertical else 0)) % 360
    return Frame(turn, page.width, page.height)


def baseline_of(page: Page, line: Line) -> tuple[Point, ...]:
    """The line's baseline on the page; where it has none, that of `baseline_in` unless the line is vertical."""
    if line.baseline or line.vertical:
        return line.baseline
    frame = frame_of(page, line)
    return tuple(frame.out_of(point) for point in baseline_in(frame, line))


def baseline_in(frame: Frame, line: Line) -> tuple[Point, ...]:
    """On what the glyphs stand, in the frame, from left to right: the line's baseline, else a level one where most of
    the glyphs end; empty for a line without either.

    A vertical line stands on the left edge of its glyphs: the baseline it may have runs through their middle.
    """
    if line.baseline and not line.vertical:
        return tuple(sorted(frame.into(point) for point in line.baseline))
    boxes = [frame.box(glyph.box) for glyph in line.glyphs]
    if not boxes:
        return ()
    level = median(box.bottom for box in boxes)
    return (min(box.left for box in boxes), level), (max(box.right for box in boxes), level)


def height_above(baseline: Sequence[Point], boxes: Sequence[Box]) -> float:
    """How far the tall ones of some boxes reach above a baseline of theirs, in pixels; at least 1."""
    reaches = [level_at(baseline, (box.left + box.right) / 2) - box.top for box in boxes]
    # A fifth of the glyphs are taller than this; a speck that is taken for one does not stretch the line.
    tall = quantiles(reaches, n=5)[-1] if len(reaches) > 1 else reaches[0]
    return max(1.0, tall)


def level_at(baseline: Sequence[Point], x: float) -> float:
    """The y of a baseline at `x`; level before its first and after its last point."""
    if x <= baseline[0][0]:
        return baseline[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(baseline):
        if x <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return baseline[-1][1]


def shares(frame: Frame, box: Box, count: int) -> list[Box]:
    """A box cut into `count` equal ones along the reading axis, in reading order."""
    whole = frame.box(box)
    step = whole.width / count
    cuts = [whole.left + step * number for number in range(count)] + [whole.right]
    return [frame.box_on_page(Box(left, whole.top, right, whole.bottom)) for left, right in itertools.pairwise(cuts)]


def _around(one: Point, other: Point) -> Box:
    (x0, y0), (x1, y1) = one, other
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
