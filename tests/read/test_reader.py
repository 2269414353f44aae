"""Reading as a whole: images in, pages out, whatever the images are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import effocr
from effocr.bundle.files import open_bundle
from effocr.errors import EffocrError, ImageError
from effocr.image.crops import Strip, cut_windows, turned_back
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes, Floats
from effocr.read import reader as room
from effocr.read.encoder import WindowEncoder
from effocr.read.reader import Reader
from effocr.read.sockets import Localization
from effocr.testing import FakeLineFinder, FakeLocalizer, bar_boxes, draw_bars, make_bundle

TEXTS = ["Hello world", "a", "I am: 1859, 1,920.", "", "Zz-9 8 7"] * 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "bars").path


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(folder, threads=2)


def clip_reader(folder: Path) -> Reader:
    """A reader that bears loose lines: the bundle's own net knows bars of one size only."""
    reader = Reader(folder, threads=1)
    reader.localizer = FakeLocalizer()
    return reader


def stacked(texts: list[str]) -> Grey:
    """Lines one under another, with clear gaps."""
    lines = [draw_bars(text) for text in texts]
    width = max(line.shape[1] for line in lines)
    padded = [np.pad(line, ((14, 14), (0, width - line.shape[1])), constant_values=255) for line in lines]
    return np.concatenate(padded)


def test_a_line_with_all_its_parts(reader: Reader) -> None:
    page = reader.read_one(draw_bars("Hello world"))
    (line,) = page.lines
    assert page.text == line.text == "Hello world" and page.bundle == "bars 1" and page.source == "<array>"
    assert [word.text for word in line.words] == ["Hello", "world"]
    assert line.box == Box(0, 0, page.width, page.height)
    assert np.allclose(Boxes.of(glyph.box for glyph in line.glyphs).array, bar_boxes("Hello world").array, atol=1.01)
    index = reader.recognizer.index
    for glyph in line.glyphs:
        assert glyph.score > 0.9 and len(glyph.alternatives) == 4
        assert index.texts[glyph.exemplar] == glyph.text and glyph.exemplar_source == "bars"


def test_every_kind_of_source(reader: Reader, tmp_path: Path) -> None:
    line = draw_bars("same text")
    path = tmp_path / "line.png"
    Image.fromarray(line).save(path)
    sources = [path, str(path), path.read_bytes(), Image.open(path), line, line.astype(np.uint16) * 257, line > 128]
    pages = reader.read(sources)
    assert [page.text for page in pages] == ["same text"] * len(sources)
    assert pages[0].source == str(path) and pages[0].lines == pages[4].lines


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("number", [0, 1, 3, 45])
def test_many_are_read_as_one_by_one(folder: Path, threads: int, number: int) -> None:
    images = [draw_bars(text) for text in TEXTS[:number]]
    assert [page.text for page in Reader(folder, threads=threads).read(images)] == TEXTS[:number]


