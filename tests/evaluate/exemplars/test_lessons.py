"""Exemplars from transcribed lines, from labelled lines, from fonts and from crops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.bundle.files import Bundle
from effocr.data.glyphs.files import GlyphCrop, read_glyphs, write_glyphs
from effocr.data.labelled import LabelledLine
from effocr.data.lines import TextLine
from effocr.errors import DataError
from effocr.evaluate.exemplars.crops import lesson_of_crops
from effocr.evaluate.exemplars.fonts import lesson_of_fonts, lines_with, provenance_of
from effocr.evaluate.exemplars.lines import lesson_of_line, lesson_of_lines, lesson_of_texts
from effocr.read.reader import Reader
from effocr.read.teaching import teach
from effocr.synth.fonts import named_fonts
from effocr.testing import bar_boxes, bar_line, draw_bars

TEXT = "Salt 1859"


@pytest.fixture
def reader(bars: Bundle) -> Reader:
    """A reader of bars that does not know the letter l."""
    return Reader(bars, threads=1, lines="none", without="l")


@pytest.fixture(scope="session")
def english() -> Reader:
    return Reader("en", threads=1, lines="none")


def labelled(text: str, read: str) -> LabelledLine:
    return replace(bar_line(text), texts=tuple(read.replace(" ", "")), source="line")


def test_a_transcribed_line_teaches_all_its_glyphs_or_those_asked_for(reader: Reader) -> None:
    lesson = lesson_of_line(reader, draw_bars(TEXT), "Sałt 1859")
    assert lesson.exemplars.texts == tuple("Sałt1859") and lesson.shown == lesson.found == 8
    assert lesson_of_line(reader, draw_bars(TEXT), "Sałt 1859", only=["ł"]).exemplars.texts == ("ł",)
    teach(reader, lesson.exemplars)
    assert reader.read_one(draw_bars("all")).text == "ałł"


def test_a_text_of_another_length_teaches_what_is_beyond_doubt(reader: Reader) -> None:
    lesson = lesson_of_line(reader, draw_bars("1859 Salty Sal 1859 Sal"), "1859 Sałty Sał 1859")
    assert lesson.exemplars.texts == tuple("1859SałtySał1859")  # and nothing of the three glyphs at the end
    teach(reader, lesson.exemplars)
    assert reader.read_one(draw_bars("all")).text == "ałł"


def test_a_line_about_which_nothing_can_be_told_is_refused(reader: Reader) -> None:
    with pytest.raises(DataError, match="can be told"):
        lesson_of_line(reader, draw_bars(TEXT), "another text")
    with pytest.raises(DataError, match="no glyph of 'ß'"):
        lesson_of_line(reader, draw_bars(TEXT), TEXT, only=["ß"])
    with pytest.raises(DataError, match="holds 0 lines"):
        lesson_of_line(reader, np.full((48, 99), 255, np.uint8), TEXT)


def test_labelled_lines_give_the_exemplars_that_reading_will_look_for(reader: Reader) -> None:
    lesson = lesson_of_lines(reader, [labelled(TEXT, "Sałt 1859")] * 3)
    assert (lesson.shown, lesson.found) == (24, 24)
    assert lesson.exemplars.texts == tuple("Sałt1859" * 3)
    reader.recognizer.index = lesson.exemplars
    assert reader.read_one(draw_bars("1 all")).text == "1 ałł"


def test_transcribed_lines_teach_and_those_of_another_text_do_not(reader: Reader, tmp_path: Path) -> None:
    Image.fromarray(draw_bars(TEXT)).save(tmp_path / "line.png")
    lines = [TextLine(tmp_path / "line.png", text) for text in ("Sałt 1859", "another text", "Sałt 1859")]
    lesson = lesson_of_texts(reader, [*lines, TextLine(tmp_path / "none.png", "gone")])
    assert lesson.exemplars.texts == tuple("Sałt1859" * 2)
    with pytest.raises(DataError, match="none of 1 lines"):
        lesson_of_texts(reader, lines[1:2])


def test_no_lines_give_no_exemplars(reader: Reader) -> None:
    assert len(lesson_of_lines(reader, []).exemplars) == 0


def test_crops_are_read_as_the_texts_they_came_with(reader: Reader, tmp_path: Path) -> None:
    boxes = bar_boxes("Salt")
    crops = [
        GlyphCrop(draw_bars("Salt")[:, int(box.left) : int(box.right)], text, "line")
        for text, box in zip("Sałt", map(boxes.__getitem__, range(4)), strict=True)
    ]
    write_glyphs(crops, tmp_path / "crops")
    lesson = lesson_of_crops(reader, read_glyphs(tmp_path / "crops"))
    assert lesson.exemplars.texts == ("S", "a", "ł", "t") and lesson.found == 4
    reader.recognizer.index = lesson.exemplars
    assert reader.read_one(draw_bars("all Salt")).text == "ałł Sałt"


def test_a_letter_is_learned_from_a_font(english: Reader, fonts: Path) -> None:
    index = english.recognizer.index
    image = Image.new("L", (420, 60), 250)
    face = ImageFont.truetype(str(next(fonts.iterdir())), 36)
    ImageDraw.Draw(image).text((12, 6), "The Quiet Queue", font=face, fill=20)
    unaware = Reader("en", threads=1, lines="none", without="Q")
    assert "Q" not in unaware.read_one(image).text
    lesson = lesson_of_fonts(unaware, named_fonts([fonts]), ["Q"], most=6, times=8)
    assert set(lesson.exemplars.texts) == {"Q"} and 24 <= lesson.shown < 40
    teach(unaware, lesson.exemplars)
    assert unaware.read_one(image).text == english.read_one(image).text == "The Quiet Queue"
    assert english.recognizer.index is index


def test_lines_hold_every_wanted_text_as_often_as_asked(english: Reader, fonts: Path) -> None:
    (font,) = named_fonts([fonts])
    texts = [text for line in lines_with(font, ["Q", "x", "й"], english, 5) for text in line.texts]
    assert texts.count("Q") >= 5 and texts.count("x") >= 5 and "й" not in texts


def test_what_a_font_cannot_draw_as_one_glyph_is_not_taught(english: Reader, fonts: Path) -> None:
    for text in ("й", "ch"):
        with pytest.raises(DataError, match="as one glyph"):
            lesson_of_fonts(english, named_fonts([fonts]), [text], most=1)


def test_fonts_go_into_the_card_with_their_licences(fonts: Path) -> None:
    (provenance,) = provenance_of([fonts])
    assert (provenance.name, provenance.origin) == ("Aileron", fonts.name)
