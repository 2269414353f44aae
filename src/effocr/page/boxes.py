"""Boxes in pixels: left, top, right, bottom; floats; ends exclusive; origin at the top left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Box(NamedTuple):
    """One rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, eq=False)
class Boxes:
    """N boxes as one (N, 4) float32 array, in the order of the reading axis where they belong to a line."""

    array: Floats

    def __post_init__(self) -> None:
        array = np.ascontiguousarray(self.array, dtype=np.float32)
        if array.size == 0:
            array = array.reshape(0, 4)
        if array.ndim != 2 or array.shape[1] != 4:
            raise ValueError(f"boxes need the shape (N, 4), got {array.shape}.")
        if not np.isfinite(array).all():
            raise ValueError("boxes need finite coordinates.")
        if (array[:, 2] < array[:, 0]).any() or (array[:, 3] < array[:, 1]).any():
            raise ValueError("boxes need left <= right and top <= bottom.")
        object.__setattr__(self, "array", array)

    @classmethod
    def of(cls, boxes: Iterable[tuple[float, float, float, float]]) -> Boxes:
        """Boxes from rectangles, in their order; none give N = 0."""
        return cls(np.array(list(boxes), np.float32))

    @classmethod
    def _derived(cls, array: Floats) -> Boxes:
        """Boxes from an array (N, 4) that comes from other boxes, and so needs no check."""
        made = object.__new__(cls)
        object.__setattr__(made, "array", array)
        return made

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, row: int) -> Box:
        left, top, right, bottom = (float(value) for value in self.array[row])
        return Box(left, top, right, bottom)

    @property
    def left(self) -> Floats:
        return self.array[:, 0]

    @property
    def top(self) -> Floats:
        return self.array[:, 1]

    @property
    def right(self) -> Floats:
        return self.array[:, 2]

    @property
    def bottom(self) -> Floats:
        return self.array[:, 3]

    @property
    def centre(self) -> Floats:
        """Middle of each box along x."""
        middle: Floats = (self.left + self.right) * np.float32(0.5)
        return middle

    def select(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Boxes:
        return Boxes._derived(self.array[rows])

    def shifted(self, dx: float, dy: float) -> Boxes:
        return Boxes._derived(self.array + np.array([dx, dy, dx, dy], np.float32))

    def scaled(self, fx: float, fy: float) -> Boxes:
        """Boxes with x times `fx` and y times `fy`; both positive."""
        return Boxes._derived(self.array * np.array([fx, fy, fx, fy], np.float32))

    def clipped(self, width: float, height: float) -> Boxes:
        """Boxes cut at the borders of a `width` x `height` image."""
        limit = np.array([width, height, width, height], np.float32)
        return Boxes._derived(np.minimum(np.maximum(self.array, 0), limit))

    def stretched(self, least: float, width: float, height: float) -> Boxes:
        """Boxes grown around their middles to `least` in width and height, within a `width` x `height` image."""
        low, high = self.array[:, :2], self.array[:, 2:]
        thin, size = high - low < least, np.float32(least)
        if not thin.any():
            return self
        room = np.maximum(np.array([width, height], np.float32) - size, 0)
        start = np.clip((low + high - size) / 2, 0, room)
        return Boxes._derived(np.concatenate((np.where(thin, start, low), np.where(thin, start + size, high)), axis=1))

    def union(self) -> Box:
        """The smallest box around all; a zero box when there is none."""
        if not len(self):
            return Box(0.0, 0.0, 0.0, 0.0)
        low, high = self.array[:, :2].min(0), self.array[:, 2:].max(0)
        return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
