"""Glyph crops as the encoder sees them: square windows on the line's band, a second channel marking the glyph's extent."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from effocr.image.band import Band
from effocr.image.preparation import Grey, WindowPreparation, resized, standardised
from effocr.page.boxes import Boxes, Floats

NARROWEST = 1.5


@dataclass(frozen=True, eq=False)
class Strip:
    """A line cut so that its band fills the rows of a window: float32 (size, columns), and its scale against the image."""

    pixels: Floats
    scale_x: float


def cut_strip(grey: Grey, band: Band, preparation: WindowPreparation) -> Strip:
    """The strip of a line, straightened along its baseline, cut from the image's own pixels."""
    scale = preparation.scale(band)
    width = max(4, round(grey.shape[1] * scale))
    scale_x = width / grey.shape[1]
    height = max(1, round(grey.shape[0] * scale))
    small = resized(grey, width, height)
    scale_y = height / grey.shape[0]
    level = band.scaled(scale_x, scale_y)
    top = level.baseline - preparation.above * level.height
    shear = np.array([[1, 0, 0], [level.slope, 1, top]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    strip = cv2.warpAffine(small, shear, (width, preparation.size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return Strip(standardised(np.asarray(strip, np.uint8)), scale_x)


def cut_windows(strip: Strip, boxes: Boxes, *, vertical: bool = False) -> Floats:
    """Windows (N, 2, size, size) for boxes in pixels of the line image; windows of vertical lines stand upright.

    Channel 0 holds the standardised pixels, channel 1 is +1 inside the glyph's extent along the line and -1 outside.
    A glyph wider than a window is squeezed into it along the reading axis only.
    """
    size = strip.pixels.shape[0]
    left, right = boxes.left * strip.scale_x, boxes.right * strip.scale_x
    right = np.maximum(right, left + NARROWEST)
    half = np.maximum(size / 2, (right - left) / 2 + 1)
    step = 2 * half / size
    x = ((left + right) / 2 - half)[:, None] + (np.arange(size, dtype=np.float32) + 0.5) * step[:, None]  # (N, size)
    at = np.clip(x - 0.5, 0, strip.pixels.shape[1] - 1)
    low = np.minimum(at.astype(np.intp), max(strip.pixels.shape[1] - 2, 0))
    part = (at - low).astype(np.float32)[..., None]
    columns = np.ascontiguousarray(strip.pixels.T)  # (columns, size)
    pixels = columns[low] * (1 - part) + columns[np.minimum(low + 1, len(columns) - 1)] * part  # (N, x, y)
    inside = np.clip(np.minimum(x - left[:, None], right[:, None] - x) + 0.5, 0, 1) * 2 - 1
    out = np.empty((len(boxes), 2, size, size), np.float32)
    out[:, 0] = pixels.transpose(0, 2, 1)
    out[:, 1] = inside[:, None, :]
    return np.ascontiguousarray(np.rot90(out, -1, (2, 3))) if vertical else out


def along_x(grey: Grey, *, vertical: bool) -> Grey:
    """The line with its reading axis along x: a vertical line is turned a quarter, its top to the left."""
    return np.ascontiguousarray(np.rot90(grey, 1)) if vertical else grey


def turned_back(boxes: Boxes, width: int) -> Boxes:
    """Boxes in a vertical line image `width` pixels wide, from boxes in the same line after `along_x`."""
    turned = boxes.array
    return Boxes(np.stack([width - turned[:, 3], turned[:, 0], width - turned[:, 1], turned[:, 2]], 1))
