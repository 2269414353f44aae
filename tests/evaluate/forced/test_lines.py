"""Lines of bars, aligned with what they say and with what they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from effocr.bundle.files import Bundle
from effocr.data.coco import line_of, read_coco, write_coco
from effocr.data.lines import TextLine
from effocr.evaluate.forced.coco import coco_of_aligned
from effocr.evaluate.forced.evidence import Likeness, even_parts
from effocr.evaluate.forced.lines import AlignedLine, align_lines
from effocr.image.draw import png
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes
from effocr.read.reader import Reader
from effocr.testing import bar_boxes, draw_bars

TEXT = "the cat sat on the mat"


def aligned(bars: Bundle, folder: Path, text: str, image: Grey, without: str = "") -> AlignedLine:
    path = folder / "line.png"
    path.write_bytes(png(image))
    reader = Reader(bars, threads=1, lines="none", without=without)
    (line,) = align_lines(reader, [TextLine(path, text)])
    return line


def test_every_glyph_of_a_right_text_gets_its_box(bars: Bundle, tmp_path: Path) -> None:
    line = aligned(bars, tmp_path, TEXT, draw_bars(TEXT))
    assert "".join(glyph.text for glyph in line.glyphs) == TEXT.replace(" ", "")
    assert np.abs(Boxes.of(glyph.box for glyph in line.glyphs).array - bar_boxes(TEXT).array).max() < 3
    assert line.misfits == 0 and line.score > 0.8
    assert line.labelled().text == TEXT


def test_characters_that_nothing_is_known_of_stand_between_those_that_are_known(bars: Bundle, tmp_path: Path) -> None:
    line = aligned(bars, tmp_path, TEXT, draw_bars(TEXT), without="at")
    assert [glyph.known for glyph in line.glyphs] == [char not in "at" for char in TEXT.replace(" ", "")]
    assert line.misfits == 0


def test_a_speck_is_left_out_and_a_missing_character_named(bars: Bundle, tmp_path: Path) -> None:
    image = draw_bars("the ca: sat on")
    more = aligned(bars, tmp_path, "the ca sat on", image)
    assert more.dirt == (5,) and not more.missing
    fewer = aligned(bars, tmp_path, "the cats sat on", draw_bars("the cat sat on"))
    assert fewer.missing == (6,) and not fewer.dirt
    assert fewer.labelled().text == "the cat sat on"


def test_another_text_fits_badly(bars: Bundle, tmp_path: Path) -> None:
    assert aligned(bars, tmp_path, "big dog ran up a hill.", draw_bars(TEXT)).score < 0.2


def test_a_line_without_text_has_no_glyphs(bars: Bundle, tmp_path: Path) -> None:
    line = aligned(bars, tmp_path, " ", draw_bars("cat"))
    assert line.glyphs == () and line.score == 0 and len(line.dirt) == 3


def test_aligned_lines_become_coco_with_scores(bars: Bundle, tmp_path: Path) -> None:
    line = aligned(bars, tmp_path, TEXT, draw_bars(TEXT))
    path = write_coco(coco_of_aligned([line], tmp_path), tmp_path / "coco.json")
    coco = read_coco(path)
    back = line_of(coco, coco.images[0])
    assert back.text == TEXT
    kinds = [row.kind for row in coco.annotations]
    assert (kinds.count("char"), kinds.count("word")) == (17, 6)
    scores = [row.score for row in coco.annotations if row.kind == "char"]
    assert scores == pytest.approx([glyph.score for glyph in line.glyphs], abs=1e-4)


def test_even_parts_share_a_box() -> None:
    parts = even_parts(Boxes.of([(0, 1, 9, 5), (10, 0, 16, 4)]), 3)
    assert parts.array.tolist()[1:4] == [[3, 1, 6, 5], [6, 1, 9, 5], [10, 0, 12, 4]]


def test_texts_that_editors_write_differently_are_the_same(bars: Bundle) -> None:
    index = Reader(bars, threads=1).recognizer.index
    likeness = Likeness(index, 30.0)
    quote = index.vectors[[index.texts.index("'")]]
    assert likeness.knows("’") and not likeness.knows("ß")
    assert likeness.costs(quote, ["'", "’"])[0] == pytest.approx([0, 0], abs=1e-2)
