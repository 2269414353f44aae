"""The cheapest path through boxes and characters, against all paths there are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from effocr.evaluate.forced.path import Step, Ways, best_path

MOVES = ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3))


def random_ways(seed: int, n: int, m: int) -> Ways:
    random = np.random.default_rng(seed)
    moves = {}
    for boxes, chars in MOVES:
        costs = random.uniform(0, 5, (n, m))
        costs[n + 1 - boxes :] = np.inf
        costs[:, max(m + 1 - chars, 0) :] = np.inf
        moves[boxes, chars] = costs
    return Ways(moves, random.uniform(0, 3, n), random.uniform(0, 3, m))


def all_paths(ways: Ways, i: int = 0, j: int = 0) -> Iterator[list[tuple[int, int]]]:
    n, m = len(ways.skipped), len(ways.missing)
    if (i, j) == (n, m):
        yield []
    for boxes, chars in (*ways.moves, (1, 0), (0, 1)):
        if i + boxes <= n and j + chars <= m:
            for rest in all_paths(ways, i + boxes, j + chars):
                yield [(boxes, chars), *rest]


def cost_of(ways: Ways, path: list[tuple[int, int]]) -> float:
    i = j = 0
    cost = 0.0
    for move in path:
        cost += ways.skipped[i] if move == (1, 0) else ways.missing[j] if move == (0, 1) else ways.moves[move][i, j]
        i, j = i + move[0], j + move[1]
    return cost


@pytest.mark.parametrize("seed", range(12))
def test_the_best_path_is_the_best_of_all(seed: int) -> None:
    n, m = 1 + seed % 4, 1 + seed // 3
    ways = random_ways(seed, n, m)
    steps = best_path(ways)
    found = [(step.boxes, step.chars) for step in steps]
    assert sum(step.cost for step in steps) == pytest.approx(min(cost_of(ways, path) for path in all_paths(ways)))
    assert cost_of(ways, found) == pytest.approx(sum(step.cost for step in steps))


def test_every_box_and_every_character_is_taken_once() -> None:
    steps = best_path(random_ways(7, 5, 4))
    assert [box for step in steps for box in range(step.box, step.box + step.boxes)] == list(range(5))
    assert [char for step in steps for char in range(step.char, step.char + step.chars)] == list(range(4))


def test_without_boxes_everything_is_missing_and_without_text_everything_is_dirt() -> None:
    none = np.zeros(0)
    assert best_path(Ways({}, none, np.ones(2))) == [Step(0, 0, 0, 1, 1.0), Step(0, 0, 1, 1, 1.0)]
    assert best_path(Ways({}, np.ones(2), none)) == [Step(0, 1, 0, 0, 1.0), Step(1, 1, 0, 0, 1.0)]
