"""What of a reading is right."""

from __future__ import annotations

import pytest

from effocr.evaluate.calibration.outcomes import outcomes
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Word


def words(text: str) -> list[Word]:
    """Words of one glyph a character; "ﬁ" is one glyph that reads as "fi"."""
    return [
        Word(tuple(Glyph(Box(0, 0, 1, 1), "fi" if char == "ﬁ" else char, 0.5) for char in word))
        for word in text.split(" ")
    ]


@pytest.mark.parametrize(
    ("read", "truth", "glyphs", "whole"),
    [
        ("the cat", "the cat", "111111", "11"),
        ("tbe cat", "the cat", "101111", "01"),
        ("th cat", "the cat", "11111", "01"),
        ("thee cat", "the cat", None, "01"),
        ("thecat", "the cat", "111111", "0"),
        ("th ecat", "the cat", "111111", "00"),
        ("ﬁre cat", "fire cat", "111111", "11"),
        ("the “cat”", 'the "cat"', "11111111", "11"),
        ("x", "", "0", "0"),
    ],
)
def test_glyphs_and_words_that_are_right(read: str, truth: str, glyphs: str | None, whole: str) -> None:
    found = outcomes(words(read), truth)
    assert "".join(str(int(flag)) for flag in found.words) == whole
    if glyphs is not None:
        assert "".join(str(int(flag)) for flag in found.glyphs) == glyphs


def test_one_glyph_for_two_characters_is_wrong() -> None:
    glyph = Glyph(Box(0, 0, 1, 1), "m", 0.9, (Alternative("rn", 0.1),))
    assert outcomes([Word((glyph,))], "rn").glyphs == (False,)


def test_nothing_read_has_no_outcomes() -> None:
    assert outcomes([], "text").words == ()
