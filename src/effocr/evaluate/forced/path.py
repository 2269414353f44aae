"""The cheapest way through the boxes of a line and the characters of its text (dynamic programming)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]
Move = tuple[int, int]
"""How many boxes and how many characters a step takes."""
ROUNDING = 1e-6


@dataclass(frozen=True)
class Step:
    """`boxes` boxes from `box` on stand for `chars` characters from `char` on, at a `cost`.

    No boxes: the characters are not there. No characters: the box is dirt.
    """

    box: int
    boxes: int
    char: int
    chars: int
    cost: float


@dataclass(frozen=True, eq=False)
class Ways:
    """What every step costs for n boxes and m characters.

    `moves` has a table (n, m) a kind of step: [i, j] is the cost of one that begins at box i and character j, infinite
    where there is none. `skipped` (n,) is the cost of a box that is nothing, `missing` (m,) that of a character without
    a box.
    """

    moves: Mapping[Move, Costs]
    skipped: Costs
    missing: Costs


def best_path(ways: Ways) -> list[Step]:
    """The cheapest steps, in order; together they take every box and every character once."""
    n, m = len(ways.skipped), len(ways.missing)
    lost = np.concatenate(([0.0], np.cumsum(ways.missing)))
    totals = np.full((n + 1, m + 1), np.inf)
    totals[0] = lost
    arrived: list[dict[Move, Costs]] = [{}]
    for i in range(1, n + 1):
        options = {(1, 0): totals[i - 1] + ways.skipped[i - 1]}
        for (boxes, chars), costs in ways.moves.items():
            if i >= boxes and m >= chars:
                reached = np.full(m + 1, np.inf)
                reached[chars:] = totals[i - boxes, : m + 1 - chars] + costs[i - boxes, : m + 1 - chars]
                options[boxes, chars] = reached
        here = np.min(list(options.values()), axis=0)
        # A run of missing characters from j to k costs lost[k] - lost[j], whatever came before.
        totals[i] = lost + np.minimum.accumulate(here - lost)
        arrived.append(options)
    return _steps(totals, arrived, ways)


def _steps(totals: Costs, arrived: list[dict[Move, Costs]], ways: Ways) -> list[Step]:
    """The steps that lead to the last cell, first to last."""
    i, j = (size - 1 for size in totals.shape)
    steps: list[Step] = []
    while i or j:
        options = arrived[i]
        move = min(options, key=lambda way: options[way][j]) if options else (0, 1)
        if options and options[move][j] > totals[i, j] + ROUNDING:
            move = (0, 1)
        boxes, chars = move
        i, j = i - boxes, j - chars
        steps.append(Step(i, boxes, j, chars, _cost(ways, move, i, j)))
    return steps[::-1]


def _cost(ways: Ways, move: Move, i: int, j: int) -> float:
    match move:
        case (1, 0):
            return float(ways.skipped[i])
        case (0, 1):
            return float(ways.missing[j])
    return float(ways.moves[move][i, j])
