"""Connected cells, against a flood fill, and lines drawn into maps, which have to come back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from effocr.page.boxes import Floats
from effocr.read.pages.maps import COLUMN_STEP, ROW_STEP, components, lines_of_maps


def flooded(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Components by the obvious way: -1 outside, numbers in the order of their first cells."""
    numbers = np.full(mask.shape, -1)
    for row, column in np.argwhere(mask).tolist():
        if numbers[row, column] >= 0:
            continue
        number, waiting = numbers.max() + 1, [(row, column)]
        while waiting:
            y, x = waiting.pop()
            if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and mask[y, x] and numbers[y, x] < 0:
                numbers[y, x] = number
                waiting += [(y + down, x + along) for down in (-1, 0, 1) for along in (-1, 0, 1)]
    return numbers


@pytest.mark.parametrize("share", [0.0, 0.2, 0.45, 0.6, 1.0])
def test_components_are_those_of_a_flood_fill(share: float) -> None:
    random = np.random.default_rng(round(share * 10))
    for shape in ((1, 1), (1, 30), (30, 1), (25, 40)):
        mask = random.random(shape) < share
        runs = components(mask)
        painted = np.full(shape, -1)
        for row, start, end, number in zip(runs.rows, runs.starts, runs.ends, runs.components, strict=True):
            painted[row, start:end] = number
        np.testing.assert_array_equal(painted, flooded(mask))


def maps_of(
    lines: list[tuple[float, float, float]], *, shape: tuple[int, int] = (120, 100), above: float = 12
) -> Floats:
    """Maps as a perfect net gives them for level lines (baseline, left, right) in pixels of its input."""
    maps = np.full((5, *shape), -8, np.float32)
    y = (np.arange(shape[0]) + 0.5) * ROW_STEP
    x = (np.arange(shape[1]) + 0.5) * COLUMN_STEP
    for baseline, left, right in lines:
        rows = np.flatnonzero((y > baseline - 7) & (y < baseline - 1))
        columns = np.flatnonzero((x > left) & (x < right))
        place = np.ix_(rows, columns)
        maps[0][place] = 8
        maps[2][place] = ((baseline - y[rows]) / above)[:, None]
        maps[3][place], maps[4][place] = np.log(above), np.log(4)
    return maps


def test_lines_come_back_with_their_baselines_and_heights() -> None:
    drawn = [(40.0, 20.0, 180.0), (41.0, 220.0, 380.0), (62.0, 20.0, 380.0)]
    found = lines_of_maps(maps_of(drawn))
    assert len(found) == 3
    for line, (baseline, left, right) in zip(found, drawn, strict=True):
        assert np.allclose(line.baseline[:, 1], baseline, atol=0.3)
        assert abs(line.baseline[0, 0] - left) < 6 and abs(line.baseline[-1, 0] - right) < 6
        assert line.above == pytest.approx(12, rel=1e-3) and line.below == pytest.approx(4, rel=1e-3)


def test_a_separator_parts_a_kernel() -> None:
    maps = maps_of([(40.0, 20.0, 380.0)])
    maps[1, :, 50:52] = 8
    assert [round(line.baseline[-1, 0]) < 210 for line in lines_of_maps(maps)] == [True, False]


def test_a_bent_line_has_a_bent_baseline() -> None:
    maps = np.full((5, 100, 200), -8, np.float32)
    x = (np.arange(200) + 0.5) * COLUMN_STEP
    bent = 90 + 12 * ((x - 400) / 400) ** 2
    for column in range(10, 190):
        rows = np.flatnonzero(np.abs((np.arange(100) + 0.5) * ROW_STEP - bent[column] + 4) < 3)
        maps[0, rows, column] = 8
        maps[2, rows, column] = (bent[column] - (rows + 0.5) * ROW_STEP) / 12
        maps[3, rows, column], maps[4, rows, column] = np.log(12), np.log(4)
    (line,) = lines_of_maps(maps)
    assert len(line.baseline) > 3
    expected = 90 + 12 * ((line.baseline[:, 0] - 400) / 400) ** 2
    assert np.abs(line.baseline[1:-1, 1] - expected[1:-1]).max() < 0.5


def test_blank_maps_show_no_line() -> None:
    assert lines_of_maps(np.full((5, 20, 20), -8, np.float32)) == []
