"""The text layer lies on the glyphs: found there by PDFium and by poppler, however the page is turned."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from effocr.formats.pdf.writer import searchable_pdf
from effocr.page.boxes import Box, Boxes
from effocr.page.result import Glyph, Line, Page, Word

SHOWN = ["upright", "scanned upside down", "to be turned clockwise", "to be turned back", "vertical"]
PIXELS = 1.6
"""A twentieth of an em of the largest line here."""
BELOW = 6.4 + PIXELS
"""The boxes of text reach under the baseline by a quarter of the letters' height."""


def words_of(page):
    return [word for line in page.lines for word in line.words]


def near(box, other, slack=PIXELS):
    return all(abs(one - two) <= slack for one, two in zip(box, other, strict=True))


@pytest.mark.parametrize("shown", SHOWN)
def test_every_character_is_where_its_glyph_is(shown, pages, blank, look):
    page = blank(pages[shown])
    pdf = look(searchable_pdf([page]))
    for word in words_of(page):
        if len(word.text) < 2:
            continue
        places = pdf.places(word.text, page.width, page.height)
        assert near(Boxes.of(places).union(), word.box, BELOW)
        middles = [((box.left + box.right) / 2, (box.top + box.bottom) / 2) for box in places]
        for (x, y), glyph in zip(middles, word.glyphs, strict=True):
            box = glyph.box
            assert box.left - PIXELS <= x <= box.right + PIXELS
            assert box.top - 2 * PIXELS <= y <= box.bottom + 2 * PIXELS


# PDFium puts the words of lines that run to the left in order from left to right.
@pytest.mark.parametrize("shown", [shown for shown in SHOWN if shown != "scanned upside down"])
def test_the_text_is_read_in_order_with_spaces_between_words(shown, pages, blank, look):
    pdf = look(searchable_pdf([blank(pages[shown])]))
    assert pdf.text().split() == ["Find", "a", "wordy", "I", "second", "…", "line"]


def test_single_letters_are_found(pages, blank, look):
    page = blank(pages["upright"])
    word = page.lines[0].words[1]
    (place,) = look(searchable_pdf([page])).places("a", page.width, page.height)
    assert near(place, word.box, BELOW)


def test_a_sloping_line_is_followed(blank, look):
    glyphs = [
        Glyph(Box(20 + 14 * n, 40 + 2.0 * n, 32 + 14 * n, 60 + 2.0 * n), char, 1) for n, char in enumerate("sloping")
    ]
    words = Word(tuple(glyphs[:3])), Word(tuple(glyphs[4:]))
    line = Line(Box(10, 30, 130, 80), words, baseline=((20.0, 60.0), (118.0, 74.0)))
    page = blank(Page((line,), 200, 100))
    pdf = look(searchable_pdf([page]))
    for word in words:
        for place, glyph in zip(pdf.places(word.text, 200, 100), word.glyphs, strict=True):
            assert abs((place.left + place.right) - (glyph.box.left + glyph.box.right)) / 2 <= 2 * PIXELS
            # The box of a slanted letter is higher than the letter.
            assert abs((place.top + place.bottom) - (glyph.box.top + glyph.box.bottom)) / 2 <= 4 * PIXELS


@pytest.mark.parametrize("rise", [1e-3, 1e-5, -1e-9])
def test_a_line_that_hardly_slopes_is_written_without_exponents(rise, pages, blank):
    line = replace(pages["upright"].lines[0], baseline=((20.0, 60.0), (190.0, 60.0 + rise)))
    with pikepdf.open(BytesIO(searchable_pdf([blank(Page((line,), 300, 200))]))) as pdf:
        orders = pikepdf.parse_content_stream(pdf.pages[0])
    placed = [list(operands) for operands, order in orders if str(order) == "Tm"]
    assert len(placed) == len(line.words)
    for values in placed:
        assert [float(value) for value in values[:4]] == pytest.approx([1, 0, 0, 1], abs=1e-4)


@pytest.mark.parametrize("text", ["Æneé", "Ἀρχή", "日本語", "𝔄𝔟𝔠", "ſ‑‘’", "\u0414\u0430"])
def test_any_text_is_found(text, blank, look):
    glyphs = tuple(Glyph(Box(20 + 20 * n, 20, 38 + 20 * n, 44), char, 1) for n, char in enumerate(text))
    page = blank(Page((Line(Box(10, 10, 190, 60), (Word(glyphs),)),), 200, 100))
    assert look(searchable_pdf([page])).text() == text


def test_a_glyph_of_several_characters_and_those_that_no_document_may_hold(blank, look):
    texts = ["e", "ffi", "\x00", "\ud800", "", "!"]
    glyphs = tuple(Glyph(Box(20 + 20 * n, 20, 38 + 20 * n, 44), text, 1) for n, text in enumerate(texts))
    page = blank(Page((Line(Box(10, 10, 190, 60), (Word(glyphs),)),), 200, 100))
    assert look(searchable_pdf([page])).text() == "effi\ufffd\ufffd!"


def test_wide_gaps_and_wide_glyphs_do_not_move_what_follows(blank, look):
    rule = Glyph(Box(60, 30, 700, 34), "—", 1)
    words = (
        Word((Glyph(Box(20, 20, 28, 40), "A", 1),)),
        Word((rule, Glyph(Box(705, 20, 716, 40), "b", 1))),
        Word(tuple(Glyph(Box(920 + 12 * n, 20, 930 + 12 * n, 40), char, 1) for n, char in enumerate("end"))),
    )
    page = blank(Page((Line(Box(10, 10, 990, 60), words),), 1000, 100))
    pdf = look(searchable_pdf([page]))
    assert near(Boxes.of(pdf.places("end", 1000, 100)).union(), words[-1].box, 4 * PIXELS)
    assert pdf.text() == "A —b end"


def test_boxes_without_extent_and_empty_lines_are_no_obstacle(blank, look):
    point = Word((Glyph(Box(50, 50, 50, 50), "x", 1),))
    lines = (
        Line(Box(0, 0, 9, 9), (point,)),
        Line(Box(0, 0, 9, 9), error="too small"),
        Line(Box(0, 0, 9, 9), (Word(()),)),
    )
    assert look(searchable_pdf([blank(Page(lines, 100, 100))])).text() == "x"
    assert look(searchable_pdf([blank(Page((), 100, 100))])).text() == ""


def test_the_layer_shows_nothing(pages, blank, look):
    assert (look(searchable_pdf([blank(pages["upright"])])).pixels(600) == 255).all()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed")
@pytest.mark.parametrize("shown", SHOWN)
def test_poppler_finds_the_words_where_they_are(shown, pages, blank, tmp_path):
    page = replace(blank(pages[shown]), dpi=72.0)
    (tmp_path / "out.pdf").write_bytes(searchable_pdf([page]))
    command = ["pdftotext", "-bbox", tmp_path / "out.pdf", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', told)
    found = {text: Box(*map(float, edges)) for *edges, text in rows}
    for word in words_of(page):
        assert near(found[word.text], word.box, BELOW)