@pytest.mark.parametrize("large", [False, True])
def test_pages_come_while_images_are_still_awaited(folder: Path, monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    """Few are taken ahead, fewer still where they are large."""
    drawn, chunk = 0, room.CHUNK
    if large:
        chunk = 3
        monkeypatch.setattr(room, "HELD", chunk * draw_bars("endless").nbytes)

    def images() -> Iterator[Grey]:
        nonlocal drawn
        while True:
            drawn += 1
            yield draw_bars("endless")

    for threads in (1, 2):
        drawn = 0
        pages = Reader(folder, threads=threads).iterate(images())
        assert [next(pages).text for _ in range(40)] == ["endless"] * 40
        assert drawn <= 40 + chunk * (2 * threads + 2)
        pages.close()


def test_a_clip_of_lines(folder: Path) -> None:
    reader = clip_reader(folder)
    page = reader.read_one(stacked(["first line", "the second", "third one"]))
    assert page.to_text() == "first line\nthe second\nthird one"
    second = page.lines[1].glyphs[0].box
    assert second.top == pytest.approx(76 + 14 + 4, abs=2)


def test_lines_that_a_finder_gives(folder: Path) -> None:
    reader = Reader(folder, threads=1)
    image = np.concatenate((draw_bars("left"), draw_bars("right")), axis=1)
    middle = draw_bars("left").shape[1]
    reader.line_finder = FakeLineFinder([Box(middle, 0, image.shape[1], 48), Box(0, 0, middle, 48)])
    page = reader.read_one(image)
    assert page.to_text() == "right\nleft"
    assert page.lines[0].glyphs[0].box.left == pytest.approx(middle + 7, abs=1)


def test_many_lines_of_one_page_are_read_in_parts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_LINES", 3)
    monkeypatch.setattr("effocr.read.pages.sources.PIXELS", 1)
    texts = [f"line {number}" for number in range(10, 20)]
    pages = clip_reader(folder).read([stacked(texts), draw_bars("next"), stacked(texts[:4])])
    assert [page.to_text() for page in pages] == ["\n".join(texts), "next", "\n".join(texts[:4])]


class TurnedEncoder:
    """Turns windows as vertical bars lie, and leaves the rest to an encoder of level ones."""

    def __init__(self, encoder: WindowEncoder) -> None:
        self.encoder = encoder

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        lines = zip(strips, boxes, vertical, strict=True)
        windows = np.concatenate([cut_windows(strip, found, vertical=turn) for strip, found, turn in lines])
        return self.encoder.encode_windows(np.ascontiguousarray(np.rot90(windows, 1, (2, 3))))


def vertical_bars(text: str) -> Grey:
    """A line of bars turned a quarter: it is read from top to bottom, and its glyphs lie on their sides."""
    return np.ascontiguousarray(np.rot90(draw_bars(text), -1))


@pytest.fixture
def vertical_reader(folder: Path) -> Reader:
    reader = Reader(folder, threads=1)
    encoder = reader.recognizer.encoder
    assert isinstance(encoder, WindowEncoder)
    reader.recognizer.encoder = TurnedEncoder(encoder)
    return reader


def test_vertical_lines(vertical_reader: Reader) -> None:
    image = vertical_bars("Salt, 1859")
    page = vertical_reader.read_one(image, vertical=True)
    (line,) = page.lines
    assert line.text == "Salt, 1859" and line.vertical
    assert line.box == Box(0, 0, page.width, page.height) and page.height > page.width
    expected = turned_back(bar_boxes("Salt, 1859"), image.shape[1])
    assert np.allclose(Boxes.of(glyph.box for glyph in line.glyphs).array, expected.array, atol=1.01)
    tops = [glyph.box.top for glyph in line.glyphs]
    assert tops == sorted(tops)


def test_vertical_columns_are_read_from_the_right(vertical_reader: Reader) -> None:
    image = np.concatenate((vertical_bars("1859"), vertical_bars("Salt")), axis=1)
    length = image.shape[0]
    vertical_reader.line_finder = FakeLineFinder([Box(0, 0, length, 48), Box(0, 48, length, 96)])
    page = vertical_reader.read_one(image, vertical=True)
    assert page.to_text() == "Salt\n1859"
    assert [line.box for line in page.lines] == [Box(48, 0, 96, length), Box(0, 0, 48, length)]
    for glyph in page.lines[0].glyphs:
        assert image[:, round(glyph.box.left)].min() == 0 and glyph.box.left >= 48


def test_vertical_is_said_of_each(folder: Path, vertical_reader: Reader) -> None:
    sources = [vertical_bars("Salt"), draw_bars("Salt")]
    pages = vertical_reader.read(sources, vertical=[True, False])
    assert [page.lines[0].vertical for page in pages] == [True, False]
    assert pages[0].text == "Salt" != pages[1].text
    assert Reader(folder, threads=1).read(sources, vertical=[True, False])[1].text == "Salt"
    with pytest.raises(ValueError):
        vertical_reader.read(sources[:1], vertical=[True, False])


@pytest.mark.parametrize(
    "image",
    [
        np.full((1, 1), 255, np.uint8),
        np.full((40, 300), 255, np.uint8),
        np.zeros((40, 300), np.uint8),
        np.full((300, 2), 77, np.uint8),
        np.full((48, 30_000), 200, np.uint8),
    ],
    ids=["1x1", "white", "black", "narrow", "wide"],
)
def test_images_without_text(reader: Reader, image: Grey) -> None:
    page = reader.read_one(image)
    assert page.text == "" and (page.height, page.width) == image.shape
    assert page.score == 0 and page.lines[0].error == ""


def test_a_glyph_that_is_found_flat_has_a_box_with_an_area(folder: Path) -> None:
    class Flat(FakeLocalizer):
        def localize(self, lines: Sequence[Grey]) -> list[Localization]:
            found = super().localize(lines)
            return [replace(each, boxes=Boxes(each.boxes.array * np.float32([1, 0, 1, 0]))) for each in found]

    reader = Reader(folder, threads=1)
    reader.localizer = Flat()
    image = draw_bars("as-is")
    (line,) = reader.read_one(image).lines
    assert len(line.glyphs) == 5
    for glyph in line.glyphs:
        left, top, right, bottom = map(round, glyph.box)
        assert 0 <= left < right <= image.shape[1] and 0 <= top < bottom <= image.shape[0]


def test_inverted_one_glyph_and_very_wide(reader: Reader) -> None:
    long = "so long a line " * 120
    images = [draw_bars("dark paper", ink=255, paper=0), draw_bars("g"), draw_bars(long)]
    assert images[2].shape[1] > 30_000
    assert [page.text for page in reader.read(images)] == ["dark paper", "g", long.strip()]


def test_a_whole_page_given_as_a_line_is_answered(reader: Reader) -> None:
    page = np.random.default_rng(0).integers(0, 256, (3000, 2200), np.uint8)
    assert reader.read_one(page).width == 2200


def test_a_line_that_fails_says_why_and_the_others_are_read(reader: Reader) -> None:
    pages = reader.read([draw_bars("before"), np.zeros((5, 60_000), np.uint8), draw_bars("after")])
    assert [page.text for page in pages] == ["before", "", "after"]
    assert "60000 x 5" in pages[1].lines[0].error


@pytest.mark.parametrize("threads", [1, 2])
def test_an_unreadable_image_among_good_ones(folder: Path, threads: int, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    images = [draw_bars("one"), bad, draw_bars("two"), tmp_path / "none.png"]
    reported: list[tuple[str, EffocrError]] = []
    reader = Reader(folder, threads=threads)
    pages = reader.read(images, on_error=lambda name, error: reported.append((name, error)))
    assert [page.text for page in pages] == ["one", "", "two", ""]
    assert pages[1].lines == () and pages[1].source == str(bad)
    assert [name for name, _ in reported] == [str(bad), str(tmp_path / "none.png")]
    assert all(isinstance(error, ImageError) for _, error in reported)
    with pytest.raises(ImageError, match=r"bad\.png"):
        reader.read(images)
    with pytest.raises(ImageError, match=r"bad\.png"):
        reader.read_one(bad)


def test_the_function_read(folder: Path) -> None:
    assert effocr.read(draw_bars("by one call"), bundle=folder).text == "by one call"


def test_read_is_room_and_function_whatever_is_imported_first(folder: Path) -> None:
    for first in ("import effocr", "import effocr.read.words, effocr", "from effocr import Reader; import effocr"):
        call = f"effocr.read(draw_bars('ok'), bundle={str(folder)!r})"
        code = f"{first}; from effocr.testing import draw_bars; print({call}.text)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.stdout == "ok\n", done.stderr


def test_a_bundle_may_be_a_path_or_open(folder: Path) -> None:
    for bundle in (folder, str(folder), open_bundle(folder)):
        assert Reader(bundle, threads=1).read_one(draw_bars("x")).text == "x"
