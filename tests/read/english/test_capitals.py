"""Lines of capitals."""

from __future__ import annotations

import pytest

from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Word
from effocr.read.english.case import CapitalsRepair


def line(text: str) -> Line:
    words = tuple(Word(tuple(Glyph(Box(0, 0, 1, 1), char, 0.9) for char in word)) for word in text.split())
    return Line(Box(0, 0, 1, 1), words)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("A-PREsENT.", "A-PRESENT."),
        ("LE MoNDE", "LE MONDE"),
        ("Les MONDES", "Les MONDES"),
        ("so vox", "so vox"),
        ("", ""),
    ],
)
def test_letters_of_either_case_are_as_the_others(read: str, meant: str) -> None:
    assert CapitalsRepair()(line(read)).text == meant


def uneven(text: str, small: str, height: float) -> Line:
    """A line whose capitals are 1 high, and so is everything but the characters `small`."""
    words = tuple(
        Word(tuple(Glyph(Box(0, 0, 1, height if char in small else 1), char, 0.9) for char in word))
        for word in text.split()
    )
    return Line(Box(0, 0, 1, 1), words)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("The PERNlssION to", "The PERNlSSION to"),
        ("an ATTEMPT To be", "an ATTEMPT TO be"),
        ("ABSENT.—To you", "ABSENT.—TO you"),
        ("The Fund", "The Fund"),
        ("so it is", "so it is"),
        ("CORtingent", "CORtingent"),
    ],
)
def test_letters_as_tall_as_the_capitals_of_their_word_are_capitals(read: str, meant: str) -> None:
    assert CapitalsRepair()(uneven(read, "", 1)).text == meant


def test_lower_letters_beside_capitals_stay() -> None:
    for read in (uneven("has told To PMs", "os", 0.7), uneven("No. IV.", "o", 0.7)):
        assert CapitalsRepair()(read) is read
