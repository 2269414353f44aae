"""Fitting a calibration, and how well chances hold."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.bundle.card import Calibration
from effocr.errors import DataError
from effocr.evaluate.calibration.curve import curve
from effocr.evaluate.calibration.fitting import Sample, fitted
from effocr.evaluate.calibration.reliability import estimates, reliability
from effocr.read.confidence.chances import chances

TRUE = Calibration(start=-1.0, share=0.5, likeness=1.0, found=0.25)


def sample(size: int, seed: int, calibration: Calibration = TRUE) -> Sample:
    """Glyphs that are right as often as a calibration says."""
    numbers = np.random.default_rng(seed)
    seen = numbers.normal(0.5, 1.5, (size, 3)).astype(np.float32)
    return Sample(seen, numbers.random(size) < chances(calibration, seen))


def test_the_weights_that_made_the_outcomes_are_found_again() -> None:
    found = fitted([sample(40_000, 1), sample(20_000, 2)])
    assert [found.start, found.share, found.likeness, found.found] == pytest.approx([-1.0, 0.5, 1.0, 0.25], abs=0.06)
    fresh = sample(20_000, 3)
    assert reliability(chances(found, fresh.evidence), fresh.right).error < 0.015


def test_a_figure_that_speaks_the_wrong_way_gets_no_weight() -> None:
    seen = sample(5_000, 4)
    turned = Sample(seen.evidence * np.array([1, 1, -1], np.float32), seen.right)
    found = fitted([turned])
    assert found.found == 0 and found.likeness > 0.8


def test_samples_weigh_the_same_whatever_their_size() -> None:
    often = Calibration(start=2.0, share=0, likeness=0, found=0)
    seldom = Calibration(start=-2.0, share=0, likeness=0, found=0)
    found = fitted([sample(9_000, 5, often), sample(900, 6, seldom)])
    assert found.start == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("right", [np.ones(500, np.bool_), np.zeros(500, np.bool_)])
def test_a_reading_without_errors_teaches_nothing(right: np.ndarray) -> None:
    with pytest.raises(DataError, match="wrong glyphs"):
        fitted([Sample(np.ones((500, 3), np.float32), right)])
    with pytest.raises(DataError):
        fitted([])


def test_figures_of_reliability_against_plain_sums() -> None:
    given = [0.95, 0.95, 0.55, 0.05, 1.0]
    true = [1, 0, 1, 0, 1]
    found = reliability(given, true)
    assert found.brier == pytest.approx(sum((p - t) ** 2 for p, t in zip(given, true, strict=True)) / 5)
    assert [(part.count, part.true) for part in found.tenths] == [(1, 0.0), (1, 1.0), (3, pytest.approx(2 / 3))]
    assert sum(part.count for part in found.tenths) == found.count == 5
    assert reliability([], []).count == 0


def test_estimates_are_compared_group_by_group() -> None:
    found = estimates([(0.1, 0.2), (0.2, 0.3), (0.3, 0.4)])
    assert found.mean_error == pytest.approx(0.1) and found.correlation == pytest.approx(1)
    assert estimates([]).count == 0 and estimates([(0.1, 0.1)]).correlation == 0


def test_a_curve_says_its_figures_and_nothing_else_is_believed() -> None:
    drawn = curve("<b>", reliability([0.9, 0.2], [1, 0]))
    assert "&lt;b&gt;" in drawn and drawn.count("<circle") == 2
    assert curve("none", reliability([], [])).startswith("<svg")
