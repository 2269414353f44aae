"""Underlines are taken out of lines; strokes, dense text and letters that reach through them stay."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.preparation import Grey
from effocr.read.doubt.underlines import without_underlines

PAPER, INK = 200, 30
ROWS, COLUMNS = 40, 300


def letters() -> Grey:
    """Posts that stand like letters, every fourth of them with a tail that reaches under the line."""
    line = np.full((ROWS, COLUMNS), PAPER, np.uint8)
    for number, left in enumerate(range(10, 280, 12)):
        line[10 : 36 if number % 4 == 0 else 26, left : left + 5] = INK
    return line


def underlined(line: Grey, *, fall: int = 0) -> Grey:
    drawn = line.copy()
    for column in range(5, 290):
        row = 29 + fall * column // COLUMNS
        drawn[row : row + 2, column] = INK
    return drawn


@pytest.mark.parametrize("fall", [0, 3])
def test_an_underline_gives_way_to_paper(fall: int) -> None:
    plain, line = letters(), underlined(letters(), fall=fall)
    cleared = without_underlines(line)
    assert cleared is not None
    left_over = (cleared != plain).mean()
    assert left_over < 0.1 * (line != plain).mean()
    assert (cleared[10:26] == plain[10:26]).all()


def test_tails_go_through_it() -> None:
    cleared = without_underlines(underlined(letters()))
    assert cleared is not None
    assert (cleared[26:36, 11:14] == INK).all()


def test_an_underline_of_a_part_is_enough() -> None:
    line = letters()
    line[30:32, 20:120] = INK
    cleared = without_underlines(line)
    assert cleared is not None
    assert (cleared[30:32, 24:34] == PAPER).all()


def test_lines_without_one_are_let_alone() -> None:
    dashes = letters()
    dashes[18:21, 100:150] = INK  # a dash, longer than the line is high
    bar = letters()
    bar[12:26] = INK  # as thick as print
    for line in (letters(), dashes, bar, np.full((ROWS, COLUMNS), PAPER, np.uint8), letters()[:, :50]):
        assert without_underlines(line) is None
