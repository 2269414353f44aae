"""Lines found on pages, counted."""

from __future__ import annotations

import numpy as np

from effocr.evaluate.pages.lines import LEAST_COLUMNS, LEAST_ROWS, LineCounts, line_counts, matches
from effocr.page.boxes import Box

TWO = [Box(0, 0, 100, 20), Box(0, 22, 100, 42)]


def test_boxes_two_lines_high_match_neither() -> None:
    assert line_counts([Box(0, 0, 100, 42)], TWO).recall == 0
    assert line_counts([Box(0, 2, 90, 24)], TWO).recall == 1
    assert line_counts([Box(0, 2, 130, 22)], TWO).recall == 0


def test_a_line_in_two_pieces_and_one_that_is_not_there() -> None:
    counts = line_counts(TWO, [Box(0, 0, 50, 20), Box(50, 0, 100, 20), Box(0, 22, 100, 42)])
    assert counts == LineCounts(wanted=2, found=3, recalled=1, precise=3)
    assert (counts + line_counts([], TWO)).precision == 3 / 5
    assert LineCounts().recall == LineCounts().precision == 0


def test_every_pair_is_judged_by_its_pixels() -> None:
    rng = np.random.default_rng(0)
    corners = np.sort(rng.integers(0, 12, (2, 200, 2, 2)), axis=3)  # (set, box, axis, ends)
    wanted, found = corners.transpose(0, 1, 3, 2).reshape(2, 200, 4).astype(np.float32)
    got = matches(wanted, found, widest=1.5)
    for row, (left, top, right, bottom) in enumerate(wanted.astype(int).tolist()):
        for column, (other_left, other_top, other_right, other_bottom) in enumerate(found.astype(int).tolist()):
            rows, other_rows = set(range(top, bottom)), set(range(other_top, other_bottom))
            columns, other_columns = set(range(left, right)), set(range(other_left, other_right))
            assert got[row, column] == (
                bool(rows & other_rows)
                and bool(columns & other_columns)
                and len(rows & other_rows) >= LEAST_ROWS * len(rows | other_rows)
                and len(columns & other_columns) >= LEAST_COLUMNS * len(columns)
                and len(other_columns) <= 1.5 * len(columns)
            )
    assert got.any() and (got <= matches(wanted, found)).all() and (got < matches(wanted, found)).any()
