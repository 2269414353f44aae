"""Case and low signs from how high glyphs stand against the small letters of their line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from effocr.page.boxes import Floats
from effocr.page.result import Glyph, Line
from effocr.read.english.revision import reread, with_words
from effocr.read.english.sizes import sizes_of

SAME_SHAPE = frozenset("cosuvwxz")
"""Small letters whose capitals differ in size only."""

LEAST_SCORE = 0.1
"""The other case has to have at least this score among a glyph's alternatives."""

HIGHEST_PERIOD = 0.5
APOSTROPHES = frozenset("'’‘")
FEWEST_CAPITALS = 2
LOW_SHARE = 0.8
Texts = Callable[[Sequence[Glyph], Floats, Floats], list[str]]
"""What the glyphs of a word read as, from their tops and bottoms (N,) in heights of a small letter."""


@dataclass(frozen=True)
class CaseRepair:
    """Case of letters whose capitals have the same shape; a dash on the baseline is a period, a low apostrophe a comma.

    `margin` is in heights of the line's small letters: a capital no taller than 1 + margin becomes a small letter, a
    small one taller than 1 + 4 margin a capital. A line with fewer than three small letters stays as it is.
    """

    margin: float = 0.1

    @property
    def name(self) -> str:
        return "case"

    def __call__(self, line: Line) -> Line:
        """The line with its case repaired."""
        return _by_size(line, self._texts, self.name)

    def _texts(self, glyphs: Sequence[Glyph], tops: Floats, bottoms: Floats) -> list[str]:
        return [self._text(*row) for row in zip(glyphs, tops.tolist(), bottoms.tolist(), strict=True)]

    def _text(self, glyph: Glyph, top: float, bottom: float) -> str:
        text = glyph.text
        if text.lower() in SAME_SHAPE:
            small = top <= 1 + (self.margin if text.isupper() else 4 * self.margin)
            meant = text.lower() if small else text.upper()
            return meant if _likely(glyph, meant) else text
        if text == "-" and bottom <= self.margin and top < HIGHEST_PERIOD:
            return "."
        return "," if text in APOSTROPHES and top <= 1 - 2 * self.margin else text


@dataclass(frozen=True)
class SmallCapitals:
    """Words in small capitals become words in small letters, as many editors write them; an initial stays.

    Of the capitals after the first, four fifths have to be no taller than 1 + `margin` heights of the line's small
    letters. A line with fewer than three small letters stays as it is.
    """

    margin: float = 0.15

    @property
    def name(self) -> str:
        return "small-capitals"

    def __call__(self, line: Line) -> Line:
        """The line without small capitals."""
        return _by_size(line, self._texts, self.name)

    def _texts(self, glyphs: Sequence[Glyph], tops: Floats, _: Floats) -> list[str]:
        capitals = [row for row, glyph in enumerate(glyphs) if glyph.text.isupper()]
        low = {row for row in capitals if tops[row] <= 1 + self.margin}
        others = set(capitals[1:])
        if len(capitals) < FEWEST_CAPITALS or len(low & others) < LOW_SHARE * len(others):
            return [glyph.text for glyph in glyphs]
        return [glyph.text.lower() if row in low | others else glyph.text for row, glyph in enumerate(glyphs)]


def _by_size(line: Line, texts: Texts, name: str) -> Line:
    """The line with new texts word by word."""
    sizes = sizes_of(line)
    if sizes is None:
        return line
    words: list[list[Glyph]] = []
    start = 0
    for word in line.words:
        end = start + len(word.glyphs)
        found = texts(word.glyphs, sizes.tops[start:end], sizes.bottoms[start:end])
        words.append([reread(glyph, text, name) for glyph, text in zip(word.glyphs, found, strict=True)])
        start = end
    return with_words(line, words)


def _likely(glyph: Glyph, text: str) -> bool:
    return any(other.text == text and other.score >= LEAST_SCORE for other in glyph.alternatives)
