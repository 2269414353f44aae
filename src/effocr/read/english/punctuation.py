"""Quotation marks: two apostrophes that are one, and marks that stand alone between words."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from effocr.page.result import Glyph, Line, Word
from effocr.read.english.revision import joined, with_words

DOUBLE = {"'": '"', "’": "”", "‘": "“", "`": '"', "´": '"'}
"""What two of them, side by side inside a word, are; two different ones are \"."""

MARKS = frozenset("\"“”'‘’")
SINGLE = MARKS.union(DOUBLE)


class QuoteRepair:
    """Joins two apostrophes that stand side by side, and a mark that stands alone to the nearer of its words."""

    name = "quotes"

    def __call__(self, line: Line) -> Line:
        """The line with quotation marks of one glyph, at words."""
        if SINGLE.isdisjoint(line.text):
            return line
        return _attached(with_words(line, [_joined(word) for word in line.words]))


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


def _attached(line: Line) -> Line:
    """The line whose lone marks belong to words; one beside another such mark stays alone."""
    if line.vertical or not any(map(_is_mark, line.words)):
        return line
    words: list[Word] = []
    waiting: Word | None = None
    for place, word in enumerate(line.words):
        before = line.words[place - 1] if place else None
        after = line.words[place + 1] if place + 1 < len(line.words) else None
        left, right = _room(before, word), _room(word, after)
        if _is_mark(word) and left < right:
            words[-1] = _together(words[-1], word)
        elif _is_mark(word) and right < inf:
            waiting = word
        else:
            words.append(word if waiting is None else _together(waiting, word))
            waiting = None
    return replace(line, words=tuple(words)) if len(words) < len(line.words) else line


def _is_mark(word: Word) -> bool:
    return len(word.glyphs) == 1 and word.glyphs[0].text in MARKS


def _room(left: Word | None, right: Word | None) -> float:
    """The columns between a mark and a word; infinite where there is no word, or two marks."""
    if left is None or right is None or (_is_mark(left) and _is_mark(right)):
        return inf
    return right.glyphs[0].box.left - left.glyphs[-1].box.right


def _together(left: Word, right: Word) -> Word:
    return Word((*left.glyphs, *right.glyphs), min(left.parted, right.parted))
