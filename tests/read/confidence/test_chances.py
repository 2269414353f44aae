"""Scores as chances."""

from __future__ import annotations

import math

import numpy as np
import pytest

from effocr.bundle.card import Calibration
from effocr.read.confidence.chances import calibrated, chances, evidence
from effocr.read.confidence.spaces import parted
from effocr.read.words import word_spans

CALIBRATION = Calibration(start=-3.0, share=0.4, likeness=1.2, found=0.7)
NUMBERS = np.random.default_rng(3)


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_chances_are_the_logistic_of_weighted_log_odds() -> None:
    share, cosine, found = 0.7, 0.93, 0.8
    odds = -3.0 + 0.4 * math.log(share / 0.3) - 1.2 * math.log(1 - cosine) + 0.7 * math.log(found / 0.2)
    given = chances(CALIBRATION, evidence(floats(share), floats(cosine), floats(found)))
    assert given[0] == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-5)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_better_score_never_lowers_a_chance(column: int) -> None:
    rows = [np.full(200, 0.6, np.float32) for _ in range(3)]
    rows[column] = np.linspace(-0.2, 1, 200, dtype=np.float32)
    given = chances(CALIBRATION, evidence(*rows))
    assert (np.diff(given) >= 0).all() and 0 <= given.min() < given.max() <= 1


def test_alternatives_keep_their_order_and_no_more_than_everything_is_given_away() -> None:
    shares = NUMBERS.dirichlet(np.full(5, 0.3), 500).astype(np.float32)
    chosen = NUMBERS.random(500, dtype=np.float32)
    made = calibrated(shares, chosen)
    assert np.allclose(made[:, 0], chosen)
    assert (made.sum(axis=1) <= 1 + 1e-5).all() and (made >= 0).all()
    better = shares[:, 1:] <= shares[:, :1]
    assert (made[:, 1:] <= made[:, :1] + 1e-6)[better].all()
    order = np.argsort(shares[:, 1:], axis=1, kind="stable")
    assert (np.diff(np.take_along_axis(made[:, 1:], order, axis=1), axis=1) >= -1e-6).all()


def test_words_are_parted_as_surely_as_all_decisions_about_their_spaces_together() -> None:
    spaces = NUMBERS.random(12, dtype=np.float32)
    spans = word_spans(spaces)
    assert len(spans) > 2
    sure = [max(float(space), 1 - float(space)) for space in spaces] + [1.0]
    sure[0] = 1.0
    wanted = [math.prod(sure[start : end + 1]) for start, end in spans]
    assert parted(spaces, spans) == pytest.approx(wanted, abs=1e-4)


def test_a_line_of_one_word_begins_and_ends_surely() -> None:
    assert parted(floats(0.9, 0.0, 0.0), [(0, 3)]) == [1.0]
    assert parted(floats(), []) == []
