"""Glyphs that a repair reads otherwise: what was read before stays among the alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from effocr.page.alternatives import Alternative
from effocr.page.boxes import Boxes
from effocr.page.result import Glyph, Line, Word


class Repair(Protocol):
    """Reads a line again without looking at its pixels."""

    @property
    def name(self) -> str:
        """What the command line calls it."""
        ...

    def __call__(self, line: Line) -> Line:
        """The line with other texts, or words joined; its box, and a line that needs no repair, stay as they are."""
        ...


def reread(glyph: Glyph, text: str, repair: str) -> Glyph:
    """The glyph with another text and the score that the recognizer gave to it, 0 for none.

    No exemplar decided, so `exemplar` is -1 and its source names the repair.
    """
    if text == glyph.text:
        return glyph
    scores = {other.text: other.score for other in reversed(glyph.alternatives)}
    others = [Alternative(glyph.text, glyph.score), *(other for other in glyph.alternatives if other.text != text)]
    score = min(max(scores.get(text, 0.0), 0.0), 1.0)
    return Glyph(glyph.box, text, score, tuple(others), exemplar_source=f"repair: {repair}")


def joined(glyphs: Sequence[Glyph], text: str, repair: str) -> Glyph:
    """Several glyphs read as one, in the box around them and with the score of the worst."""
    box = Boxes.of(glyph.box for glyph in glyphs).union()
    together = "".join(glyph.text for glyph in glyphs)
    score = min(glyph.score for glyph in glyphs)
    return Glyph(box, text, score, (Alternative(together, score),), exemplar_source=f"repair: {repair}")


def with_words(line: Line, words: Sequence[Sequence[Glyph]]) -> Line:
    """The line with the glyphs of its words replaced; the line itself where nothing has changed."""
    made = tuple(Word(tuple(glyphs), word.parted) for word, glyphs in zip(line.words, words, strict=True))
    return line if made == line.words else replace(line, words=made)
