"""Words that no lexicon knows, read as known ones that look the same."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from effocr.page.confusables import ALIKE
from effocr.page.distance import folded
from effocr.page.result import Glyph, Line, Word
from effocr.read.english.lexicon import Lexicon
from effocr.read.english.revision import joined, reread, with_words
from effocr.read.english.tokens import core

BROKEN = {"m": ("rn", "in", "ni", "nn"), "h": ("li", "fi"), "d": ("cl",), "w": ("vv",), "u": ("ii",), "n": ("ii", "ri")}
"""Letters that fall apart into two, or two that melt into one."""

SHORTEST = 3
LONGEST_ABBREVIATION = 4
MOST_CHANGES = 2
BEAM = 200
"""Ways to read a word that are followed at a time."""

UNKNOWN = -18.0
"""Logarithm of how often a word that the lexicon does not have is met; chosen on newspapers_en, split train."""

LEAST_SCORE = 1e-3
LOOKS_ALIKE = -6.0
"""Logarithm of the score of a text that only looks like the one that was read."""

BREAKS = -7.0
MELTED = {two: one for one, pairs in BROKEN.items() for two in pairs}
Span = tuple[int, str]
"""How many glyphs, and what they read as."""


class _Way(NamedTuple):
    odds: float
    spans: tuple[Span, ...]


class SpellingRepair:
    """Replaces words that are not in the lexicon by words that are.

    Candidates come from the glyphs' alternatives, with their scores, and from shapes that look alike; the likeliest by
    scores and frequency wins, if it is likelier than an unknown word. Words in capitals or with digits or signs inside,
    abbreviations, and a word broken at the end of the line are left alone.
    """

    name = "spelling"

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def __call__(self, line: Line) -> Line:
        """The line with its words mended."""
        words = line.words
        whole = len(words) - (bool(words) and folded(words[-1].text).endswith(("-", "=")))
        return with_words(line, [*map(self._mended, words[:whole]), *(word.glyphs for word in words[whole:])])

    def _mended(self, word: Word) -> Sequence[Glyph]:
        start, end = core(word)
        inside = word.glyphs[start:end]
        if not self._doubtful("".join(glyph.text for glyph in inside), word.glyphs[end:]):
            return word.glyphs
        spans = self._best([replace(inside[0], text=inside[0].text.lower()), *inside[1:]])
        if inside[0].text[0].isupper() and spans:
            spans = ((spans[0][0], spans[0][1].capitalize()), *spans[1:])
        return [*word.glyphs[:start], *_reread(inside, spans), *word.glyphs[end:]] if spans else word.glyphs

    def _doubtful(self, text: str, after: Sequence[Glyph]) -> bool:
        abbreviated = bool(after) and after[0].text == "." and len(text) <= LONGEST_ABBREVIATION
        plain = text.isalpha() and text[1:].islower() and len(text) >= SHORTEST
        return plain and not abbreviated and not self.lexicon.frequency(folded(text).lower())

    def _best(self, glyphs: Sequence[Glyph]) -> tuple[Span, ...]:
        """The likeliest way to read the glyphs as a known word; none where an unknown one is likelier."""
        own = UNKNOWN + sum(math.log(max(glyph.score, LEAST_SCORE)) for glyph in glyphs)
        best = _Way(own, ())
        for (text, _), way in self._ways(glyphs).items():
            frequency = self.lexicon.frequency(text)
            if frequency and way.odds + math.log(frequency) > best.odds:
                best = _Way(way.odds + math.log(frequency), way.spans)
        return best.spans

    def _ways(self, glyphs: Sequence[Glyph]) -> dict[tuple[str, int], _Way]:
        """By text and number of changes, the likeliest way through all glyphs; the lexicon has words that begin so."""
        ways: list[dict[tuple[str, int], _Way]] = [{} for _ in range(len(glyphs) + 1)]
        ways[0]["", 0] = _Way(0.0, ())
        for place in range(len(glyphs)):
            options = _options(glyphs[place : place + 2])
            for (text, changes), way in sorted(ways[place].items(), key=lambda item: -item[1].odds)[:BEAM]:
                for span, odds in options.items():
                    state = text + span[1], changes + (span != (1, glyphs[place].text))
                    further = ways[place + span[0]]
                    better = state not in further or way.odds + odds > further[state].odds
                    if better and state[1] <= MOST_CHANGES and self.lexicon.begins(state[0]):
                        further[state] = _Way(way.odds + odds, (*way.spans, span))
        return ways[-1]


def _options(glyphs: Sequence[Glyph]) -> dict[Span, float]:
    """What the first of one or two glyphs may read as, alone or with the second, in small letters."""
    glyph = glyphs[0]
    options = {(1, glyph.text): math.log(max(glyph.score, LEAST_SCORE))}
    for other in glyph.alternatives:
        text = _plain(other.text)
        if text.isalpha():
            options.setdefault((1, text), math.log(max(other.score, LEAST_SCORE)))
    for text in _alike(glyph.text):
        options.setdefault((1, text), LOOKS_ALIKE)
    for text in BROKEN.get(glyph.text, ()):
        options.setdefault((1, text), BREAKS)
    melted = MELTED.get("".join(each.text for each in glyphs)) if len(glyphs) > 1 else None
    if melted:
        options[2, melted] = BREAKS
    return options


def _plain(text: str) -> str:
    """The text in small letters and without accents."""
    return "".join(mark for mark in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(mark))


def _alike(text: str) -> set[str]:
    return {other.lower() for group in ALIKE if text in group for other in group if other.isalpha()} - {text}


def _reread(glyphs: Sequence[Glyph], spans: Sequence[Span]) -> list[Glyph]:
    made: list[Glyph] = []
    place = 0
    for count, text in spans:
        some = glyphs[place : place + count]
        name = SpellingRepair.name
        made.append(reread(some[0], text, name) if count == 1 else joined(some, text, name))
        place += count
    return made
