"""Pages turned by quarters, and boxes and points brought back to the page as it was given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from effocr.image.crops import turned_back
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes

QUARTER = 90


@dataclass(frozen=True)
class Turn:
    """`quarters` (0..3) by which a page of `width` x `height` pixels, as given, was turned counterclockwise."""

    quarters: int
    width: int
    height: int

    @classmethod
    def of(cls, page: Grey, *, clockwise: int = 0, vertical: bool = False) -> Turn:
        """The turn that sets a page upright (`clockwise` degrees) and then lays vertical lines along x."""
        return cls((vertical - clockwise // QUARTER) % 4, page.shape[1], page.shape[0])

    def turned(self, page: Grey) -> Grey:
        """The page after the turn; the very page where there is none."""
        return np.ascontiguousarray(np.rot90(page, self.quarters)) if self.quarters else page

    def boxes_there(self, boxes: Boxes) -> Boxes:
        """Boxes on the turned page, from boxes on the page as given."""
        for quarter in range(self.quarters):
            left, top, right, bottom = boxes.array.T
            width = self._width(quarter)
            boxes = Boxes(np.stack([top, width - right, bottom, width - left], axis=1))
        return boxes

    def boxes_back(self, boxes: Boxes) -> Boxes:
        """Boxes on the page as given, from boxes on the turned one."""
        for quarter in range(self.quarters, 0, -1):
            boxes = turned_back(boxes, self._width(quarter - 1))
        return boxes

    def points_back(self, points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        """Points (x, y) on the page as given, from points on the turned one."""
        placed = tuple(points)
        for quarter in range(self.quarters, 0, -1):
            placed = tuple((self._width(quarter - 1) - y, x) for x, y in placed)
        return placed

    def _width(self, quarters: int) -> int:
        """The width of the page after so many quarters."""
        return self.height if quarters % 2 else self.width
