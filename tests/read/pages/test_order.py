"""Reading order: layouts whose order a person would not doubt."""

from __future__ import annotations

import math
import random

import pytest

from effocr.image.turning import Turn
from effocr.page.boxes import Box, Boxes
from effocr.read.pages.order import in_reading_order
from effocr.read.sockets import FoundLine

PITCH, HEIGHT = 30.0, 26.0


def column(left: float, top: float, count: int, width: float = 400.0, height: float = HEIGHT) -> list[Box]:
    """A column of lines, the last one shorter."""
    step = PITCH * height / HEIGHT
    boxes = [Box(left, top + row * step, left + width, top + row * step + height) for row in range(count)]
    last = boxes[-1]
    return [*boxes[:-1], Box(last.left, last.top, last.left + width * 0.6, last.bottom)]


def heading(left: float, top: float, width: float, height: float = 50.0) -> Box:
    return Box(left, top, left + width, top + height)


def ordered(expected: list[Box], *, seed: int = 0) -> list[FoundLine]:
    """What comes out of the boxes shuffled; the test's boxes are in the order that is expected."""
    shuffled = [FoundLine(box) for box in expected]
    random.Random(seed).shuffle(shuffled)
    found = in_reading_order(shuffled)
    assert sorted(line.box for line in found) == sorted(expected)
    assert sorted({line.region for line in found}) == list(range(max(line.region for line in found) + 1))
    return found


def boxes_of(found: list[FoundLine]) -> list[Box]:
    return [line.box for line in found]


def regions_of(found: list[FoundLine], block: list[Box]) -> set[int]:
    return {line.region for line in found if line.box in block}


def test_no_line_and_one_line() -> None:
    assert in_reading_order([]) == []
    assert in_reading_order([FoundLine(Box(5, 5, 9, 9), region=7)]) == [FoundLine(Box(5, 5, 9, 9))]


@pytest.mark.parametrize("seed", range(4))
def test_two_columns_under_a_headline_that_spans_them(seed: int) -> None:
    head, left, right = heading(0, 0, 840), column(0, 70, 12), column(440, 70, 15)
    foot = heading(0, 600, 840, 26)
    found = ordered([head, *left, *right, foot], seed=seed)
    assert boxes_of(found) == [head, *left, *right, foot]
    assert len(regions_of(found, left)) == len(regions_of(found, right)) == 1
    assert len({line.region for line in found}) == 4


def test_a_headline_in_the_middle_splits_the_page_in_bands() -> None:
    upper = [*column(0, 0, 6), *column(440, 0, 7)]
    middle = heading(10, 240, 820)
    lower = [*column(0, 310, 8), *column(440, 310, 5)]
    assert boxes_of(ordered([*upper, middle, *lower])) == [*upper, middle, *lower]


@pytest.mark.parametrize("seed", range(3))
def test_a_newspaper_of_seven_columns(seed: int) -> None:
    masthead = heading(200, 0, 2500, 120)
    columns = [column(number * 440, 150, 90, 420) for number in range(7)]
    # An advertisement over columns 3 and 4 in the middle of the page takes the place of twenty of their lines.
    cut = [[box for box in lines if not 1000 < box.bottom < 1650] for lines in columns[2:4]]
    advertisement = [heading(890, 1050, 820, 90), heading(960, 1250, 700, 80), heading(900, 1440, 800, 90)]
    upper = [[box for box in lines if box.top < 1050] for lines in cut]
    lower = [[box for box in lines if box.top > 1050] for lines in cut]
    expected = [masthead, *columns[0], *columns[1], *upper[0], *upper[1], *advertisement, *lower[0], *lower[1]]
    expected += [box for lines in columns[4:] for box in lines]
    assert boxes_of(ordered(expected, seed=seed)) == expected


def test_headings_inside_a_column_stay_there() -> None:
    left = [*column(0, 0, 10), heading(80, 330, 240, 60), *column(0, 410, 10)]
    right = [*column(440, 0, 4), heading(500, 150, 280, 45), *column(440, 220, 16)]
    assert boxes_of(ordered([*left, *right])) == [*left, *right]


def test_notes_in_either_margin_come_after_the_text() -> None:
    head, text = heading(300, 0, 600), [*column(200, 80, 15, 800), *column(200, 560, 15, 800)]
    for left in (0, 1040):
        notes = [*column(left, 150, 3, 150, 18), *column(left, 600, 2, 150, 18)]
        assert boxes_of(ordered([head, *text, *notes])) == [head, *text, *notes]


