"""The joined text: words parted at line ends are whole again, and the lines stay as they are printed."""

from __future__ import annotations

import pytest

from effocr.page.boxes import Box
from effocr.page.hyphens import joined_text
from effocr.page.result import Glyph, Line, Page, Word


def line(text: str, region: int = 0, *, spaced: bool = True) -> Line:
    words = [Word(tuple(Glyph(Box(0, 0, 1, 1), char, 1.0) for char in word)) for word in text.split()]
    return Line(Box(0, 0, 9, 9), tuple(words), spaced=spaced, region=region)


def page(*lines: str | Line) -> Page:
    return Page(tuple(line(each) if isinstance(each, str) else each for each in lines), 100, 100)


def test_a_parted_word_is_joined_and_the_lines_are_kept() -> None:
    printed = page("The Consti-", "tutional Gov-", "ernment was", "new.")
    assert joined_text(printed) == "The Constitutional Government was new."
    assert printed.text == "The Consti-\ntutional Gov-\nernment was\nnew."


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Anglo-", "Saxon times", "Anglo- Saxon times"),  # a capital: no word goes on
        ("1914-", "1918 and", "1914- 1918 and"),  # digits
        ("he said -", "and left", "he said - and left"),  # a dash between spaces
        ("he said—", "and left", "he said— and left"),
        ("his brother-in-", "law came", "his brother-in-law came"),  # a hyphen inside is a compound's
        ("deut⸗", "lich", "deutlich"),
        ("deut=", "lich", "deutlich"),
        ("soft\u00ad", "ware", "software"),
        ("“con-", "tinued”", "“continued”"),
    ],
)
def test_what_is_joined_and_how(first: str, second: str, expected: str) -> None:
    assert joined_text(page(first, second)) == expected


def test_a_compound_that_is_printed_inside_a_line_keeps_its_hyphen() -> None:
    assert (
        joined_text(page("They are to-day, as", "ever, here to-", "day.")) == "They are to-day, as ever, here to-day."
    )


def test_regions_are_paragraphs_unless_a_word_goes_on() -> None:
    lines = [line("HEADLINE", 0), line("the first col-", 1), line("umn ends.", 2), line("Another", 3), line("one", 3)]
    assert joined_text(page(*lines)) == "HEADLINE\n\nthe first column ends.\n\nAnother one"


def test_lines_without_text_and_without_spaces() -> None:
    assert joined_text(page()) == joined_text(page("", line("", 1))) == ""
    assert joined_text(page("one-", line(""), "two")) == "onetwo"
    assert joined_text(page(line("吾輩は", spaced=False), line("猫である", spaced=False))) == "吾輩は猫である"
