"""PDFs looked at through PDFium: what is found where, and what is drawn."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from PIL import Image

from effocr.page.boxes import Box, Boxes
from effocr.page.result import Glyph, Line, Page, Word


class Look:
    """A PDF as a viewer has it."""

    def __init__(self, content):
        self.document = pdfium.PdfDocument(content)

    def __len__(self):
        return len(self.document)

    def text(self, number=0):
        return self.document[number].get_textpage().get_text_range().replace("\r\n", "\n").strip()

    def places(self, wanted, width, height, number=0):
        """The boxes of the characters of a text, in pixels of the page drawn with this size."""
        page = self.document[number]
        text = page.get_textpage()
        first, count = text.search(wanted, match_case=True).get_next()
        boxes = [text.get_charbox(place) for place in range(first, first + count)]
        return [self._drawn(page, box, width, height) for box in boxes]

    def _drawn(self, page, box, width, height):
        fine = 64
        x, y = ctypes.c_int(), ctypes.c_int()
        corners = []
        for corner in (box[:2], box[2:]):
            raw.FPDF_PageToDevice(page, 0, 0, width * fine, height * fine, 0, *corner, x, y)
            corners.append((x.value / fine, y.value / fine))
        (x0, y0), (x1, y1) = corners
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def pixels(self, width, number=0):
        """The page as it is drawn, grey, of this width."""
        page = self.document[number]
        return np.asarray(page.render(scale=width / page.get_width(), grayscale=True).to_pil())


@pytest.fixture
def look():
    return Look


@pytest.fixture
def blank(tmp_path):
    """A page as given, on a white image that lies in a file."""

    def saved(page, suffix=".png"):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}{suffix}"
        Image.new("L", (page.width, page.height), 255).save(path)
        return replace(page, source=str(path))

    return saved


def words_of(texts, left, base, size):
    """Words whose glyphs are of very different widths, standing at `base`."""
    words, x = [], left
    for text in texts:
        glyphs = []
        for place, char in enumerate(text):
            width = size * (0.3 + 0.25 * (place % 4))
            glyphs.append(Glyph(Box(x, base - size, x + width * 0.9, base), char, 0.9))
            x += width
        words.append(Word(tuple(glyphs)))
        x += size * 0.6
    return tuple(words)


def upright(width, height):
    """Two lines of horizontal text."""
    first = words_of(["Find", "a", "wordy", "I"], 20.0, 60.0, 24.0)
    second = words_of(["second", "…", "line"], 31.5, 110.0, 18.0)
    lines = [Line(Boxes.of(word.box for word in words).union(), words) for words in (first, second)]
    return Page(tuple(lines), width, height)


def mapped(page, place, width, height, **changes):
    """A page whose boxes were moved, on an image of another size."""

    def box(old):
        (x0, y0), (x1, y1) = place(old.left, old.top), place(old.right, old.bottom)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    lines = []
    for line in page.lines:
        words = tuple(Word(tuple(replace(glyph, box=box(glyph.box)) for glyph in word.glyphs)) for word in line.words)
        lines.append(replace(line, box=box(line.box), words=words))
    return replace(page, lines=tuple(lines), width=width, height=height, **changes)


@pytest.fixture
def pages():
    """By what they show: a page of 300 x 200, and the same text where the scan was turned, or runs down."""
    page = upright(300, 200)
    down = mapped(page, lambda x, y: (200 - y, x), 200, 300)
    return {
        "upright": page,
        "scanned upside down": mapped(page, lambda x, y: (300 - x, 200 - y), 300, 200, turned=180),
        "to be turned clockwise": mapped(page, lambda x, y: (y, 300 - x), 200, 300, turned=90),
        "to be turned back": mapped(page, lambda x, y: (200 - y, x), 200, 300, turned=270),
        "vertical": replace(down, lines=tuple(replace(line, vertical=True) for line in down.lines)),
    }
