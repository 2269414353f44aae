"""The part of a word between the signs around it."""

from __future__ import annotations

from effocr.page.result import Word


def core(word: Word) -> tuple[int, int]:
    """Where the letters and digits of a word begin and end, in glyphs; two equal numbers where it has none."""
    inside = [place for place, glyph in enumerate(word.glyphs) if glyph.text[:1].isalnum()]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)
