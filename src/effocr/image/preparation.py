"""Preparations: how pixels become a net's input, as data in the bundle's card, and how boxes come back from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from effocr.image.band import Band
from effocr.page.boxes import Boxes, Floats

Grey = NDArray[np.uint8]
"""A grey image, (height, width), 0 = black."""

LEVELS = np.arange(256)

LEAST_CONTRAST = 0.05
ORDINARY_GLYPHS, ORDINARY_WIDTH = 4, 0.45
"""The mean glyph of ordinary type is this part of its ascender height wide."""
LEAST_SPAN = 40
"""Grey levels between paper and ink; less is blank paper with noise."""
MUCH = 0.6
"""Below this part of its size an image is averaged by a plain box."""
SQUEEZED, STRETCHED = 0.45, 1.25
"""A strip's columns may stand this much closer or wider than its rows."""


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

    height: int = 40
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
class StripPreparation:
    """Strips for the encoder: the line's band fills fixed rows, and its glyphs have, on average, a fixed width.

    `size` rows span `above` ascender heights over the baseline and `below` under it. The mean box is `glyph_width`
    columns wide: a glyph costs the same however widely its line is set, and wide and narrow type look alike. None keeps
    the line's proportions, as characters in squares need.
    """

    size: int = 32
    above: float = 1.30
    below: float = 0.48
    glyph_width: float | None = 7.5

    def scales(self, band: Band, boxes: Boxes) -> tuple[float, float]:
        """Columns and rows of the strip per pixel of the image.

        Few glyphs say little about the type's width: they count beside four of an ordinary one.
        """
        down = self.size / ((self.above + self.below) * band.height)
        if self.glyph_width is None:
            return down, down
        widths = float((boxes.right - boxes.left).sum()) + ORDINARY_GLYPHS * ORDINARY_WIDTH * band.height
        along = self.glyph_width * (len(boxes) + ORDINARY_GLYPHS) / widths
        return float(np.clip(along, down * SQUEEZED, down * STRETCHED)), down


@dataclass(frozen=True)
class CropPreparation:
    """Single crops for encoders that look at pictures: padded to a square, scaled to `size`, normalised per channel.

    A crop spans the full height of its line. `padding` says where the padding goes: `corner` is white at the right and
    at the bottom, `centre` puts the crop in the middle of the median of its border pixels.
    """

    size: int = 224
    channels: int = 3
    padding: Literal["corner", "centre"] = "corner"
    means: tuple[float, ...] = (0.485, 0.456, 0.406)
    deviations: tuple[float, ...] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        if self.size < 1 or self.channels not in (1, 3):
            raise ValueError(f"a crop needs a size of 1 or more and 1 or 3 channels, got {self.size}, {self.channels}.")
        if not len(self.means) == len(self.deviations) == self.channels or min(self.deviations) <= 0:
            raise ValueError(f"{self.channels} channels need as many means and as many deviations over 0.")


@dataclass(frozen=True)
class PagePreparation:
    """Pages for a line finder: scaled until small letters are about `x_height` rows high; paper is 0 and ink 1."""

    x_height: float = 8.0

    def prepare(self, grey: Grey, scale: float) -> Floats:
        """The net's input for a page at a scale, float32."""
        rows, columns = grey.shape
        small = resized(grey, max(1, round(columns * scale)), max(1, round(rows * scale)))
        return inked(small)


def resized(grey: Grey, width: int, height: int, top: float = 0.0, bottom: float | None = None) -> Grey:
    """The rows from `top` to `bottom` (by default all) at another size: areas averaged where it shrinks."""
    rows, columns = grey.shape
    bottom = rows if bottom is None else bottom
    if (height, width, top, bottom) == (rows, columns, 0.0, rows):
        return grey
    # Pillow's box takes whole pixels only, which shifts edges unless several become one.
    shrinks = width <= MUCH * columns and height <= MUCH * (bottom - top)
    way = Image.Resampling.BOX if shrinks else Image.Resampling.HAMMING
    return np.asarray(Image.fromarray(grey).resize((width, height), way, (0, top, columns, bottom)))


def standardised(grey: Grey) -> Floats:
    """Mean 0 and about unit deviation; float32. Light print on dark paper is turned into dark on light."""
    counts = counts_of(grey)
    mean = float(counts @ LEVELS) / grey.size
    deviation = float(np.sqrt(counts @ (LEVELS - mean) ** 2 / grey.size))
    low, middle, high = np.searchsorted(np.cumsum(counts), np.array((0.01, 0.5, 0.99)) * grey.size)
    sign = -1.0 if max(float(middle), mean) < (low + high) / 2 else 1.0
    out: Floats = grey.astype(np.float32)
    out -= np.float32(mean)
    out *= np.float32(sign / (deviation + LEAST_CONTRAST * 255))
    return out


def inked(grey: Grey) -> Floats:
    """How much ink is on each pixel: paper about 0, ink about 1; light print on dark paper is turned round."""
    passed = np.cumsum(counts_of(grey)) / grey.size
    low, middle, high = (float(level) for level in np.searchsorted(passed, (0.01, 0.5, 0.99)))
    sign = -1.0 if middle < (low + high) / 2 else 1.0
    paper, ink = (float(level) for level in np.searchsorted(passed, (0.8, 0.02) if sign > 0 else (0.2, 0.98)))
    span = max(abs(paper - ink), LEAST_SPAN)
    out: Floats = (np.float32(paper) - grey.astype(np.float32)) * np.float32(sign / span)
    return np.clip(out, -0.5, 1.5)


def counts_of(grey: Grey) -> NDArray[np.intp]:
    """How many pixels have each of the 256 levels."""
    # Pillow counts bytes as they are; np.bincount makes eight bytes of each before.
    return np.array(Image.fromarray(grey).histogram(), np.intp)
