"""Lines in doubt are looked at in other ways, and the clearest look counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.bundle.files import open_bundle
from effocr.image.band import Band
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes
from effocr.read.doubt.second_look import (
    Look,
    straightened,
    views_of,
    with_room,
    with_second_looks,
    without_neighbours,
)
from effocr.read.localizer import nothing_found
from effocr.read.nets.steps import asking, at_once
from effocr.read.reader import Reader
from effocr.read.recognizer import Recognition
from effocr.read.sockets import Localization

EXAMPLE = Path(__file__).parents[3] / "examples" / "lines" / "sn83045462_1859022101_0007_0236.png"
LINE: Grey = np.full((40, 200), 255, np.uint8)


def seen(text: str, score: float) -> Look:
    """A look that finds one glyph a character, each 10 pixels wide, from row 5 to row 25."""
    boxes = Boxes.of([Box(10.0 * at, 5, 10.0 * at + 10, 25) for at in range(len(text))])
    ones = np.ones(len(text), np.float32)
    found = Localization(boxes, ones, 0 * ones, Band(25, 20))
    return Look(found, [Recognition(each, score, (), 0, "") for each in text])


def with_looks(looks: list[Look], look: Callable[[list[Grey], list[int]], list[Look]]) -> list[Look]:
    """The clearest of the looks at lines and of what `look` sees of them."""
    return at_once(with_second_looks([LINE] * len(looks), looks, lambda lines, rows: asking(lambda: look(lines, rows))))


def test_only_lines_in_doubt_are_looked_at_again() -> None:
    asked: list[int] = []

    def look(lines: list[Grey], rows: list[int]) -> list[Look]:
        asked.extend(rows)
        return [seen("abcd", 0.95) for _ in lines]

    looks = [seen("sure", 0.97), seen("lost", 0.4), Look(nothing_found(), [])]
    best = with_looks(looks, look)
    assert set(asked) == {1}
    assert ["".join(glyph.text for glyph in each.glyphs) for each in best] == ["sure", "abcd", ""]


@pytest.mark.parametrize(("text", "score"), [("abcd", 0.42), ("abcd", 0.3), ("a", 0.99), ("", 0.0)])
def test_a_look_that_is_not_clearer_or_sees_too_little_does_not_count(text: str, score: float) -> None:
    best = with_looks([seen("lost", 0.4)], lambda lines, rows: [seen(text, score) for _ in lines])
    assert "".join(glyph.text for glyph in best[0].glyphs) == "lost"


def test_boxes_come_back_to_the_line() -> None:
    view = with_room(LINE)
    assert view.pixels.shape == (80, 200)
    (best,) = with_looks([seen("lost", 0.4)], lambda lines, rows: [seen("abcd", 0.9) for _ in lines])
    assert best.found.boxes.top.tolist() == [0] * 4  # 5 rows down in a view that begins 20 rows above the line
    assert best.found.boxes.bottom.tolist() == [5] * 4
    assert best.found.boxes.left.tolist() == [0, 10, 20, 30]


def test_what_stays_in_doubt_is_looked_at_without_its_neighbours() -> None:
    asked: list[tuple[int, ...]] = []

    def look(lines: list[Grey], rows: list[int]) -> list[Look]:
        asked.append(tuple(rows))
        return [seen("abcd", 0.5 if row == 1 or len(asked) == 1 else 0.9) for row in rows]

    best = with_looks([seen("sure", 0.9), seen("lost", 0.3), seen("lost", 0.4)], look)
    assert set(asked[0]) == {1, 2} and asked[1] == (1, 1, 2, 2) and len(asked) == 2
    assert [each.score for each in best] == pytest.approx([0.9, 0.5, 0.9])


def test_a_part_of_the_line_gives_way_to_paper_above_or_below() -> None:
    line = np.repeat(np.arange(40, dtype=np.uint8)[:, None], 200, axis=1)
    upper_gone, lower_gone = without_neighbours(line)
    assert upper_gone.pixels.shape == lower_gone.pixels.shape == (54, 200)
    assert upper_gone.pixels[12:42, 0].tolist() == list(range(10, 40)) and upper_gone.tops.tolist() == [-2]
    assert lower_gone.pixels[12:42, 0].tolist() == list(range(30)) and lower_gone.tops.tolist() == [-12]
    assert set(np.unique(np.r_[upper_gone.pixels[:12], upper_gone.pixels[42:]])) == {33}  # lighter than 85 of 100


def test_the_line_in_the_middle_is_cut_straight() -> None:
    """Three slanted rows of posts, of which the middle one is wanted."""
    line = np.full((90, 600), 255, np.uint8)
    for left in range(10, 590, 12):
        fall = 20 * left // 600
        for top in (-4, 28, 60):
            line[max(0, top + fall) : top + fall + 14, left : left + 6] = 0
    view = straightened(line)
    assert view is not None
    dense = (view.pixels < 128).mean(axis=1)
    (rows,) = np.nonzero(dense > 0.3)
    assert 10 <= len(rows) <= 16  # level, or no row would be so dense
    assert rows[-1] - rows[0] == len(rows) - 1  # and alone
    middle = view.on_page(Boxes.of([Box(300, float(rows[0]), 306, float(rows[-1] + 1))]))
    assert middle.top[0] == pytest.approx(38, abs=2)


@pytest.mark.parametrize("shape", [(4, 300), (40, 1), (1, 1), (40, 20)])
def test_every_size_has_views(shape: tuple[int, int]) -> None:
    blank = np.full(shape, 255, np.uint8)
    specked = blank.copy()
    specked[shape[0] // 2, shape[1] // 2] = 0
    assert all(view.pixels.size for line in (blank, specked) for view in views_of(line))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("en", threads=1, lines="none")


def example(reader: Reader, *, underlined: bool) -> Grey:
    line: Grey = np.array(Image.open(EXAMPLE).convert("L"))
    (found,) = reader.localize([line])
    assert found.band is not None
    foot = round(found.band.baseline + 0.2 * found.band.height)
    if underlined:
        line[foot : foot + 2, 10:-10] = 20
    return line


def test_an_underlined_line_reads_like_a_plain_one(reader: Reader) -> None:
    plain, line = (reader.read_one(example(reader, underlined=each)).lines[0] for each in (False, True))
    assert line.text.split()[1:] == plain.text.split()[1:]
    assert [round(word.box.left) for word in line.words] == pytest.approx(
        [round(word.box.left) for word in plain.words], abs=3
    )


def test_scores_that_are_no_chances_leave_nothing_in_doubt(reader: Reader) -> None:
    bundle = open_bundle("en")
    uncalibrated = Reader(bundle, threads=1, lines="none")
    uncalibrated.recognizer.calibration = None
    line = example(reader, underlined=True)
    assert uncalibrated.read_one(line).text != reader.read_one(line).text
