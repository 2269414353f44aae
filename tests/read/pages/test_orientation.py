"""Pages that lie on a side or upside down are turned, read, and told of in pixels of the page as it was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.errors import UnknownNameError
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes
from effocr.read.lines import Projection
from effocr.read.pages.orientation import likeness_to, run_of_lines, samples, upright
from effocr.read.reader import Reader
from effocr.read.sockets import FoundLine
from effocr.read.teaching import lesson_in_box, lines_seen
from effocr.testing import BARS, FakeLocalizer, draw_bars, make_bundle

TURNS = [0, 90, 180, 270]


def drawn_page(*, rules: bool = False) -> Grey:
    """Two columns of print, 1,000 x 700, with rules between and beside them if wanted."""
    image = Image.new("L", (700, 1000), 225)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    for left in (20, 360):
        for row, top in enumerate(range(20, 960, 24)):
            draw.text((left, top), "Quietly bygone type was set by hand"[row % 4 :], fill=30, font=font)
    for x in (8, 345, 690) if rules else ():
        draw.line((x, 0, x, 1000), fill=20, width=3)
    return np.asarray(image)


def turned(page: Grey, degrees: int) -> Grey:
    """The page so that it has to be turned clockwise by `degrees` to stand upright."""
    return np.ascontiguousarray(np.rot90(page, degrees // 90))


@pytest.mark.parametrize("rules", [False, True])
def test_lines_run_along_or_across(rules: bool) -> None:
    page = drawn_page(rules=rules)
    assert run_of_lines(page) > 0.3
    assert run_of_lines(turned(page, 90)) < -0.3
    assert run_of_lines(turned(page, 180)) == pytest.approx(run_of_lines(page), abs=0.2)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_page_lies_as_it_is_given(level: int) -> None:
    page = np.full((600, 500), level, np.uint8)
    assert run_of_lines(page) == 0 == run_of_lines(page[:50, :50])
    laid = upright(page, Projection().find, lambda _: 0.0, vertical=False)
    assert laid.degrees == 0 and laid.page is page


def marked_page() -> Grey:
    """Lines as dark bars, each with a black mark over its beginning."""
    page = np.full((600, 500), 255, np.uint8)
    for top in range(20, 580, 40):
        page[top + 8 : top + 20, 20:480] = 90
        page[top : top + 8, 20:60] = 0
    return page


def marks(top: int) -> Callable[[Grey], list[FoundLine]]:
    """Finds the lines of the marked page, upright or upside down; none where it lies on a side."""

    def find(page: Grey) -> list[FoundLine]:
        if page.shape != (600, 500):
            return [FoundLine(Box(0, left, 600, left + 30)) for left in range(0, 460, 40)]
        return [FoundLine(Box(0, start, 500, start + 40)) for start in range(top, 560, 40)]

    return find


def beginnings(pieces: Sequence[Grey]) -> float:
    """How many pieces begin with a mark at the top: 1 all, 0.5 none."""
    return 0.5 + float(np.mean([(piece[: len(piece) // 2, :70] == 0).any() for piece in pieces])) / 2


@pytest.mark.parametrize("degrees", TURNS)
@pytest.mark.parametrize("vertical", [False, True])
def test_a_page_is_turned_until_its_lines_look_known(degrees: int, vertical: bool) -> None:
    # A vertical page stands upright where its lines lie along x after a quarter turn to the left.
    page = np.rot90(marked_page(), -1) if vertical else marked_page()
    laid = upright(turned(page, degrees), marks(14), beginnings, vertical=vertical)
    assert laid.degrees == degrees and laid.vertical == vertical
    assert np.array_equal(laid.page, marked_page())
    assert len(laid.clips) == len(laid.lines) == 14


def test_a_page_that_looks_no_better_turned_stays() -> None:
    page = turned(drawn_page(), 180)
    assert upright(page, Projection().find, lambda _: 0.9, vertical=False).degrees == 0


def test_samples_are_ordinary_lines_from_all_over_the_page() -> None:
    page = drawn_page()
    lines = [FoundLine(Box(0, top, 700, top + 24)) for top in range(0, 960, 24)]
    odd = [FoundLine(Box(0, 0, 700, 300)), FoundLine(Box(0, 0, 30, 24)), FoundLine(Box(0, 0, 700, 3))]
    laid = upright(page, lambda _: [*odd, *lines], lambda _: 1.0, vertical=False)
    pieces = samples(laid)
    assert len(pieces) == 5 and all(piece.shape == (24, 336) for piece in pieces)


def upside_down(char: str) -> str:
    """The bar that another looks like when it stands on its head."""
    inked = tuple(sorted(7 - block for block in range(8) if block not in BARS[char]))
    return next(other for other, blocks in BARS.items() if blocks == inked)


@pytest.fixture(scope="module")
def one_way_reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A reader of bars that knows none of which it knows the reverse, nor what is the same both ways."""
    known = [char for char in BARS if char < upside_down(char)]
    bundle = make_bundle(tmp_path_factory.mktemp("bundle") / "bars").path
    reader = Reader(bundle, threads=1, lines="projection", without=set(BARS) - set(known))
    reader.localizer = FakeLocalizer()
    return reader


