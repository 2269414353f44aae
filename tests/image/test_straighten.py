"""Lines cut along their baselines: level ones are slices, others become level, boxes go back to where they were."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.preparation import Grey
from effocr.image.straighten import cut_box, cut_straight
from effocr.page.boxes import Box, Boxes

Points = tuple[tuple[float, float], ...]
LEVEL: Points = ((20.0, 100.0), (380.0, 100.0))
SLOPED: Points = ((20.0, 90.0), (380.0, 112.0))
CURVED: Points = ((20.0, 90.0), (120.0, 104.0), (250.0, 108.0), (380.0, 92.0))


def page_with_blocks(baseline: Points) -> tuple[Grey, Boxes]:
    """A page of 400 x 200 with black blocks of 8 x 16 that stand on a baseline, a darker one every third."""
    page = np.full((200, 400), 230, np.uint8)
    x, y = np.array(baseline).T
    boxes = []
    for left in range(30, 370, 20):
        bottom = round(float(np.interp(left + 4, x, y)))
        page[bottom - 16 : bottom, left : left + 8] = 0 if left % 60 == 30 else 40
        boxes.append((left, bottom - 16, left + 8, bottom))
    return page, Boxes.of(boxes)


@pytest.mark.parametrize("baseline", [LEVEL, SLOPED, CURVED], ids=["level", "sloped", "curved"])
def test_lines_become_level_and_their_boxes_go_back(baseline: Points) -> None:
    page, boxes = page_with_blocks(baseline)
    line = cut_straight(page, Box(20, 60, 380, 130), baseline, above=24, below=8)
    assert line.pixels.shape == (32, 360)
    dark = line.pixels < 128
    rows = np.flatnonzero(dark.any(axis=1))
    assert abs(rows[0] - 8) <= 1 and abs(rows[-1] - 23) <= 1, "every block stands on row 24 of the line"
    edges = np.flatnonzero(np.diff(np.concatenate(([False], dark.any(axis=0), [False]))))
    found = Boxes.of((left, 8, right, 24) for left, right in edges.reshape(-1, 2).tolist())
    assert np.abs(line.on_page(found).array - boxes.array).max() <= 1.5
    assert np.abs(line.on_line(line.on_page(found)).array - found.array).max() < 1e-4


def test_a_level_line_is_the_very_pixels_of_the_page() -> None:
    page, _ = page_with_blocks(LEVEL)
    line = cut_straight(page, Box(20, 0, 380, 0), ((20.0, 100.2), (380.0, 99.7)), above=24, below=8)
    assert line.pixels.base is not None and np.shares_memory(line.pixels, page)
    assert np.array_equal(line.pixels, page[76:108, 20:380])


def test_whole_rows_of_drift_shift_columns_and_mix_nothing() -> None:
    page = np.random.default_rng(0).integers(0, 256, (100, 60), np.uint8)
    steps = tuple((float(x), 50.0 + 2 * (x >= 30)) for x in (0, 29.5, 30.5, 60))
    line = cut_straight(page, Box(0, 0, 60, 0), steps, above=10, below=5)
    expected = np.concatenate((page[40:55, :30], page[42:57, 30:]), axis=1)
    # The column at the very step lies between the two.
    assert np.array_equal(np.delete(line.pixels, (29, 30), axis=1), np.delete(expected, (29, 30), axis=1))


def test_half_rows_are_means() -> None:
    page = np.repeat(np.arange(0, 200, 2, dtype=np.uint8)[:, None], 40, axis=1)
    line = cut_straight(
        page, Box(0, 0, 40, 0), ((0.0, 40.5), (20.0, 40.5), (20.001, 60.5), (40.0, 60.5)), above=4, below=4
    )
    assert np.array_equal(line.pixels[:, 5], np.arange(73, 89, 2)) and line.pixels[0, 30] == 113


@pytest.mark.parametrize(
    "baseline", [((0.0, 3.0), (60.0, 3.0)), ((0.0, 3.0), (60.0, 14.0)), ((0.0, 99.0), (60.0, 90.0))]
)
def test_beyond_the_page_its_border_goes_on(baseline: Points) -> None:
    page = np.random.default_rng(0).integers(0, 256, (100, 60), np.uint8)
    line = cut_straight(page, Box(-5, 0, 80, 0), baseline, above=12, below=6)
    assert line.pixels.shape == (18, 60) and line.left == 0
    if baseline[0][1] == 3:
        assert line.pixels[0, 0] == page[0, 0]
    else:
        assert line.pixels[-1, 0] == page[-1, 0]


def test_boxes_are_cut_at_the_borders() -> None:
    page = np.arange(60, dtype=np.uint8).reshape(6, 10)
    line = cut_box(page, Box(-3, 1.6, 4.4, 99))
    assert np.array_equal(line.pixels, page[2:, :4]) and (line.left, line.tops.tolist()) == (0, [2])
    assert line.on_page(Boxes.of([(1, 0, 2, 3)]))[0] == Box(1, 2, 2, 5)
    assert cut_box(page, Box(12, 8, 12, 8)).pixels.size == 1


def test_no_boxes_stay_none() -> None:
    page, _ = page_with_blocks(SLOPED)
    line = cut_straight(page, Box(20, 60, 380, 130), SLOPED, above=24, below=8)
    assert len(line.on_page(Boxes.of(()))) == 0
