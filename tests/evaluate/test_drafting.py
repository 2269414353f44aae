"""Draft labels: a sound set of what a reader reads, with what it is not sure of."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.bundle.files import Bundle
from effocr.data.check import problems
from effocr.data.coco import lines_of, read_coco
from effocr.data.combine import combine
from effocr.errors import DataError, ImageError, MissingExtraError
from effocr.evaluate.drafting import write_drafts
from effocr.image.decode import decode
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word
from effocr.read.engines.tesseract import TesseractReader
from effocr.read.reader import OnError, Reader
from effocr.testing import bar_boxes, draw_bars


@pytest.fixture(scope="module")
def reader(bars: Bundle) -> Reader:
    return Reader(bars, threads=1, lines="none")


def saved(path: Path, pixels: Any) -> Path:
    Image.fromarray(pixels).save(path)
    return path


class Told:
    """Reads what it was told."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)

    def iterate(
        self, images: Sequence[Path], *, vertical: bool | None = None, on_error: OnError | None = None
    ) -> Iterator[Page]:
        for image in images:
            yield Page(self.lines, 100, 50, str(image))


def line(region: Box, *glyphs: tuple[str, float, Box]) -> Line:
    made = (Glyph(box, text, score, (Alternative(text, score), Alternative("?", 0.1))) for text, score, box in glyphs)
    return Line(region, (Word(tuple(made)),) if glyphs else ())


def test_lines_come_back_with_the_texts_and_boxes_that_were_read(reader: Reader, tmp_path: Path) -> None:
    images = [saved(tmp_path / f"{text[0]}.png", draw_bars(text)) for text in ("to be", "or not")]
    done = write_drafts(images, reader, tmp_path / "out")
    coco = read_coco(tmp_path / "out")
    assert problems(coco) == []
    assert (done.lines, done.glyphs, done.blank) == (2, 9, 0)
    for found, image, text in zip(lines_of(coco), images, ("to be", "or not"), strict=True):
        assert found.text == text
        assert found.source == str(image)
        np.testing.assert_array_equal(found.image, decode(image))
        np.testing.assert_allclose(found.boxes.centre, bar_boxes(text).centre, atol=2)
    assert [row.text for row in coco.annotations if row.kind == "word"] == ["to", "be", "or", "not"]


def test_lines_of_a_page_are_cut_out_of_it(tmp_path: Path) -> None:
    page = np.random.default_rng(0).integers(0, 256, (50, 100), np.uint8)
    upper = line(Box(10, 0, 90, 20), ("a", 0.9, Box(12, 2, 20, 18)))
    lower = line(Box(10, 25, 90, 45), ("b", 0.9, Box(12, 24, 20, 44)))
    blank = line(Box(10, 45, 90, 50))
    done = write_drafts([saved(tmp_path / "page.png", page)], Told([upper, blank, lower]), tmp_path / "out")
    assert (done.lines, done.blank) == (2, 1)
    one, other = lines_of(read_coco(tmp_path / "out"))
    np.testing.assert_array_equal(one.image, page[:20, 10:90])
    np.testing.assert_array_equal(other.image, page[24:45, 10:90])
    assert other.boxes.array.tolist() == [[2, 0, 10, 20]]


def test_hyphens_and_dashes_are_kept(tmp_path: Path) -> None:
    """The original's drafts from another engine lost them all."""
    glyphs = [(text, 0.9, Box(10 * at, 1, 10 * at + 9, 9)) for at, text in enumerate("a-b–c—")]
    told = Told([line(Box(0, 0, 100, 50), *glyphs)])
    write_drafts([saved(tmp_path / "a.png", np.zeros((50, 100), np.uint8))], told, tmp_path / "out")
    (drafted,) = lines_of(read_coco(tmp_path / "out"))
    assert drafted.text == "a-b–c—" and len(drafted.boxes) == 6


def test_what_is_doubtful_is_listed_with_its_alternatives(tmp_path: Path) -> None:
    region = Box(0, 0, 100, 50)
    told = Told([line(region, ("a", 0.9, Box(1, 1, 9, 9)), ("b", 0.3, Box(10, 1, 19, 9)))])
    done = write_drafts(
        [saved(tmp_path / "a.png", np.zeros((50, 100), np.uint8))], told, tmp_path / "out", doubtful=0.5
    )
    image = json.loads((tmp_path / "out/coco.json").read_text())["images"][0]
    assert done.doubtful == 1
    assert image["doubtful"] == [{"bbox": [10, 1, 9, 8], "text": "b", "score": 0.3, "others": ["?"]}]


