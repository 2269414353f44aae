"""Tesseract's box files: their origin lies at the bottom left, and some of their boxes are no glyphs'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.check import problems
from effocr.data.coco import lines_of, read_coco
from effocr.data.foreign.conversion import foreign_to_lines
from effocr.data.foreign.tesseract import read_box_file
from effocr.data.lines import read_lines
from effocr.errors import DataError
from effocr.image.decode import decode
from effocr.testing import bar_boxes, draw_bars

TEXTS = ("to be", "or no")
GAP = 20


def page(folder: Path) -> list[list[tuple[str, int, int, int, int]]]:
    """Saves a page with `TEXTS` in bars; gives text, left, bottom, right, top of their glyphs, from below."""
    bars = [draw_bars(text) for text in TEXTS]
    height = sum(each.shape[0] + GAP for each in bars)
    image = np.full((height, max(each.shape[1] for each in bars)), 255, np.uint8)
    lines, top = [], 0
    for text, each in zip(TEXTS, bars, strict=True):
        image[top : top + each.shape[0], : each.shape[1]] = each
        glyphs = zip(text.replace(" ", ""), bar_boxes(text).array.astype(int).tolist(), strict=True)
        lines.append(
            [(a, left, height - top - low, right, height - top - high) for a, (left, high, right, low) in glyphs]
        )
        top += each.shape[0] + GAP
    Image.fromarray(image).save(folder / "page.png")
    return lines


def row(text: str, *edges: int) -> str:
    return f"{text} {' '.join(map(str, edges))} 0\n"


def lstm_rows(folder: Path) -> str:
    """The rows of a file for training: tabs end lines, spaces stand between words."""
    out = ""
    for text, glyphs in zip(TEXTS, page(folder), strict=True):
        at = iter(glyphs)
        out += "".join(row(*next(at)) if letter != " " else row(" ", *glyphs[1][1:]) for letter in text)
        out += row("\t", *glyphs[-1][1:])
    return out


def check(out: Path) -> None:
    coco = read_coco(out)
    assert problems(coco) == []
    lines = list(lines_of(coco))
    assert [line.text for line in lines] == list(TEXTS)
    for line, text in zip(lines, TEXTS, strict=True):
        expected = bar_boxes(text).array
        first = expected[0].copy()
        np.testing.assert_allclose(line.boxes.array, expected - np.tile(first[:2], 2), atol=0.01)
        rows, columns = line.image.shape
        top, left = int(first[1]), int(first[0])
        np.testing.assert_array_equal(line.image, draw_bars(text)[top : top + rows, left : left + columns])


def test_rows_of_glyphs_with_spaces_and_tabs(tmp_path: Path) -> None:
    (tmp_path / "page.box").write_text(lstm_rows(tmp_path))
    done = foreign_to_lines(tmp_path / "page.box", tmp_path / "out")
    assert (done.lines, done.boxed) == (2, 2)
    check(tmp_path / "out")


def test_rows_without_tabs_and_spaces_are_grouped_by_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "page.box").write_text("".join(row(*glyph) for line in page(tmp_path) for glyph in line))
    foreign_to_lines(tmp_path, tmp_path / "out")
    check(tmp_path / "out")


def test_a_text_beside_the_boxes_says_where_spaces_are(tmp_path: Path) -> None:
    (tmp_path / "page.box").write_text("".join(row(*glyph) for line in page(tmp_path) for glyph in line))
    (tmp_path / "page.gt.txt").write_text("t obe\norno\n")
    foreign_to_lines(tmp_path, tmp_path / "out")
    assert [line.text for line in lines_of(read_coco(tmp_path / "out"))] == ["t obe", "orno"]
    (tmp_path / "page.gt.txt").write_text("to be\n")
    with pytest.raises(DataError, match=r"page\.gt\.txt has 1 lines, page\.box 2"):
        foreign_to_lines(tmp_path, tmp_path / "other")


def test_rows_of_whole_lines(tmp_path: Path) -> None:
    rows = ""
    for text, glyphs in zip(TEXTS, page(tmp_path), strict=True):
        edges = [glyphs[0][1], glyphs[0][2], glyphs[-1][3], glyphs[0][4]]
        rows += f"WordStr {' '.join(map(str, edges))} 0 #{text}\n" + row("\t", *edges)
    (tmp_path / "page.box").write_text(rows)
    done = foreign_to_lines(tmp_path, tmp_path / "out")
    assert (done.lines, done.boxed) == (2, 0)
    for line, text in zip(read_lines(tmp_path / "out"), TEXTS, strict=True):
        assert line.text == text
        top, left = (int(edge) for edge in bar_boxes(text).array[0, [1, 0]])
        shape = decode(line.image).shape
        np.testing.assert_array_equal(decode(line.image), draw_bars(text)[top : top + shape[0], left : left + shape[1]])


def test_boxes_that_glyphs_share_are_those_of_their_line(tmp_path: Path) -> None:
    """So writes the script that makes a box file of a line image and its text."""
    Image.fromarray(draw_bars("to be")).save(tmp_path / "page.png")
    height, width = draw_bars("to be").shape
    rows = [row(letter, 0, 0, width, height) for letter in "to be"] + [row("\t", width, height, width + 1, height + 1)]
    (tmp_path / "page.box").write_text("".join(rows))
    done = foreign_to_lines(tmp_path, tmp_path / "out")
    assert (done.lines, done.boxed) == (1, 0)
    assert read_lines(tmp_path / "out")[0].text == "to be"


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("a 1 2 3 4 0\nb 1 2 3\n", "row 2: 'b 1 2 3' is no row of a box file"),
        ("a 1 2 3 4 1\n", "row 1: belongs to page 1"),
        ("a 1 4 3 2 0\n", "row 1: the box 1 4 3 2 is upside down"),
        ("WordStr 1 2 3 4 0\n", "row 1: 'WordStr' and '#text' belong together"),
        ("a 1 2 3 4000 0\n", "the line 'a' .* lies outside the image"),
    ],
)
def test_rows_that_make_no_sense_are_named(tmp_path: Path, rows: str, what: str) -> None:
    page(tmp_path)
    (tmp_path / "page.box").write_text(rows)
    with pytest.raises(DataError, match=what):
        foreign_to_lines(tmp_path, tmp_path / "out")


def test_digits_and_signs_are_texts_like_others(tmp_path: Path) -> None:
    (tmp_path / "a.box").write_text("1 2 3 4 5 0\n# 6 3 8 5 0\nfi 10 3 12 5 0\n")
    (line,) = read_box_file(tmp_path / "a.box").lines
    assert [glyph.text for glyph in line.glyphs] == ["1", "#", "fi"]
