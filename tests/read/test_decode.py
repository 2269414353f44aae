"""Decoding the localizer's answers against a plain loop."""

from __future__ import annotations

import math

import numpy as np
import pytest

from effocr.page.boxes import Floats
from effocr.read.decode import OVERLAP, WIDEST, Peaks, decode_columns

HEIGHT, STEP = 48, 2


def columns_of(peaks: dict[int, tuple[float, float, float]], cells: int = 60) -> Floats:
    """Answers with a glyph at each cell: centre logit, extent to the left and to the right (pixels)."""
    columns = np.zeros((8, cells), np.float32)
    columns[0] = -8
    columns[1] = np.linspace(-3, 3, cells)
    columns[4:] = np.array([[0.25], [0.75], [0.125], [0.5]])
    for cell, (logit, left, right) in peaks.items():
        columns[0, cell] = logit
        columns[2:4, cell] = math.log(left), math.log(right)
    return columns


def decoded(columns: Floats) -> Peaks:
    """The glyphs of one line."""
    (peaks,) = decode_columns([columns], HEIGHT, STEP, 0.3)
    return peaks


def brute(columns: Floats, threshold: float) -> list[tuple[float, float, float]]:
    """(score, left, right) by the definition, cell by cell and pair by pair."""
    logits = [-math.inf, *columns[0].tolist(), -math.inf]
    found = []
    for cell in range(columns.shape[1]):
        before, here, after = logits[cell : cell + 3]
        score = 1 / (1 + math.exp(-here))
        if score > threshold and here >= before and here > after:
            centre = (cell + 0.5) * STEP
            extents = [min(math.exp(columns[row, cell]), WIDEST * HEIGHT) for row in (2, 3)]
            found.append((score, centre - extents[0], centre + extents[1]))
    kept: list[tuple[float, float, float]] = []
    for box in sorted(found, reverse=True):
        if all(
            min(box[2], other[2]) - max(box[1], other[1]) <= OVERLAP * min(box[2] - box[1], other[2] - other[1])
            for other in kept
        ):
            kept.append(box)
    return sorted(kept, key=lambda box: box[1] + box[2])


@pytest.mark.parametrize("seed", range(20))
def test_random_answers_decode_as_by_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((8, 300)).astype(np.float32) * 1.5
    columns[2:4] += 1.5
    columns[4:6] = np.sort(columns[4:6], axis=0)
    peaks = decoded(columns)
    expected = brute(columns, 0.3)
    assert len(expected) > 10
    assert np.allclose(np.column_stack((peaks.scores, peaks.boxes[:, [0, 2]])), expected, rtol=1e-4, atol=1e-3)


def test_lines_decoded_together_are_as_alone() -> None:
    rng = np.random.default_rng(3)
    lines = [rng.standard_normal((8, cells)).astype(np.float32) * 1.5 for cells in (40, 0, 1, 200, 7, 0)]
    together = decode_columns(lines, HEIGHT, STEP, 0.3)
    assert sum(len(peaks.scores) for peaks in together) > 20
    for columns, peaks in zip(lines, together, strict=True):
        alone = decoded(columns)
        assert all(np.array_equal(getattr(peaks, name), getattr(alone, name)) for name in vars(alone))
    assert decode_columns([], HEIGHT, STEP, 0.3) == []


def test_where_things_are() -> None:
    peaks = decoded(columns_of({10: (2.0, 4.0, 6.0)}))
    assert np.allclose(peaks.boxes, [[21 - 4, 12, 21 + 6, 36]])
    assert peaks.centres.tolist() == [21] and peaks.ascenders.tolist() == [6] and peaks.baselines.tolist() == [24]
    assert peaks.scores[0] == pytest.approx(1 / (1 + math.exp(-2)))
    assert peaks.spaces[0] == pytest.approx(1 / (1 + math.exp(3 - 6 * 10 / 59)), rel=1e-4)


def test_the_better_of_two_on_one_place_stays() -> None:
    peaks = decoded(columns_of({10: (1.0, 6, 6), 12: (2.0, 6, 6), 20: (1.0, 6, 6)}))
    assert peaks.centres.tolist() == [25, 41]


def test_what_a_dropped_box_would_have_dropped_stays() -> None:
    peaks = decoded(columns_of({10: (3.0, 8, 8), 13: (2.0, 8, 8), 16: (1.0, 8, 8)}))
    assert peaks.centres.tolist() == [21, 33]


def test_a_plateau_is_one_peak_and_the_borders_count() -> None:
    peaks = decoded(columns_of({0: (1.0, 1, 1), 20: (2.0, 2, 2), 21: (2.0, 2, 2), 59: (1.0, 1, 1)}))
    assert peaks.centres.tolist() == [1, 43, 119]


def test_nothing_found_and_no_cells() -> None:
    for columns in (columns_of({}), np.zeros((8, 0), np.float32)):
        peaks = decoded(columns)
        assert peaks.boxes.shape == (0, 4) and len(peaks.scores) == len(peaks.baselines) == 0


def test_wild_answers_stay_finite() -> None:
    columns = np.full((8, 9), 1e30, np.float32)
    columns[0] = [0, 5, 0, 0, 5, 0, 0, 5, 0]
    assert np.isfinite(decoded(columns).boxes).all()
