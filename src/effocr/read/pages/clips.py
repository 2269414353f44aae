"""Clips: lines cut out of pages, read along x, with the way back to the page as it was given."""

from __future__ import annotations

from dataclasses import dataclass

from effocr.image.preparation import Grey
from effocr.image.straighten import Straight, cut_box, cut_straight
from effocr.image.turning import Turn
from effocr.page.boxes import Box, Boxes
from effocr.read.sockets import FoundLine

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Clip:
    """A line found on a page, not yet cut out; `page` is the page as it was searched, after `turn`."""

    page: Grey
    line: FoundLine
    turn: Turn
    vertical: bool

    def cut(self) -> Straight:
        """The line's pixels: straight along its baseline where it has one, else its box."""
        line = self.line
        if line.baseline:
            return cut_straight(self.page, line.box, line.baseline, above=line.above, below=line.below)
        return cut_box(self.page, line.box)

    @property
    def box(self) -> Box:
        """The line's region in the page as given."""
        return self.turn.boxes_back(Boxes.of([self.line.box]))[0] if self.turn.quarters else self.line.box

    @property
    def baseline(self) -> Points:
        """The line's baseline in the page as given."""
        return self.turn.points_back(self.line.baseline)

    def boxes_back(self, cut: Straight, boxes: Boxes) -> Boxes:
        """Boxes in the page as given, from boxes in the line's own pixels."""
        return self.turn.boxes_back(cut.on_page(boxes))
