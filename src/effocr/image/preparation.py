"""`Preparation`: how pixels become a net's input, as data in the bundle's card, and how boxes come back from it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from effocr.image.band import Band
from effocr.page.boxes import Boxes, Floats

Grey = NDArray[np.uint8]
"""A grey image, (height, width), 0 = black."""

LEAST_CONTRAST = 0.05


@dataclass(frozen=True, eq=False)
class PreparedLine:
    """`pixels`, float32 (height, columns), of which the first `columns` come from the image; the rest is padding."""

    pixels: Floats
    columns: int
    scale_x: float
    scale_y: float

    def to_image(self, boxes: Boxes) -> Boxes:
        """Boxes in pixels of the image from boxes in pixels of the input."""
        return boxes.scaled(1 / self.scale_x, 1 / self.scale_y)


@dataclass(frozen=True)
class LinePreparation:
    """A line for the localizer: scaled to `height`, standardised, padded at the right to a `multiple` of columns."""

    height: int = 48
    multiple: int = 8

    def prepare(self, grey: Grey) -> PreparedLine:
        """The net's input for a line image; the aspect is kept."""
        rows, columns = grey.shape
        scale = self.height / rows
        width = max(self.multiple, round(columns * scale))
        small = resized(grey, width, self.height)
        pixels = np.empty((self.height, width + -width % self.multiple), np.float32)
        pixels[:, :width] = standardised(small)
        pixels[:, width:] = pixels[:, width - 1 : width]
        return PreparedLine(pixels, width, width / columns, scale)


@dataclass(frozen=True)
class WindowPreparation:
    """Square windows for the encoder, cut where the line's band fills fixed rows.

    `size` pixels span `above` ascender heights over the baseline and `below` under it.
    """

    size: int = 32
    above: float = 1.30
    below: float = 0.48

    def scale(self, band: Band) -> float:
        """Pixels of the window per pixel of the image."""
        return self.size / ((self.above + self.below) * band.height)


Preparation = LinePreparation | WindowPreparation


def resized(grey: Grey, width: int, height: int) -> Grey:
    """The image at another size: areas averaged when it shrinks, linear when it grows."""
    if (height, width) == grey.shape:
        return grey
    shrinks = height < grey.shape[0]
    small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(small, np.uint8)


def standardised(grey: Grey) -> Floats:
    """Mean 0 and about unit deviation; float32. Light print on dark paper is turned into dark on light."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    levels = np.arange(256)
    mean = float(counts @ levels) / grey.size
    deviation = float(np.sqrt(counts @ (levels - mean) ** 2 / grey.size))
    low, middle, high = np.searchsorted(np.cumsum(counts), np.array((0.01, 0.5, 0.99)) * grey.size)
    sign = -1.0 if max(float(middle), mean) < (low + high) / 2 else 1.0
    gain = np.float32(sign / (deviation + LEAST_CONTRAST * 255))
    out: Floats = (grey.astype(np.float32) - np.float32(mean)) * gain
    return out
