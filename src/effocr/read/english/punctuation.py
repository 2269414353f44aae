"""Two apostrophes that are one quotation mark."""

from __future__ import annotations

from effocr.page.result import Glyph, Line, Word
from effocr.read.english.revision import joined, with_words

DOUBLE = {"'": '"', "’": "”", "‘": "“", "`": '"', "´": '"'}
"""What two of them, side by side inside a word, are; two different ones are \"."""


class QuoteRepair:
    """Joins two apostrophes that stand side by side."""

    name = "quotes"

    def __call__(self, line: Line) -> Line:
        """The line with quotation marks of one glyph."""
        return with_words(line, [_joined(word) for word in line.words])


def _joined(word: Word) -> list[Glyph]:
    glyphs: list[Glyph] = []
    for glyph in word.glyphs:
        before = glyphs[-1] if glyphs else None
        if before is not None and before.text in DOUBLE and glyph.text in DOUBLE:
            text = DOUBLE[glyph.text] if glyph.text == before.text else '"'
            glyphs[-1] = joined([before, glyph], text, QuoteRepair.name)
        else:
            glyphs.append(glyph)
    return glyphs
