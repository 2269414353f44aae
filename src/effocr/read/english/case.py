"""Case and low signs, from how high glyphs stand in their line and from the letters around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import inf
from statistics import median

from effocr.page.boxes import Floats
from effocr.page.result import Glyph, Line, Word
from effocr.read.english.revision import reread, with_words
from effocr.read.english.sizes import sizes_of

SAME_SHAPE = frozenset("cosuvwxz")
"""Small letters whose capitals differ in size only."""

EITHER_CASE = SAME_SHAPE | {"ç"}
FEWEST_IN_CAPITALS, MOST_SMALL = 4, 0.1
"""A line is one of capitals from so many on, and with at most so many surely small letters a capital."""

AS_TALL = 0.85
"""A letter is a capital from this part on of the height of capitals in its word; small ones mostly have 0.6 to 0.8."""

LEAST_SCORE = 0.1
"""The other case has to have at least this score among a glyph's alternatives."""

HIGHEST_PERIOD = 0.5
APOSTROPHES = frozenset("'’‘")

FEWEST_CAPITALS = 2
LOW, LOWER = 0.85, 0.95
"""Small capitals in heights of the large one before them, by their median and each for itself; mostly 0.6 to 0.8."""

MISREAD = 0.25
"""The part of a word in small capitals that may have been read as other letters."""

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


class CapitalsRepair:
    """Letters that might be of either case are capitals where those beside them are.

    So it is in a line whose letters are capitals as far as their shapes tell. In any other line it is so in words that
    surely have capitals and next to no small letters, for letters that are about as tall.
    """

    name = "capitals"

    def __call__(self, line: Line) -> Line:
        """The line with its capitals; each as sure as the recognizer was of it."""
        if _in_capitals([glyph.text for glyph in line.glyphs if len(glyph.text) == 1 and glyph.text.isalpha()]):
            return with_words(line, [[self._capital(glyph) for glyph in word.glyphs] for word in line.words])
        return line if line.vertical else with_words(line, [self._beside_capitals(word.glyphs) for word in line.words])

    def _capital(self, glyph: Glyph) -> Glyph:
        return reread(glyph, glyph.text.upper(), self.name) if glyph.text in EITHER_CASE else glyph

    def _beside_capitals(self, glyphs: Sequence[Glyph]) -> Sequence[Glyph]:
        """The glyphs of a word, each stretch of letters for itself."""
        texts = {glyph.text for glyph in glyphs}
        if texts.isdisjoint(EITHER_CASE) or not any(map(_surely_capital, texts)):
            return glyphs
        made: list[Glyph] = []
        for letters, stretch in groupby(glyphs, key=lambda glyph: glyph.text.isalpha()):
            some = list(stretch)
            sure = [glyph.box.height for glyph in some if _surely_capital(glyph.text)] if letters else []
            small = sum(glyph.text.lower() not in EITHER_CASE for glyph in some) - len(sure)
            least = AS_TALL * median(sure) if sure and small <= MISREAD * len(sure) else inf
            made += [self._capital(glyph) if glyph.box.height >= least else glyph for glyph in some]
        return made


def _surely_capital(text: str) -> bool:
    return text.isupper() and text.lower() not in EITHER_CASE


def _in_capitals(letters: Sequence[str]) -> bool:
    """Whether a line of these letters is one of capitals."""
    capitals = sum(map(str.isupper, letters))
    either = sum(letter in EITHER_CASE for letter in letters)
    small = len(letters) - capitals - either
    return capitals >= FEWEST_IN_CAPITALS and either <= capitals and small <= MOST_SMALL * capitals


class SmallCapitals:
    """Words in small capitals become words in small letters after their first, as editors of books write them.

    Such a word begins with a capital that stands out among the others by its height, whatever their case was read as.
    The first words of a line stay, where datelines and the beginnings of chapters stand, which editors leave; so does a
    line with fewer than three small letters.
    """

    name = "small-capitals"

    def __call__(self, line: Line) -> Line:
        """The line without small capitals."""
        small = [_in_small_capitals(word) for word in line.words]
        if not any(small) or sizes_of(line) is None:
            return line
        first = _first_running(line.words, small)
        return with_words(
            line,
            [
                _in_small_letters(word) if small[place] and place > first else word.glyphs
                for place, word in enumerate(line.words)
            ],
        )


def _first_running(words: Sequence[Word], small: Sequence[bool]) -> int:
    """The place of the first word that is surely of the running text; the number of words where none is."""
    for place, word in enumerate(words):
        after = any(small[:place])
        if _has_letters(word) and not small[place] and not _may_be_capitals(word, after=after):
            return place
    return len(words)


def _has_letters(word: Word) -> bool:
    return any(glyph.text.isalpha() for glyph in word.glyphs)


def _may_be_capitals(word: Word, *, after: bool) -> bool:
    """Whether the letters after the first, at least two, look the same as capitals; `after` others, any capitals."""
    first, *others = (glyph.text for glyph in word.glyphs if glyph.text.isalpha())
    if after:
        return first.isupper() and all(text.isupper() or text in SAME_SHAPE for text in others)
    return len(others) >= FEWEST_CAPITALS and SAME_SHAPE.issuperset(others)


def _in_small_capitals(word: Word) -> bool:
    if sum(map(str.isupper, word.text)) < FEWEST_CAPITALS:
        return False
    letters = [glyph for glyph in word.glyphs if glyph.text.isalpha()]
    if len(letters) <= FEWEST_CAPITALS or not letters[0].text.isupper():
        return False
    others = letters[1:]
    capitals = sum(glyph.text.isupper() for glyph in others)
    misread = sum(glyph.text not in SAME_SHAPE and not glyph.text.isupper() for glyph in others)
    if 2 * capitals < len(others) or misread > MISREAD * len(others):
        return False
    first, heights = letters[0].box.height, [glyph.box.height for glyph in others]
    return median(heights) <= LOW * first and max(heights) <= LOWER * first


def _in_small_letters(word: Word) -> list[Glyph]:
    """The glyphs with all letters but the first small; each is as sure as it was, for its shape stays what it is."""
    first = next(place for place, glyph in enumerate(word.glyphs) if glyph.text.isalpha())
    return [
        replace(reread(glyph, glyph.text.lower(), SmallCapitals.name), score=glyph.score) if place > first else glyph
        for place, glyph in enumerate(word.glyphs)
    ]


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