def test_scores_and_doubts_outlive_a_combination(tmp_path: Path) -> None:
    told = Told([line(Box(0, 0, 100, 50), ("a", 0.25, Box(1, 1, 9, 9)))])
    write_drafts([saved(tmp_path / "a.png", np.zeros((50, 100), np.uint8))], told, tmp_path / "out")
    combine([read_coco(tmp_path / "out")], tmp_path / "all")
    coco = json.loads((tmp_path / "all/coco.json").read_text())
    assert coco["annotations"][0]["score"] == 0.25
    assert coco["images"][0]["doubtful"][0]["text"] == "a"


def test_a_flat_box_gets_a_pixel_of_height(tmp_path: Path) -> None:
    told = Told([line(Box(0, 0, 100, 50), ("-", 0.9, Box(10, 50, 20, 50)))])
    write_drafts([saved(tmp_path / "a.png", np.zeros((50, 100), np.uint8))], told, tmp_path / "out")
    assert problems(read_coco(tmp_path / "out")) == []


def test_an_image_that_cannot_be_read_is_told_and_the_others_are_drafted(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no image")
    images = [tmp_path / "bad.png", saved(tmp_path / "good.png", draw_bars("so"))]
    failures: list[str] = []
    done = write_drafts(images, reader, tmp_path / "out", on_error=lambda name, error: failures.append(name))
    assert (done.lines, failures) == (1, [str(tmp_path / "bad.png")])
    with pytest.raises(ImageError):
        write_drafts(images, reader, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_nothing_read_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing was read on 1 images"):
        write_drafts([saved(tmp_path / "a.png", np.zeros((50, 100), np.uint8))], Told([]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_tesserocr_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    with pytest.raises(MissingExtraError) as caught:
        TesseractReader()
    assert caught.value.hint == "pip install tesserocr"


def test_a_model_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", SimpleNamespace())
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    (tmp_path / "eng.traineddata").touch()
    with pytest.raises(MissingExtraError, match=r"eng\.traineddata tlh\.traineddata is not installed"):
        TesseractReader("eng+tlh")


SYMBOLS = [("t", (1, 2, 9, 18), 90.0, True), ("o", (11, 2, 19, 18), 55.5, False), ("b", (30, 2, 39, 18), 99.0, True)]


class Symbol:
    """One step of tesserocr's iterator."""

    def __init__(self, text: str, box: tuple[int, int, int, int], score: float, first: bool) -> None:
        self._text, self._box, self._score, self._first = text, box, score, first

    def IsAtBeginningOf(self, level: int) -> bool:
        return self._first

    def BoundingBox(self, level: int) -> tuple[int, int, int, int]:
        return self._box

    def GetUTF8Text(self, level: int) -> str:
        return self._text

    def Confidence(self, level: int) -> float:
        return self._score


def test_tesseract_gives_words_glyphs_and_scores(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine = SimpleNamespace(SetImage=lambda image: None, Recognize=lambda: True, GetIterator=lambda: "here")
    fake = SimpleNamespace(
        PSM=SimpleNamespace(RAW_LINE=13),
        RIL=SimpleNamespace(SYMBOL=4, WORD=3),
        PyTessBaseAPI=lambda **given: engine,
        iterate_level=lambda iterator, level: [Symbol(*each) for each in SYMBOLS],
    )
    monkeypatch.setitem(sys.modules, "tesserocr", fake)
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    (tmp_path / "eng.traineddata").touch()
    tesseract = TesseractReader(lines="none")
    image = saved(tmp_path / "a.png", np.full((20, 50), 255, np.uint8))
    (page,) = tesseract.iterate([image])
    assert page.text == "to b"
    assert [glyph.score for glyph in page.lines[0].glyphs] == [0.9, 0.555, 0.99]
    assert page.lines[0].glyphs[2].box == Box(30, 2, 39, 18)
    write_drafts([image], tesseract, tmp_path / "out")
    assert problems(read_coco(tmp_path / "out")) == []
    with pytest.raises(DataError, match="horizontal lines only"):
        list(tesseract.iterate([image], vertical=True))


def test_real_tesseract_reads_a_line(tmp_path: Path) -> None:
    pytest.importorskip("tesserocr")
    try:
        tesseract = TesseractReader(lines="none")
    except MissingExtraError as error:
        pytest.skip(error.message)
    image = Path(__file__).parents[2] / "examples/newspaper-line.png"
    write_drafts([image], tesseract, tmp_path / "out")
    coco = read_coco(tmp_path / "out")
    assert problems(coco) == []
    assert len(coco.annotations) > 20