def bars_page(texts: list[str]) -> Grey:
    lines = [np.pad(draw_bars(text), ((14, 14), (0, 0)), constant_values=255) for text in texts]
    return np.concatenate(lines)


def known_texts() -> list[str]:
    known = "".join(char for char in BARS if char < upside_down(char))
    return [(known[start:] + known[:start])[:26] for start in range(0, 22, 2)]


@pytest.mark.parametrize("degrees", TURNS)
def test_turned_pages_are_read_and_their_boxes_lie_on_the_page_as_given(one_way_reader: Reader, degrees: int) -> None:
    texts = known_texts()
    page = bars_page(texts)
    assert page.shape[0] >= 400
    given = turned(page, degrees)
    read = one_way_reader.read_one(given)
    assert read.turned == degrees and read.to_text().split("\n") == texts
    assert (read.height, read.width) == given.shape
    glyphs = Boxes.of(glyph.box for line in read.lines for glyph in line.glyphs)
    for left, top, right, bottom in glyphs.array.round().astype(int).tolist():
        inside = given[top:bottom, left:right]
        assert inside.size and 0.35 < (inside == 0).mean() < 0.65, "half of every bar is inked"


def test_turned_pages_are_taught_as_they_are_read(one_way_reader: Reader) -> None:
    given = turned(bars_page(known_texts()), 90)
    glyphs = [glyph for line in one_way_reader.read_one(given).lines for glyph in line.glyphs]
    seen = lines_seen(one_way_reader, given)
    assert np.allclose([glyph.box for glyph in glyphs], np.concatenate([line.boxes.array for line in seen]))
    lesson = lesson_in_box(one_way_reader, given, glyphs[30].box, "ł")
    assert lesson.found == 1
    assert np.allclose(lesson.exemplars.vectors[0], np.concatenate([line.embeddings for line in seen])[30])


def test_given_turns_nothing_and_clips_are_never_turned(one_way_reader: Reader) -> None:
    texts = known_texts()
    line = turned(bars_page(texts[:1]), 180)
    assert one_way_reader.read_one(line).turned == 0
    one_way_reader.orientation = "given"
    try:
        page = one_way_reader.read_one(turned(bars_page(texts), 180))
    finally:
        one_way_reader.orientation = "auto"
    assert page.turned == 0 and page.to_text().split("\n") != texts


def test_orientations_have_names(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="given"):
        Reader(make_bundle(tmp_path / "bars"), orientation="givn")


def test_a_few_glyphs_do_not_turn_a_page(one_way_reader: Reader) -> None:
    likeness = likeness_to(one_way_reader.localizer, one_way_reader.recognizer, vertical=False)
    known = known_texts()[0]
    assert likeness([draw_bars(known[:19])]) == 0 < 0.9 < likeness([draw_bars(known[:20])])
    assert likeness([]) == 0
    page = turned(drawn_page(), 180)
    # Nothing is said upright, so that what is said upside down cannot be compared.
    said = iter([0.0, 0.9])
    assert upright(page, Projection().find, lambda _: next(said), vertical=False).degrees == 0
