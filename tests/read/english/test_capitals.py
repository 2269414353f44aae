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
        ("No. IV.", "No. IV."),
        ("Les MONDES", "Les MONDES"),
        ("so vox", "so vox"),
        ("", ""),
    ],
)
def test_letters_of_either_case_are_as_the_others(read: str, meant: str) -> None:
    assert CapitalsRepair()(line(read)).text == meant
