"""How a line is put before a generic detector, and how boxes come back from there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats


@dataclass(frozen=True, eq=False)
class Shown:
    """A line as a detector sees it: `pixels` float32 (3, rows, columns), the line's first pixel at (`left`, `top`)."""

    pixels: Floats
    scale_x: float
    scale_y: float
    left: int
    top: int

    def to_line(self, boxes: Floats) -> Floats:
        """Boxes (M, 4) in pixels of the line, from boxes in pixels of the input."""
        corner = np.array([self.left, self.top] * 2, np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, np.float32)
        out: Floats = (boxes - corner) / scale
        return out


@dataclass(frozen=True)
class Manner:
    """How the nets of a library want to be shown an image: scaled to fit, its aspect kept, padded.

    Pixels become (level - mean) / deviation, in each of the three channels; `padding` is such a value, and `before` the
    part of it that goes to the left and over the top. Sides that a net leaves open become multiples of `stride`.
    """

    padding: float
    before: float
    stride: int
    means: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviations: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def show(self, line: Grey, size: tuple[int, int], fixed: tuple[bool, bool]) -> Shown:
        """The line in an input of at most `size` (rows, columns), which are exact where they are `fixed`."""
        rows, columns = line.shape
        scale = min(size[0] / rows, size[1] / columns)
        high, wide = max(1, round(rows * scale)), max(1, round(columns * scale))
        sides = (
            side if exact else needed + -needed % self.stride
            for side, exact, needed in zip(size, fixed, (high, wide), strict=True)
        )
        tall, broad = sides
        top, left = int((tall - high) * self.before), int((broad - wide) * self.before)
        small = stretched(line, wide, high).astype(np.float32)
        pixels = np.full((3, tall, broad), self.padding, np.float32)
        for channel, mean, deviation in zip(pixels, self.means, self.deviations, strict=True):
            channel[top : top + high, left : left + wide] = (small - np.float32(mean)) / np.float32(deviation)
        return Shown(pixels, wide / columns, high / rows, left, top)


LETTERBOX = Manner(padding=114 / 255, before=0.5, stride=32, deviations=(255.0, 255.0, 255.0))
"""YOLO: in the middle of grey 114, levels 0..1."""

LEVELS = Manner(padding=114.0, before=0.5, stride=1)
"""Detectron2, whose nets standardise by themselves: in the middle of grey 114, levels 0..255."""

CORNER = Manner(padding=0.0, before=0.0, stride=32, means=(123.675, 116.28, 103.53), deviations=(58.395, 57.12, 57.375))
"""MMDetection: at the top left, standardised with ImageNet's figures, padded with zeros afterwards."""


def stretched(line: Grey, width: int, height: int) -> Grey:
    """The line at another size, interpolated between its pixels.

    Nothing is averaged where it shrinks, for that is how these nets were shown their training data (OpenCV's
    INTER_LINEAR).
    """
    rows, columns = line.shape
    affine = (columns / width, 0, 0, 0, rows / height, 0)
    image = Image.fromarray(line).transform((width, height), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
    return np.asarray(image)
