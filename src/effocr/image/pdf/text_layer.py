"""The text that a PDF page already carries, as a `Page`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from effocr.image.documents import DocumentPage
from effocr.image.pdf.drawing import SCAN_COVER, Geometry, geometry_of, opened, page_of
from effocr.page.boxes import Box, Boxes
from effocr.page.result import Glyph, Line, Page, Word

ORIGIN = "text layer"
"""Stands in the place of the bundle that read a page, and of the exemplars' origin."""
SUBPIXELS = 64
"""PDFium gives places on a bitmap in whole pixels; on one this much finer they are exact enough."""
LINE_END_HYPHENS = "\x02\ufffe"
"""What PDFium writes in the place of a hyphen and the end of line after it."""


def page_of_layer(source: DocumentPage, *, scans: bool) -> Page | None:
    """The page that the text layer gives; None where it is empty, and for scans unless `scans` are taken, too.

    Scores are 1, boxes are in pixels of the page as `decode` draws it. Raises ImageError.
    """
    with opened(source.path, str(source)) as document, page_of(document, source.number, str(source)) as page:
        geometry = geometry_of(page)
        if geometry.cover >= SCAN_COVER and not scans:
            return None
        lines = tuple(_lines(page, geometry))
    if not lines:
        return None
    page_size = geometry.width, geometry.height
    return Page(lines, *page_size, str(source.path), bundle=ORIGIN, number=source.number, dpi=geometry.dpi)


def _lines(page: Any, geometry: Geometry) -> Iterator[Line]:
    text = page.get_textpage()
    try:
        line: list[list[tuple[Glyph, Box]]] = [[]]
        for char, glyph in _glyphs(page, text, geometry):
            if glyph is not None:
                line[-1].append(glyph)
            elif char in "\r\n":
                yield from _line(line)
                line = [[]]
            elif line[-1]:
                line.append([])
        yield from _line(line)
    finally:
        text.close()


def _line(words: list[list[tuple[Glyph, Box]]]) -> Iterator[Line]:
    filled = [word for word in words if word]
    if filled:
        box = Boxes.of(loose for word in filled for _, loose in word).union()
        yield Line(box, tuple(Word(tuple(glyph for glyph, _ in word)) for word in filled))


def _glyphs(page: Any, text: Any, geometry: Geometry) -> Iterator[tuple[str, tuple[Glyph, Box] | None]]:
    """The characters in their order, with their glyph and the box of their whole font height; None for spaces."""
    edges = (0, 0, geometry.width * SUBPIXELS, geometry.height * SUBPIXELS, 0)
    place = pdfium.PdfPosConv(page, edges)
    for index in range(text.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(text, index))
        if char.isspace() or char == "\0":
            yield char, None
            continue
        tight, loose = (_box(place, text.get_charbox(index, loose=loose), geometry) for loose in (False, True))
        broken = char in LINE_END_HYPHENS
        yield char, (Glyph(tight, "-" if broken else char, 1.0, exemplar_source=ORIGIN), loose)
        if broken:
            yield "\n", None


def _box(place: Any, corners: tuple[float, float, float, float], geometry: Geometry) -> Box:
    """A box in pixels of the drawn page, within it, from left, bottom, right and top in points."""
    left, bottom, right, top = corners
    (x1, y1), (x2, y2) = place.to_bitmap(left, bottom), place.to_bitmap(right, top)
    across = sorted(min(max(x / SUBPIXELS, 0.0), float(geometry.width)) for x in (x1, x2))
    down = sorted(min(max(y / SUBPIXELS, 0.0), float(geometry.height)) for y in (y1, y2))
    return Box(across[0], down[0], across[1], down[1])
