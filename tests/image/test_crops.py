"""Strips and windows: every row and column of the image lands where the band and the boxes say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from effocr.image.band import Band
from effocr.image.crops import LEVEL, NARROWEST, Strip, along_x, cut_strip, cut_windows, turned_back
from effocr.image.preparation import Grey, StripPreparation
from effocr.page.boxes import Boxes, Floats

PREPARATION = StripPreparation()
PAPER, INK = 220.0, 30.0


STRETCH = 40
EDGE = 0.55
"""Rows by which an edge may be off: where an image shrinks, a row is taken whole or not at all."""


def bars(rows: int, columns: int, band: Band) -> Grey:
    """Dark bars from ascender line to baseline, right to a part of a pixel, on every other `STRETCH` columns."""
    base = band.baseline + band.slope * (np.arange(columns) + 0.5)
    y = np.arange(rows)[:, None]
    inked = np.clip(base - y, 0, 1) - np.clip(base - band.height - y, 0, 1)
    inked[:, np.arange(columns) // STRETCH % 2 == 1] = 0
    return np.rint(PAPER + (INK - PAPER) * inked).astype(np.uint8)


def boxes_on(band: Band, count: int, left: float = 10.0) -> Boxes:
    """Boxes of ordinary width, side by side on the band."""
    width = 0.45 * band.height
    return Boxes.of(
        (left + i * width, band.baseline - band.height, left + (i + 1) * width, band.baseline) for i in range(count)
    )


def edges(column: Floats) -> tuple[float, float]:
    """Where a dark stretch begins and ends in a column of light and dark pixels, to a part of a pixel."""
    inked = (column.max() - column) / (column.max() - column.min())
    middle = float((inked * (np.arange(len(column)) + 0.5)).sum() / inked.sum())
    return middle - float(inked.sum()) / 2, middle + float(inked.sum()) / 2


def inked_columns(strip: Strip, columns: int) -> Floats:
    """The columns of a strip in the middle of the bars of an image `columns` wide."""
    middles = np.arange(STRETCH / 2, columns, 2 * STRETCH) * strip.scale_x
    return strip.pixels.T[middles.astype(int)]


def expected_edges() -> tuple[float, float]:
    """The rows of a strip in which the band lies."""
    rows = PREPARATION.size / (PREPARATION.above + PREPARATION.below)
    return (PREPARATION.above - 1) * rows, PREPARATION.above * rows


@pytest.mark.parametrize("height", [9.0, 20.0, 47.5])
@pytest.mark.parametrize("baseline", [70.0, 80.4])
def test_the_band_of_a_level_line_fills_its_rows(height: float, baseline: float) -> None:
    band = Band(baseline, height)
    strip = cut_strip(bars(150, 400, band), band, boxes_on(band, 12), PREPARATION)
    assert strip.pixels.shape[0] == PREPARATION.size and strip.pixels.dtype == np.float32
    for column in inked_columns(strip, 400):
        assert edges(column) == pytest.approx(expected_edges(), abs=EDGE)


@pytest.mark.parametrize("slope", [-0.09, -0.03, -0.002, 0.002, 0.03, 0.09])
def test_a_sloped_band_is_straightened(slope: float) -> None:
    band = Band(70.0 - 200 * slope, 22.0, slope)
    strip = cut_strip(bars(140, 400, band), band, boxes_on(band, 12), PREPARATION)
    assert strip.pixels.shape[0] == PREPARATION.size
    level = abs(slope) * 400 * PREPARATION.scales(band, boxes_on(band, 12))[1] < LEVEL
    for column in inked_columns(strip, 400):
        assert edges(column) == pytest.approx(expected_edges(), abs=EDGE + LEVEL / 2 * level)


@pytest.mark.parametrize("slope", [0.0, 0.02])
def test_beyond_the_border_the_first_and_last_rows_go_on(slope: float) -> None:
    """Thirty-three rows hold little more than the band: all else of the strip is made of the first and the last row."""
    band = Band(28.0 - 100 * slope, 24.0, slope)
    image = bars(33, 200, band)
    padded = np.pad(image, ((60, 60), (0, 0)), mode="edge")
    inside = cut_strip(padded, band.shifted(0, 60), boxes_on(band, 9), PREPARATION)
    strip = cut_strip(image, band, boxes_on(band, 9), PREPARATION)
    assert strip.pixels.shape == inside.pixels.shape and strip.scale_x == inside.scale_x
    for column in inked_columns(strip, 200):
        assert edges(column) == pytest.approx(expected_edges(), abs=EDGE + LEVEL / 2 * bool(slope))
    assert np.abs(strip.pixels - inside.pixels).mean() < 0.2


@pytest.mark.parametrize("baseline", [-300.0, -20.0, 0.0, 6.0, 40.0, 500.0])
@pytest.mark.parametrize("slope", [0.0, 0.3, -0.3])
@pytest.mark.parametrize("shape", [(5, 60), (1, 1), (30, 3)])
def test_a_band_off_the_image_still_gives_a_strip(baseline: float, slope: float, shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    strip = cut_strip(image, Band(baseline, 15.0, slope), Boxes.of([(0, 0, 1, 1)]), PREPARATION)
    assert strip.pixels.shape[0] == PREPARATION.size and strip.pixels.shape[1] >= 4
    assert np.isfinite(strip.pixels).all()


def test_a_column_of_the_image_lands_at_its_scaled_place() -> None:
    image = np.full((60, 300), 255, np.uint8)
    image[:, 200:206] = 0
    band = Band(40.0, 20.0)
    strip = cut_strip(image, band, boxes_on(band, 5), PREPARATION)
    assert edges(strip.pixels[16]) == pytest.approx((200 * strip.scale_x, 206 * strip.scale_x), abs=EDGE)


@pytest.mark.parametrize("wide", [0.35, 0.45, 0.8])
@pytest.mark.parametrize("count", [1, 5, 60])
def test_glyphs_have_on_average_a_fixed_width(wide: float, count: int) -> None:
    """Together with the four of ordinary width that count beside them."""
    height = 20.0
    boxes = Boxes.of((30 * i, 0, 30 * i + wide * height * (0.7 + 0.6 * (i % 2)), 9) for i in range(count))
    strip = cut_strip(np.zeros((40, 30 * count + 20), np.uint8), Band(30.0, height), boxes, PREPARATION)
    widths = [*(boxes.right - boxes.left).tolist(), *[0.45 * height] * 4]
    assert np.mean(widths) * strip.scale_x == pytest.approx(PREPARATION.glyph_width, rel=0.02)


def loop_of_windows(strip: Strip, boxes: Boxes, vertical: bool) -> Floats:
    """Windows pixel by pixel: the strip interpolated at the middle of each pixel, squeezed where a glyph is wider."""
    size, columns = strip.pixels.shape
    out = np.zeros((len(boxes), 2, size, size), np.float32)
    for n, (left, _, end, _) in enumerate(boxes.array.astype(float) * strip.scale_x):
        right = max(end, left + NARROWEST)
        reach = max(size, right - left + 2)
        for row in range(size):
            for column in range(size):
                x = (left + right) / 2 - reach / 2 + (column + 0.5) * reach / size
                out[n, 0, row, column] = np.interp(x - 0.5, np.arange(columns), strip.pixels[row])
                out[n, 1, row, column] = 2 * min(max(min(x - left, right - x) + 0.5, 0), 1) - 1
        if vertical:
            out[n] = np.stack([np.rot90(channel, -1) for channel in out[n]])
    return out


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize(("columns", "scale"), [(120, 1.0), (120, 0.37), (4, 1.0), (1, 2.0)])
def test_windows_are_those_of_a_loop_over_pixels(columns: int, scale: float, vertical: bool) -> None:
    strip = Strip(np.random.default_rng(columns).standard_normal((16, columns), np.float32), scale)
    boxes = Boxes.of([(0, 0, 5, 9), (40.3, 1, 47.9, 8), (50, 0, 50, 9), (10, 0, 90, 9), (110, 0, 130, 9)])
    windows = cut_windows(strip, boxes, vertical=vertical)
    np.testing.assert_allclose(windows, loop_of_windows(strip, boxes, vertical), atol=2e-4)


def test_no_boxes_give_no_windows() -> None:
    assert cut_windows(Strip(np.zeros((32, 50), np.float32), 1.0), Boxes.of(())).shape == (0, 2, 32, 32)


def cut(image: np.ndarray[Any, Any], box: tuple[float, float, float, float]) -> np.ndarray[Any, Any]:
    left, top, right, bottom = map(int, box)
    return image[top:bottom, left:right]


def test_turned_lines_and_their_boxes_come_back() -> None:
    upright = np.random.default_rng(1).integers(0, 256, (90, 30), np.uint8)
    turned = along_x(upright, vertical=True)
    boxes = Boxes.of([(0, 0, 30, 30), (2, 3, 17, 11), (60, 5, 90, 30)])
    back = turned_back(boxes, upright.shape[1])
    for there, here in zip(boxes.array, back.array, strict=True):
        assert cut(turned, there).tolist() == np.rot90(cut(upright, here)).tolist()
    assert along_x(turned, vertical=False) is turned


def test_the_top_of_a_vertical_line_becomes_its_beginning() -> None:
    upright = np.arange(12, dtype=np.uint8).reshape(4, 3)
    assert along_x(upright, vertical=True)[:, 0].tolist() == upright[0, ::-1].tolist()
