from __future__ import annotations

import itertools

import numpy as np
import pytest

from effocr.evaluate.boxes import LEAST_IOU, BoxCounts, box_scores, iou_along_x, matches
from effocr.page.boxes import Boxes


def spans(*pairs: tuple[float, float]) -> Boxes:
    return Boxes.of((left, 0, right, 10) for left, right in pairs)


NONE = spans()


def random_boxes(seed: int, count: int) -> Boxes:
    generator = np.random.default_rng(seed)
    left = generator.integers(0, 60, count)
    return spans(*zip(left.tolist(), (left + generator.integers(1, 15, count)).tolist(), strict=True))


def test_overlaps_equal_counted_pixels() -> None:
    first, second = random_boxes(1, 12), random_boxes(2, 9)
    overlaps = iou_along_x(first, second)
    for (i, a), (j, b) in itertools.product(enumerate(first.array), enumerate(second.array)):
        pixels_a, pixels_b = set(range(int(a[0]), int(a[2]))), set(range(int(b[0]), int(b[2])))
        assert overlaps[i, j] == pytest.approx(len(pixels_a & pixels_b) / len(pixels_a | pixels_b))


def greedy_by_scanning(overlaps: np.ndarray) -> set[tuple[int, int]]:
    left, pairs = overlaps.copy(), set()
    while left.size and left.max() >= LEAST_IOU:
        row, column = (int(at) for at in np.unravel_index(left.argmax(), left.shape))
        pairs.add((row, column))
        left[row], left[:, column] = 0, 0
    return pairs


@pytest.mark.parametrize("seed", range(20))
def test_the_best_pair_is_made_first_and_no_box_twice(seed: int) -> None:
    overlaps = iou_along_x(random_boxes(seed, 30), random_boxes(seed + 100, 30))
    assert set(matches(overlaps)) == greedy_by_scanning(overlaps)


def test_a_perfect_finding() -> None:
    boxes = spans((0, 5), (6, 9), (9, 20))
    counts = box_scores(boxes, boxes)
    assert counts == BoxCounts(3, 3, 3, 3.0)
    assert counts.precision == counts.recall == counts.mean_iou == 1.0


def test_heights_do_not_count() -> None:
    assert box_scores(Boxes.of([(0, 0, 5, 2)]), Boxes.of([(0, 40, 5, 90)])).matched == 1


def test_one_box_over_two_glyphs_matches_neither() -> None:
    counts = box_scores(spans((0, 20)), spans((0, 9), (11, 20)))
    assert (counts.matched, counts.precision, counts.recall) == (0, 0.0, 0.0)


def test_found_boxes_in_unknown_regions_are_not_counted() -> None:
    unknown = spans((50, 100))
    counts = box_scores(spans((0, 10), (30, 40), (55, 65), (45, 60)), spans((0, 10)), unknown)
    assert (counts.matched, counts.found, counts.truth) == (1, 2, 1)


def test_true_boxes_next_to_unknown_regions_count_all_the_same() -> None:
    counts = box_scores(spans((45, 60)), spans((45, 60)), spans((48, 100)))
    assert (counts.matched, counts.found, counts.truth) == (1, 1, 1)


def test_nothing_found_and_nothing_there() -> None:
    assert box_scores(NONE, NONE, NONE) == BoxCounts()
    assert BoxCounts().precision == BoxCounts().recall == 1.0
    assert box_scores(NONE, spans((0, 5))).recall == 0.0
    assert box_scores(spans((0, 5)), NONE).precision == 0.0


def test_counts_of_lines_add_up() -> None:
    one, two = BoxCounts(3, 4, 5, 2.5), BoxCounts(1, 2, 1, 0.75)
    assert one + two == BoxCounts(4, 6, 6, 3.25)
    assert (one + two).mean_iou == pytest.approx(3.25 / 4)
