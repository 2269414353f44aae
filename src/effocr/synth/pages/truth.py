"""A page whose lines are known: what line finders learn from and are measured with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats


@dataclass(frozen=True, eq=False)
class PageLine:
    """One line: its baseline (N, 2) from left to right, and how far small letters, ascenders, descenders reach.

    All in pixels of the page; `above` and `below` are those of the type, whether or not the line has such letters.
    """

    baseline: Floats
    x_height: float
    above: float
    below: float


@dataclass(frozen=True, eq=False)
class LabelledPage:
    """A page with its lines; `separators` (N, 2) each run down the gap between two columns.

    `unknown` (N, 4), boxes, hold what is neither surely a line nor surely none.
    """

    image: Grey
    lines: tuple[PageLine, ...]
    separators: tuple[Floats, ...] = ()
    unknown: Floats = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    source: str = ""

    def window(self, left: int, top: int, width: int, height: int) -> LabelledPage:
        """The part of a page in a window; lines that leave it are kept, with what lies outside."""
        back = np.array([left, top], np.float32)
        return replace(
            self,
            image=self.image[top : top + height, left : left + width],
            lines=tuple(replace(line, baseline=line.baseline - back) for line in self.lines),
            separators=tuple(points - back for points in self.separators),
            unknown=self.unknown - np.concatenate([back, back]),
        )
