"""Rules between columns that were cut with a line, on lines of bars."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.band import Band
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes
from effocr.read.pages.columns.edges import without_rules
from effocr.read.sockets import Localization

ROWS, COLUMNS = 40, 200
GLYPHS = [Box(20.0 * place, 12, 20.0 * place + 12, 32) for place in range(1, 8)]


def localized(boxes: list[Box]) -> Localization:
    count = len(boxes)
    scores = np.linspace(0.5, 0.9, count, dtype=np.float32)
    return Localization(Boxes.of(boxes), scores, scores / 2, Band(10.0, 30.0, 0.0))


def drawn(*strokes: Box, ink: int = 30, paper: int = 230) -> Grey:
    line = np.full((ROWS, COLUMNS), paper, np.uint8)
    for left, top, right, bottom in (*GLYPHS, *strokes):
        line[int(top) : int(bottom), int(left) : int(right)] = ink
    return line


@pytest.mark.parametrize("left", [2, 195])
def test_a_rule_at_an_end_is_no_glyph(left: int) -> None:
    rule = Box(left, 0, left + 2, ROWS)
    boxes = sorted([*GLYPHS, Box(left - 1, 8, left + 3, 36)])
    before = localized(boxes)
    found = without_rules(drawn(rule), before)
    kept = slice(1, None) if left == 2 else slice(None, -1)
    np.testing.assert_array_equal(found.boxes.array, Boxes.of(GLYPHS).array)
    np.testing.assert_array_equal(found.scores, before.scores[kept])
    np.testing.assert_array_equal(found.space_before, before.space_before[kept])
    assert found.band == before.band


@pytest.mark.parametrize(
    ("stroke", "ink", "paper"),
    [
        (Box(2, 6, 4, 33), 30, 230),
        (Box(2, 0, 9, ROWS), 30, 230),
        (Box(15, 0, 17, ROWS), 30, 230),
        (Box(2, 0, 4, ROWS), 230, 30),
    ],
    ids=["no higher than letters", "thick", "far from the end", "light on dark"],
)
def test_other_strokes_stay(stroke: Box, ink: int, paper: int) -> None:
    before = localized([Box(stroke.left - 1, 4, stroke.right + 1, 36), *GLYPHS])
    assert without_rules(drawn(stroke, ink=ink, paper=paper), before) is before


def test_a_letter_of_a_tight_crop_is_no_rule() -> None:
    line = drawn(Box(2, 0, 4, ROWS))[12:32]
    boxes = [Box(1, 0, 5, 20), *(Box(left, 0, right, 20) for left, _, right, _ in GLYPHS)]
    before = localized(boxes)
    assert without_rules(line, before) is before


def test_a_sign_alone_stays() -> None:
    before = localized([Box(1, 2, 5, 38)])
    assert without_rules(drawn(Box(2, 0, 4, ROWS)), before) is before
