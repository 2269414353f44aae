"""Pages with everything that can be on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word

OTHERS = (Alternative("é", 0.05), Alternative("rn", 0.01), Alternative("c", 0.0009))
"""What else the glyphs of a row may be; the last is too unlikely for formats that others read."""


def glyph_row(texts, left, top, *, step=10.0, score=0.9):
    """Glyphs side by side."""
    boxes = [Box(left + step * place, top, left + step * place + step - 2, top + 12.0) for place in range(len(texts))]
    return tuple(
        Glyph(box, text, score, (Alternative(text, score), *OTHERS)) for box, text in zip(boxes, texts, strict=True)
    )


def horizontal(text, left, top, **about):
    """A line of words; each character is a glyph."""
    words, x = [], left
    for word in text.split():
        words.append(Word(glyph_row(word, x, top)))
        x += 10.0 * len(word) + 8
    return Line(Box(left - 3, top - 3, x, top + 17), tuple(words), **about)


def vertical(text, left, top, **about):
    boxes = [Box(left, top + 14.0 * place, left + 12.5, top + 14.0 * place + 13) for place in range(len(text))]
    glyphs = tuple(Glyph(box, char, 0.8) for box, char in zip(boxes, text, strict=True))
    box = Box(left - 2, top - 2, left + 15, top + 14.0 * len(text))
    return Line(box, (Word(glyphs),), vertical=True, spaced=False, **about)


@pytest.fixture
def rich():
    """Two columns, a word cut by a line end, a ligature, illegal characters, a vertical line, one that failed."""
    ligature = Word(glyph_row(["o", "ffi", "c", "e"], 20.0, 70.0))
    odd = Word(glyph_row(["\x0c", "𝔄", "&", "<", "\u1e47\u0303", "\ud800", ""], 80.0, 70.0, score=1.0))
    lines = (
        horizontal("Hello wörld exam-", 20.0, 20.0, baseline=((20.0, 33.0), (100.0, 34.5), (190.0, 36.0))),
        horizontal("ple “end”", 20.0, 45.0),
        Line(Box(18, 66, 190, 86), (ligature, odd)),
        Line(Box(18, 90, 190, 110), error="the crop is empty"),
        horizontal("right", 220.0, 20.0, region=1),
        vertical("日本𠮷", 300.0, 20.0, region=2),
    )
    return Page(lines, 400, 300, 'scans/läge "1";.png', bundle="en 1", dpi=300.0)


@pytest.fixture
def empty():
    return Page((), 40, 30, "scans/empty.png")


@pytest.fixture
def document(rich, empty):
    """Two pages of one PDF, the second without text."""
    pages = replace(rich, number=3), replace(empty, number=4)
    return [replace(page, source="scans/book.pdf") for page in pages]


@pytest.fixture
def turned():
    """A line that stands upright when its page is turned 90 degrees clockwise: it runs upwards."""
    boxes = [Box(50.0, 180.0 - 10 * place, 62.0, 188.0 - 10 * place) for place in range(4)]
    glyphs = tuple(Glyph(box, char, 0.5) for box, char in zip(boxes, "turn", strict=True))
    return Page((Line(Box(48, 140, 66, 192), (Word(glyphs),)),), 100, 200, "turned.png", turned=90)