def test_a_table_of_prices_is_read_row_by_row() -> None:
    above, below = column(0, 0, 5), column(0, 440, 5)
    beside = column(440, 0, 19)
    rows = [
        [
            Box(0, top, 90 + 40 * (row % 4), top + HEIGHT),
            Box(250, top + 2, 310, top + HEIGHT),
            Box(340, top, 398, top + HEIGHT + 1),
        ]
        for row, top in enumerate(range(170, 410, 30))
    ]
    del rows[3][2]  # an empty cell
    table = [cell for row in rows for cell in row]
    found = ordered([*above, *table, *below, *beside])
    assert boxes_of(found) == [*above, *table, *below, *beside]
    assert len(regions_of(found, table)) == 1


def test_narrow_columns_of_another_text_are_no_cells() -> None:
    text, verse = column(0, 0, 20), column(430, 0, 20, 140)
    head = heading(430, -60, 300)
    assert boxes_of(ordered([*text, head, *verse])) == [*text, head, *verse]


def test_pieces_of_one_line_are_read_from_left_to_right() -> None:
    upper, lower = column(0, 0, 3)[:2], column(0, 90, 4)
    pieces = [Box(0, 60, 150, 86), Box(210, 61, 400, 87)]
    assert boxes_of(ordered([*upper, *pieces, *lower])) == [*upper, *pieces, *lower]


@pytest.mark.parametrize("degrees", [-3.0, 3.0])
def test_a_page_that_leans(degrees: float) -> None:
    head, left, right = heading(0, 0, 840), column(0, 70, 90), column(430, 70, 90)
    slope = math.tan(math.radians(degrees))

    def leaning(box: Box) -> FoundLine:
        ends = [(x - slope * box.bottom, box.bottom + slope * x) for x in (box.left, box.right)]
        lows, highs = [y - box.height for _, y in ends], [y for _, y in ends]
        around = Box(ends[0][0], min(lows), ends[1][0] + slope * box.height, max(highs))
        return FoundLine(around, tuple(ends), box.height * 0.75, box.height * 0.25)

    expected = [leaning(box).box for box in (head, *left, *right)]
    lines = [leaning(box) for box in (head, *left, *right)]
    random.Random(1).shuffle(lines)
    assert [line.box for line in in_reading_order(lines)] == expected


def test_vertical_columns_are_read_from_the_right_tier_by_tier() -> None:
    def tier(top: float) -> list[Box]:
        return [Box(left, top, left + 26, top + 600) for left in range(870, 0, -30)]

    page = Turn(1, 900, 1300)
    expected = [*tier(0), *tier(680)]
    # Onto the page turned along x: the right edge becomes the top.
    turned = [Box(box.top, 900 - box.right, box.bottom, 900 - box.left) for box in expected]
    found = ordered(turned)
    assert boxes_of(found) == turned
    back = page.boxes_back(Boxes.of(line.box for line in found))
    assert [back[row] for row in range(len(back))] == expected


def test_boxes_that_overlap_go_round_in_no_circle() -> None:
    random.seed(5)
    boxes = [
        Box(x, y, x + random.uniform(5, 500), y + random.uniform(5, 90))
        for x, y in zip(
            (random.uniform(0, 900) for _ in range(80)), (random.uniform(0, 900) for _ in range(80)), strict=True
        )
    ]
    assert len(ordered(boxes)) == 80


@pytest.mark.parametrize("seed", range(3))
def test_stepped_headlines_send_nobody_round_in_circles(seed: int) -> None:
    def part(number: int, top: float, end: float) -> list[Box]:
        return column(440 * number, top, round((end - top) / PITCH))

    left, middle, right = heading(0, 400, 840), heading(440, 620, 840), heading(880, 200, 840)
    first, second = [part(0, 0, 390), part(0, 460, 1000)], [part(1, 0, 390), part(1, 460, 610), part(1, 680, 1000)]
    third, fourth = [part(2, 0, 190), part(2, 260, 610), part(2, 680, 1000)], [part(3, 0, 190), part(3, 260, 1000)]
    expected = [*first[0], *second[0], left, *first[1], *second[1], *third[0], *fourth[0], right, *third[1], middle]
    expected += [*second[2], *third[2], *fourth[1]]
    assert boxes_of(ordered(expected, seed=seed)) == expected
