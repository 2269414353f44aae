"""Words of digits and letters: what the majority of their characters are, the others become where they look like it."""

from __future__ import annotations

import re
from itertools import groupby

from effocr.page.result import Glyph, Line, Word
from effocr.read.english.revision import reread, with_words

DIGIT_OF = {"o": "0", "O": "0", "Q": "0", "l": "1", "I": "1", "i": "1", "Z": "2", "z": "2", "S": "5", "s": "5"} | {
    "b": "6",
    "B": "8",
    "g": "9",
    "q": "9",
}
SMALL_OF = {"0": "o", "1": "l", "2": "z", "5": "s", "6": "b", "9": "g"}
CAPITAL_OF = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}
EVEN = frozenset("oOlI")
"""Letters that look so much like a digit that they become one beside any."""

MEANT = re.compile(
    r"\d+(st|nd|rd|th|d|s|c|m|l|p|am|pm|cts?|lbs?|oz|ft|in)|(?-i:[A-HJ-NP-Z][A-Za-z]?)\d+", re.IGNORECASE
)
"""Ordinals, prices, measures, model numbers: they are meant to have both."""

RUN_TOGETHER = re.compile(r"[a-z]{2}\d\d|\d\d[a-z]{2}|^[1-9][a-z]", re.IGNORECASE)
"""A number that lacks a space before or after it."""


class DigitRepair:
    """Reads l0 as 10 and s0on as soon; what no character of the other sort looks like stays as it is."""

    name = "digits"

    def __call__(self, line: Line) -> Line:
        """The line with digits in numbers and letters in words."""
        return with_words(line, [_repaired(word) for word in line.words])


def _repaired(word: Word) -> list[Glyph]:
    """The glyphs of a word, each stretch between its signs for itself."""
    stretches = groupby(word.glyphs, key=lambda glyph: glyph.text.isalnum())
    return [glyph for plain, some in stretches for glyph in (_of_one_sort(list(some)) if plain else some)]


def _of_one_sort(glyphs: list[Glyph]) -> list[Glyph]:
    text = "".join(glyph.text for glyph in glyphs)
    letters = [char for char in text if char.isalpha()]
    digits = len(text) - len(letters)
    if not digits or not letters or MEANT.fullmatch(text):
        return glyphs
    if EVEN.issuperset(letters) or digits > len(letters):
        made = [_as_digit(glyph) for glyph in glyphs]
    elif digits < len(letters) and not RUN_TOGETHER.search(text):
        capitals = sum(map(str.isupper, letters)) * 2 > len(letters)
        made = [_as_letter(glyph, CAPITAL_OF if capitals else SMALL_OF) for glyph in glyphs]
    else:
        return glyphs
    known = [glyph for glyph in made if glyph is not None]
    return known if len(known) == len(glyphs) else glyphs


def _as_digit(glyph: Glyph) -> Glyph | None:
    """The glyph read as a digit, None where it looks like none."""
    if glyph.text.isdigit():
        return glyph
    text = DIGIT_OF.get(glyph.text)
    if glyph.text not in EVEN:
        text = next((other.text for other in glyph.alternatives if other.text.isdigit()), text)
    return None if text is None else reread(glyph, text, DigitRepair.name)


def _as_letter(glyph: Glyph, letters: dict[str, str]) -> Glyph | None:
    """The glyph read as a letter, None where it looks like none."""
    if not glyph.text.isdigit():
        return glyph
    text = letters.get(glyph.text)
    return None if text is None else reread(glyph, text, DigitRepair.name)
