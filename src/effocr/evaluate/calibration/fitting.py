"""Fitting the curve that turns scores into chances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effocr.bundle.card import Calibration
from effocr.errors import DataError
from effocr.page.boxes import Floats

FEWEST_WRONG = 10
ROUNDS = 100
SETTLED = 1e-8
DAMPING = 1e-4
"""Ridge on the weights, a glyph: keeps them finite where a figure parts right from wrong without exception."""
DIGITS = 5

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sample:
    """Glyphs that were read: their evidence (N, 3) and whether they are right (N,)."""

    evidence: Floats
    right: Flags


def fitted(samples: Sequence[Sample]) -> Calibration:
    """The calibration of greatest likelihood; every sample weighs the same, however many glyphs it has.

    Raises `DataError` where too few glyphs are wrong, or right, to learn from.
    """
    samples = [sample for sample in samples if len(sample.right)]
    right = np.concatenate([sample.right for sample in samples]) if samples else np.zeros(0, np.bool_)
    fewest = min(int(right.sum()), int((~right).sum()))
    if fewest < FEWEST_WRONG:
        raise DataError(
            f"a calibration needs {FEWEST_WRONG} wrong glyphs and as many right ones, got {fewest}.",
            hint="Give more lines, or lines that are harder to read.",
        )
    seen = np.concatenate([sample.evidence for sample in samples]).astype(np.float64)
    weights = np.concatenate([np.full(len(sample.right), 1 / len(sample.right)) for sample in samples])
    columns = list(range(seen.shape[1]))
    # A negative weight would let a better score lower the chance: the worst such column is left out.
    while True:
        found = _logistic(seen[:, columns], right, weights * (len(right) / weights.sum()))
        if not columns or found[1:].min() >= 0:
            break
        del columns[int(found[1:].argmin())]
    slopes = [0.0] * seen.shape[1]
    for column, slope in zip(columns, found[1:].tolist(), strict=True):
        slopes[column] = round(slope, DIGITS)
    share, likeness, sure = slopes
    return Calibration(start=round(float(found[0]), DIGITS), share=share, likeness=likeness, found=sure)


def _logistic(seen: NDArray[np.float64], right: Flags, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intercept and slopes of a weighted logistic regression, by Newton's method."""
    columns = np.column_stack((np.ones(len(seen)), seen))
    ridge = DAMPING * len(seen) * np.diag([0.0, *np.ones(seen.shape[1])])
    found = np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(columns @ found, -30, 30)))
        slope = columns.T @ (weights * (right - chance)) - ridge @ found
        curvature = (columns * (weights * chance * (1 - chance))[:, None]).T @ columns + ridge
        step = np.linalg.solve(curvature + 1e-12 * np.eye(len(found)), slope)
        found += np.clip(step, -2, 2)
        if np.abs(step).max() < SETTLED:
            break
    return found
