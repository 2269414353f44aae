"""What the encoder sees: strips of lines on their band, windows on a strip that mark a glyph's extent, or crops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from effocr.image.band import Band
from effocr.image.preparation import LEVELS, CropPreparation, Grey, StripPreparation, resized, standardised
from effocr.image.straighten import shifted
from effocr.page.boxes import Boxes, Floats

NARROWEST = 1.5

WHITE = 255
MARGIN_X, MARGIN_Y = 10, 5
"""Pixels that a centred crop gets beyond the square, both sides together."""

SMALLEST_DIRECT = 0.65
"""A line that shrinks by more is made small before it is straightened, so that no pixels are passed over."""
LEVEL = 1.5
"""A baseline that drifts by fewer rows of the strip is taken for level."""


@dataclass(frozen=True, eq=False)
class Strip:
    """A line whose band fills the rows: float32 (size, columns); `scale_x` columns per pixel of the image.

    An encoder of crops is given the line as it is: its own rows, columns and levels.
    """

    pixels: Floats
    scale_x: float


def cut_strip(grey: Grey, band: Band, boxes: Boxes, preparation: StripPreparation) -> Strip:
    """The strip of a line with glyphs at `boxes`, cut from the image's own pixels, straight along its baseline."""
    if abs(band.slope) * grey.shape[1] > grey.shape[0]:  # no line falls by more than the height of its image
        band = Band(band.baseline, band.height)
    along, down = preparation.scales(band, boxes)
    columns = grey.shape[1]
    width = max(4, round(columns * along))
    drift = band.slope * columns
    above, below = preparation.above * band.height, preparation.below * band.height
    if abs(drift) * down < LEVEL:
        baseline = band.baseline + drift / 2
        return Strip(
            standardised(_rows(grey, baseline - above, baseline + below, width, preparation.size)), width / columns
        )
    if min(along, down) > SMALLEST_DIRECT:
        pixels = _sheared(grey, band, baseline_row=above, width=width, size=preparation.size, down=down)
        return Strip(standardised(pixels), width / columns)
    top, bottom = min(band.baseline, band.baseline + drift) - above, max(band.baseline, band.baseline + drift) + below
    high = max(preparation.size + 1, round((bottom - top) * down))
    tall = _rows(grey, top, bottom, width, high)
    level = Band(band.baseline - top, band.height, band.slope).scaled(width / columns, high / (bottom - top))
    tops = level.baseline - above * down + level.slope * (np.arange(width) + 0.5)
    return Strip(standardised(shifted(tall, tops, preparation.size)), width / columns)


def _sheared(grey: Grey, band: Band, *, baseline_row: float, width: int, size: int, down: float) -> Grey:
    """`size` rows and `width` columns of the image along its baseline, interpolated between pixels.

    `down` rows of the result stand for one of the image; the first lies `baseline_row` image pixels over the baseline.
    """
    rows, columns = grey.shape
    first, drift = band.baseline - baseline_row, band.slope * columns
    before = math.ceil(max(0.0, -min(first, first + drift))) + 1
    after = math.ceil(max(0.0, max(first, first + drift) + size / down - rows)) + 1
    padded = np.empty((rows + before + after, columns), np.uint8)
    padded[:before], padded[before : before + rows], padded[before + rows :] = grey[0], grey, grey[-1]
    step = columns / width
    # Pillow asks where the result's pixel (x, y) lies in the image: y also falls with x, along the baseline.
    affine = (step, 0, 0, band.slope * step, 1 / down, first + before)
    way = Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(padded).transform((width, size), Image.Transform.AFFINE, affine, way))


def _rows(grey: Grey, top: float, bottom: float, width: int, height: int) -> Grey:
    """The rows from `top` to `bottom` as `height` rows; beyond the image its first and last rows go on."""
    scale = height / (bottom - top)
    before = min(height - 1, math.ceil(max(0.0, -top) * scale))
    after = min(height - 1 - before, math.ceil(max(0.0, bottom - grey.shape[0]) * scale))
    start, end = top + before / scale, bottom - after / scale
    if end - start < 1 or start < 0 or end > grey.shape[0]:
        start = min(max(0.0, start), grey.shape[0] - 1.0)
        end = min(max(start + 1, end), float(grey.shape[0]))
    inside = resized(grey, width, height - before - after, start, end)
    return np.pad(inside, ((before, after), (0, 0)), mode="edge") if before or after else inside


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
    pixels = columns[low]  # (N, x, y)
    beyond = columns[np.minimum(low + 1, len(columns) - 1)]
    beyond -= pixels
    beyond *= part
    pixels += beyond
    inside = np.clip(np.minimum(x - left[:, None], right[:, None] - x) + 0.5, 0, 1) * 2 - 1
    out = np.empty((len(boxes), 2, size, size), np.float32)
    if vertical:  # a quarter clockwise: what lies along the line is now down, what lay over it is right
        out[:, 0] = pixels[:, :, ::-1]
        out[:, 1] = inside[:, :, None]
    else:
        out[:, 0] = pixels.transpose(0, 2, 1)
        out[:, 1] = inside[:, None, :]
    return out


def cut_columns(line: Grey, left: float, right: float, *, vertical: bool = False) -> Grey:
    """The columns from `left` to `right`, at least one, over the line's full height; upright where it is vertical."""
    first = min(max(math.floor(left), 0), line.shape[1] - 1)
    columns = line[:, first : max(math.ceil(right), first + 1)]
    return np.ascontiguousarray(np.rot90(columns, -1) if vertical else columns)


def prepared_crops(crops: Sequence[Grey], preparation: CropPreparation) -> Floats:
    """Crops as input of an encoder, float32 (N, channels, size, size); every channel shows the same grey."""
    size = preparation.size
    out = np.empty((len(crops), preparation.channels, size, size), np.float32)
    # One table a channel: level -> (level / 255 - mean) / deviation.
    means, deviations = (np.array(values)[:, None] for values in (preparation.means, preparation.deviations))
    tables = ((LEVELS / 255 - means) / deviations).astype(np.float32)
    for row, crop in enumerate(crops):
        square = Image.fromarray(_padded(crop, preparation))
        # Pillow's bilinear filter widens as it shrinks, so that no pixel is passed over.
        pixels = np.asarray(square.resize((size, size), Image.Resampling.BILINEAR))
        for channel, table in enumerate(tables):
            np.take(table, pixels, out=out[row, channel])
    return out


def _padded(crop: Grey, preparation: CropPreparation) -> Grey:
    """The crop padded to a square (`centre`: nearly one; it is stretched by these few pixels)."""
    rows, columns = crop.shape
    side = max(rows, columns)
    if preparation.padding == "corner":
        return np.pad(crop, ((0, side - rows), (0, side - columns)), constant_values=WHITE)
    border = np.concatenate((crop[:, -1], crop[:, 0], crop[0], crop[-1]))
    x, y = round((MARGIN_X + side - columns) / 2), round((MARGIN_Y + side - rows) / 2)
    return np.pad(crop, ((y, y), (x, x)), constant_values=int(np.median(border)))


def along_x(grey: Grey, *, vertical: bool) -> Grey:
    """The line with its reading axis along x: a vertical line is turned a quarter, its top to the left."""
    return np.ascontiguousarray(np.rot90(grey, 1)) if vertical else grey


def turned_back(boxes: Boxes, width: int) -> Boxes:
    """Boxes in a vertical line image `width` pixels wide, from boxes in the same line after `along_x`."""
    turned = boxes.array
    return Boxes(np.stack([width - turned[:, 3], turned[:, 0], width - turned[:, 1], turned[:, 2]], 1))
