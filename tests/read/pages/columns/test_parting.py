"""Lines that run through several columns, on pages of bars."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.preparation import Grey
from effocr.page.boxes import Box
from effocr.read.pages.columns.parting import parted
from effocr.read.pages.maps import MapLine

COLUMNS = ((20.0, 190.0), (210.0, 380.0))


def line(left: float, right: float, base: float, above: float = 10.0) -> MapLine:
    points = np.array([[left, base], [right, base]], np.float32)
    return MapLine(points, above, above / 3, 0.9)


def columns_of(rows: range) -> list[MapLine]:
    return [line(*column, 30.0 + 18 * row) for row in rows for column in COLUMNS]


def paper(*boxes: Box) -> Grey:
    page = np.full((400, 400), 240, np.uint8)
    for left, top, right, bottom in boxes:
        page[int(top) : int(bottom), int(left) : int(right)] = 20
    return page


def spans(lines: list[MapLine], base: float) -> list[tuple[float, float]]:
    return [(each.box.left, each.box.right) for each in lines if each.baseline[0, 1] == base]


def test_a_line_through_a_gutter_is_cut_in_it() -> None:
    joined = line(20, 380, 30.0 + 18 * 5)
    others = [each for each in columns_of(range(11)) if each.baseline[0, 1] != 120]
    found = parted([*others, joined], paper())
    (left, right) = spans(found, 120)
    assert left[0] == 20 and 187 <= left[1] <= 195 and 205 <= right[0] <= 213 and right[1] == 380
    assert len(found) == len(others) + 2


@pytest.mark.parametrize("rows", [range(5), range(6, 11)])
def test_columns_on_one_side_only_part_nothing(rows: range) -> None:
    lines = [*columns_of(rows), line(20, 380, 120)]
    assert parted(lines, paper()) == lines


def test_a_headline_over_columns_stays_whole_without_a_rule() -> None:
    lines = [*columns_of(range(4)), line(20, 380, 130, above=30.0), *columns_of(range(7, 11))]
    assert parted(lines, paper()) == lines


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        (Box(199, 0, 201, 400), 2),
        (Box(199, 95, 201, 200), 2),
        (Box(199, 100, 201, 131), 1),
        (Box(190, 0, 212, 400), 1),
        (Box(30, 0, 32, 400), 1),
    ],
    ids=["a rule", "a rule below", "a stroke", "a bar", "a rule at the end"],
)
def test_a_rule_parts_headlines(rule: Box, parts: int) -> None:
    lines = [line(20, 380, 130, above=30.0), *columns_of(range(8, 14))]
    found = parted(lines, paper(rule))
    assert len(spans(found, 130)) == parts
    assert len(found) == len(lines) + parts - 1


def test_letters_beside_a_stroke_show_that_it_is_none() -> None:
    stroke, letter = Box(199, 0, 201, 400), Box(202, 100, 230, 130)
    lines = [line(20, 380, 130, above=30.0), *columns_of(range(8, 14))]
    assert len(parted(lines, paper(stroke, letter))) == len(lines)


def test_no_lines_and_a_blank_page() -> None:
    assert parted([], paper()) == []
