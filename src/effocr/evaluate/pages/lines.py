"""How many lines of a page were found: pairs of lines that overlap enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Box, Floats

LEAST_ROWS, LEAST_COLUMNS = 0.5, 0.8
"""Of two lines that match: intersection over union of their rows, and the part of the wanted columns that is found."""


@dataclass(frozen=True)
class LineCounts:
    """Lines wanted, lines found, and how many of each match one of the other."""

    wanted: int = 0
    found: int = 0
    recalled: int = 0
    precise: int = 0

    def __add__(self, other: LineCounts) -> LineCounts:
        return LineCounts(
            self.wanted + other.wanted,
            self.found + other.found,
            self.recalled + other.recalled,
            self.precise + other.precise,
        )

    @property
    def recall(self) -> float:
        return self.recalled / max(1, self.wanted)

    @property
    def precision(self) -> float:
        return self.precise / max(1, self.found)


def line_counts(wanted: Sequence[Box], found: Sequence[Box]) -> LineCounts:
    """The counts of one page."""
    true, ours = (np.array(boxes, np.float32).reshape(-1, 4) for boxes in (wanted, found))
    recalled, precise = matches(true, ours).any(1), matches(ours, true).any(1)
    return LineCounts(len(wanted), len(found), int(recalled.sum()), int(precise.sum()))


def matches(wanted: Floats, found: Floats, widest: float = np.inf) -> NDArray[np.bool_]:
    """(W, F): whether a found box (F, 4) covers a wanted one (W, 4), and is at most `widest` times as wide."""
    left, top, right, bottom = (wanted[:, None, side] for side in range(4))
    other_left, other_top, other_right, other_bottom = (found[None, :, side] for side in range(4))
    rows = np.minimum(bottom, other_bottom) - np.maximum(top, other_top)
    union = np.maximum(bottom, other_bottom) - np.minimum(top, other_top)
    columns = np.minimum(right, other_right) - np.maximum(left, other_left)
    enough = (rows >= LEAST_ROWS * union) & (columns >= LEAST_COLUMNS * (right - left)) & (rows > 0) & (columns > 0)
    return np.asarray(enough & ((other_right - other_left) / widest <= right - left))
