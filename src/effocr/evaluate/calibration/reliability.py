"""How well chances hold: what was given against what came true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

BINS = 15
"""Parts of equal size over which the error of calibration is taken (Naeini et al., 2015, with equal masses)."""
TENTHS = 10


@dataclass(frozen=True)
class Bin:
    """Some outcomes of about the same chance: how many, the mean chance given, and the share that came true."""

    count: int
    given: float
    true: float


@dataclass(frozen=True)
class Reliability:
    """How well some chances hold; all figures are 0 for none."""

    count: int
    given: float
    """Mean chance."""
    true: float
    """Share that came true."""
    brier: float
    """Mean square of chance minus outcome."""
    error: float
    """Mean distance of given and true, over parts of equal size (expected calibration error)."""
    tenths: tuple[Bin, ...]
    """Outcomes by tenths of the chance; those tenths that hold any."""


def reliability(chances: ArrayLike, came_true: ArrayLike) -> Reliability:
    """How well chances (N,) in 0..1 hold, given what came true (N,), 0 or 1."""
    given, true = np.asarray(chances, np.float64), np.asarray(came_true, np.float64)
    if not len(given):
        return Reliability(0, 0.0, 0.0, 0.0, 0.0, ())
    order = np.argsort(given, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    error = sum(abs(given[part].mean() - true[part].mean()) * len(part) for part in parts) / len(given)
    tenth = np.minimum((given * TENTHS).astype(int), TENTHS - 1)
    rows = [np.flatnonzero(tenth == place) for place in range(TENTHS)]
    bins = tuple(Bin(len(row), float(given[row].mean()), float(true[row].mean())) for row in rows if len(row))
    brier = float(((given - true) ** 2).mean())
    return Reliability(len(given), float(given.mean()), float(true.mean()), brier, float(error), bins)


@dataclass(frozen=True)
class Estimates:
    """Error rates estimated without the truth beside the true ones, of pages or other groups of lines."""

    count: int
    mean_error: float
    """Mean of |estimated - true|."""
    correlation: float
    """Pearson's, 0 for fewer than two groups or where one side does not vary."""


def estimates(pairs: Sequence[tuple[float, float]]) -> Estimates:
    """How near (estimated, true) error rates are."""
    if not pairs:
        return Estimates(0, 0.0, 0.0)
    estimated, true = np.array(pairs, np.float64).T
    varies = len(pairs) > 1 and estimated.std() > 0 and true.std() > 0
    correlation = float(np.corrcoef(estimated, true)[0, 1]) if varies else 0.0
    return Estimates(len(pairs), float(np.abs(estimated - true).mean()), correlation)
