"""The font file that the PDF writer embeds, and what made it: run this file to make it again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from pikepdf import Pdf

import effocr.formats.pdf.glyphless as glyphless
from effocr.formats.pdf.glyphless import ASCENT, DESCENT, FONT_FILE, MOST_UNITS, UNITS_AN_EM, GlyphlessFont

FONT = Path(glyphless.__file__).with_name(FONT_FILE)
PARTS = 50
"""Of a unit of width; an em of the font file has UNITS_AN_EM times as many, a thousand."""
WIDTHS = [units * PARTS for units in range(MOST_UNITS + 1)]
ABOVE, BELOW = (edge * UNITS_AN_EM * PARTS // 1000 for edge in (ASCENT, DESCENT))


def made() -> bytes:
    """A TrueType font of glyphs that are as many units wide as their numbers; the first stands for what is missing.

    A glyph is a speck at its lower left and one at its upper right. PDFium leaves out single letters without an extent.
    """
    from fontTools.fontBuilder import FontBuilder

    names = [".notdef", *(f"w{units}" for units in range(1, MOST_UNITS + 1))]
    builder = FontBuilder(UNITS_AN_EM * PARTS, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: f"w{UNITS_AN_EM}"})
    builder.setupGlyf({name: specks(width) for name, width in zip(names, WIDTHS, strict=True)})
    builder.setupHorizontalMetrics({name: (width, 0) for name, width in zip(names, WIDTHS, strict=True)})
    builder.setupHorizontalHeader(ascent=ABOVE, descent=BELOW)
    builder.setupNameTable({"familyName": "Glyphless", "styleName": "Regular", "psName": "Glyphless"})
    builder.setupOS2(sTypoAscender=ABOVE, sTypoDescender=BELOW, usWinAscent=ABOVE, usWinDescent=-BELOW)
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    buffer = io.BytesIO()
    builder.save(buffer)
    return buffer.getvalue()


def specks(width: int) -> Any:
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for x, y, step in [(0, BELOW, 1), (width, ABOVE, -1)] if width else []:
        pen.moveTo((x, y))
        pen.lineTo((x, y + step))
        pen.lineTo((x + step, y))
        pen.closePath()
    return pen.glyph()


def test_the_font_file_has_a_glyph_of_every_width_that_fills_the_line():
    from fontTools.ttLib import TTFont

    font = TTFont(FONT)
    assert [font["hmtx"][name] for name in font.getGlyphOrder()] == [(width, 0) for width in WIDTHS]
    glyphs = [font["glyf"][name] for name in font.getGlyphOrder()[1:]]
    boxes = [(glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax) for glyph in glyphs]
    assert boxes == [(0, BELOW, width, ABOVE) for width in WIDTHS[1:]]
    assert (font["hhea"].ascent, font["hhea"].descent) == (ABOVE, BELOW)


def test_the_font_file_is_the_one_made_here():
    assert FONT.read_bytes() == made()


def test_texts_have_a_code_for_each_width_and_very_many_still_find_room():
    font = GlyphlessFont(Pdf.new())
    assert font.code("a", 5) == font.code("a", 5) == (1, 5)
    assert [font.code("a", 6), font.code("b", 5)] == [(2, 6), (3, 5)]
    texts = [chr(number) for number in range(0x4E00, 0x4E00 + 9000)]
    codes = [font.code(text, units) for text in texts for units in range(4, 20)]
    assert max(code for code, _ in codes) < 0xFFFF
    assert {units for _, units in codes[-100:]} == {UNITS_AN_EM}
    assert font.code("a", 5) == (1, 5)


if __name__ == "__main__":
    FONT.write_bytes(made())
