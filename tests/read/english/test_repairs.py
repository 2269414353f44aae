"""Repairs of English lines, told on lines that are made glyph by glyph."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from effocr import Reader
from effocr.errors import UnknownNameError
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Word
from effocr.read.english.case import CaseRepair, SmallCapitals
from effocr.read.english.majority import DigitRepair
from effocr.read.english.punctuation import QuoteRepair
from effocr.read.english.revision import reread
from effocr.read.english.sizes import sizes_of
from effocr.read.english.table import REPAIRS, repairs_of
from effocr.testing import draw_bars, make_bundle

SMALL, TALL = 10.0, 15.0
LOW = {",": (2.0, -3.0), ".": (2.0, 0.0), "-": (6.0, 4.0), "'": (15.0, 11.0)}


def drawn(text: str, sizes: dict[int, tuple[float, float]] | None = None, slope: float = 0.0) -> Line:
    """A line on a baseline at y = 100; `sizes` are tops and bottoms over it by place in the text, spaces counted."""
    words: list[list[Glyph]] = [[]]
    for place, char in enumerate(text):
        if char == " ":
            words.append([])
            continue
        high = TALL if char.isupper() or char.isdigit() or char in "bdfhklt" else SMALL
        top, bottom = (sizes or {}).get(place, LOW.get(char, (high, 0.0)))
        base = 100 + slope * 9 * place
        other = Alternative(char.swapcase(), 0.3) if char.isalpha() else Alternative("*", 0.3)
        words[-1].append(Glyph(Box(9.0 * place, base - top, 9.0 * place + 8, base - bottom), char, 0.7, (other,), 5))
    return Line(Box(0, 70, 9.0 * len(text), 110), tuple(Word(tuple(word)) for word in words))


def test_sizes_are_in_heights_of_small_letters_also_on_a_slope() -> None:
    sizes = sizes_of(drawn("Ahem, an area, here", slope=0.05))
    assert sizes is not None
    np.testing.assert_allclose(sizes.tops[:5], [1.5, 1.5, 1, 1, 0.2], atol=0.06)
    np.testing.assert_allclose(sizes.bottoms[:5], [0, 0, 0, 0, -0.3], atol=0.06)
    assert sizes_of(drawn("IN OK")) is None


@pytest.mark.parametrize(
    ("read", "sizes", "expected"),
    [
        ("a mean Sum", {7: (SMALL, 0.0)}, "a mean sum"),
        ("a mean Sum", {}, "a mean Sum"),
        ("a mean sum", {7: (TALL, 0.0)}, "a mean Sum"),
        ("a mean sum", {7: (13.0, 0.0)}, "a mean sum"),
        ("a mean Kum", {7: (SMALL, 0.0)}, "a mean Kum"),
        ("a mean man-", {10: (2.0, 0.0)}, "a mean man."),
        ("a mean man-", {}, "a mean man-"),
        ("a mean man'", {10: (2.0, -3.0)}, "a mean man,"),
        ("a mean man'", {}, "a mean man'"),
        ("OK Sum", {3: (SMALL, 0.0)}, "OK Sum"),
    ],
)
def test_case_and_low_signs_follow_the_size(read: str, sizes: dict[int, tuple[float, float]], expected: str) -> None:
    assert CaseRepair()(drawn(read, sizes)).text == expected


def test_case_changes_nothing_that_the_recognizer_rules_out() -> None:
    line = drawn("a mean Sum", {7: (SMALL, 0.0)})
    sure = Line(line.box, tuple(Word(tuple(reread(g, g.text, "") for g in word.glyphs)) for word in line.words))
    assert CaseRepair()(sure).text == "a mean sum"
    bare = tuple(Word(tuple(Glyph(g.box, g.text, g.score) for g in word.glyphs)) for word in line.words)
    assert CaseRepair()(Line(line.box, bare)).text == "a mean Sum"


@pytest.mark.parametrize(
    ("read", "low", "expected"),
    [
        ("a mean CHAPTER", range(8, 14), "a mean Chapter"),
        ("a mean ChaoTER", range(8, 14), "a mean ChaoTER"),
        ("a mean CoAsTER", range(8, 14), "a mean Coaster"),
        ("a mean CHAPTER", range(7, 14), "a mean CHAPTER"),
        ("a mean CHAPTER", range(7, 9), "a mean CHAPTER"),
        ("a mean CHAPTER", range(9, 14), "a mean CHAPTER"),
        ("a mean A", range(7, 8), "a mean A"),
        ("a mean Cow", (), "a mean Cow"),
        ("SCHOONERS, a mean name", range(1, 9), "SCHOONERS, a mean name"),
        ("' Cow THE mean name are", (7, 8), "' Cow THE mean name are"),
        ("THE MEN", (1, 2, 5, 6), "THE MEN"),
        ("SCHOONERS To BE MEN, a mean name", (*range(1, 9), 11, 14, 17, 18), "SCHOONERS To BE MEN, a mean name"),
        ("IV. HER MEN, a mean name", (5, 6, 9, 10), "IV. Her Men, a mean name"),
    ],
)
def test_small_capitals_become_small_letters(read: str, low: range, expected: str) -> None:
    assert SmallCapitals()(drawn(read, {place: (SMALL, 0.0) for place in low})).text == expected


def test_letters_made_small_are_as_sure_as_they_were() -> None:
    line = SmallCapitals()(drawn("a mean CHAPTER", {place: (SMALL, 0.0) for place in range(8, 14)}))
    assert {glyph.score for glyph in line.glyphs} == {0.7}
    assert [glyph.alternatives[0].text for glyph in line.words[2].glyphs[1:]] == list("HAPTER")


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("l0", "10"),
        ("19l8", "1918"),
        ("1O0,0OO", "100,000"),
        ("als0 s0on", "also soon"),
        ("S0ME", "SOME"),
        ("1st 22d 3rd 15c 12th", "1st 22d 3rd 15c 12th"),
        ("B2 A1 No1", "B2 A1 No1"),
        ("10HISTORICAL Page12", "10HISTORICAL Page12"),
        ("19X8", "19X8"),
        ("plain 1918", "plain 1918"),
    ],
)
def test_mixed_words_become_of_one_sort(read: str, expected: str) -> None:
    assert DigitRepair()(drawn(read)).text == expected


def test_a_digit_that_the_recognizer_had_in_mind_is_taken_first() -> None:
    line = drawn("19S8")
    glyphs = [*line.words[0].glyphs]
    glyphs[2] = Glyph(glyphs[2].box, "S", 0.6, (Alternative("s", 0.3), Alternative("8", 0.05)))
    assert DigitRepair()(Line(line.box, (Word(tuple(glyphs)),))).text == "1988"


@pytest.mark.parametrize(
    ("read", "expected"),
    [("''Yes'' 'so'", "\"Yes\" 'so'"), ("‘‘Yes’’", "“Yes”"), ("'’Yes", '"Yes'), ("it's", "it's"), ("' '", "' '")],
)
def test_two_apostrophes_are_one_quotation_mark(read: str, expected: str) -> None:
    assert QuoteRepair()(drawn(read)).text == expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("a ”  man", "a” man"),
        ("a“ man", "a“ man"),
        ("a  “ man", "a “man"),
        ("“ man", "“man"),
        ("man ”", "man”"),
        ("“ ” man", "“ ”man"),
        ("“", "“"),
        ("a  ' '  b", "a' 'b"),
    ],
)
def test_a_mark_that_stands_alone_belongs_to_the_nearer_word(read: str, expected: str) -> None:
    line = drawn(read)
    words = tuple(word for word in line.words if word.glyphs)
    repaired = QuoteRepair()(Line(line.box, words))
    assert repaired.text == " ".join(expected.split())
    assert repaired.glyphs == line.glyphs


def test_a_bundle_names_the_repairs_that_are_usual(tmp_path) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    card = bundle.card.model_copy(update={"repairs": ["quotes", "case"]})
    assert [each.name for each in Reader(replace(bundle, card=card)).repairs] == ["quotes", "case"]
    assert [each.name for each in Reader(replace(bundle, card=card), repairs=["digits"]).repairs] == ["digits"]
    assert Reader(replace(bundle, card=card), repairs=["none"]).repairs == ()


def test_what_was_read_before_stays_among_the_alternatives() -> None:
    glyph = reread(
        Glyph(Box(0, 0, 4, 4), "l", 0.6, (Alternative("1", 0.3), Alternative("i", 0.1)), 9, "a font"), "1", "x"
    )
    assert (glyph.text, glyph.score, glyph.exemplar, glyph.exemplar_source) == ("1", 0.3, -1, "repair: x")
    assert glyph.alternatives == (Alternative("l", 0.6), Alternative("i", 0.1))


def test_a_joined_glyph_stands_in_the_box_of_both() -> None:
    line = drawn("''an")
    first, second = line.glyphs[:2]
    quote = QuoteRepair()(line).glyphs[0]
    assert quote.box == Box(first.box.left, first.box.top, second.box.right, second.box.bottom)
    assert quote.alternatives == (Alternative("''", 0.7),)


@pytest.mark.parametrize("name", [name for name in REPAIRS if name != "spelling"])
@pytest.mark.parametrize("text", ["", "a plain line, read well", "OK"])
def test_a_line_without_fault_is_the_same_object(name: str, text: str) -> None:
    (repair,) = repairs_of(name)
    glyphs = [[Glyph(glyph.box, glyph.text, 1.0) for glyph in word.glyphs] for word in drawn(text).words]
    line = Line(Box(0, 0, 5, 5), tuple(Word(tuple(word)) for word in glyphs))
    assert repair.name == name
    assert repair(line) is line


def test_a_reader_repairs_in_the_order_given_and_takes_repairs_of_ones_own(tmp_path) -> None:
    class Loud:
        name = "loud"

        def __call__(self, line: Line) -> Line:
            words = [[reread(glyph, glyph.text.upper(), "loud") for glyph in word.glyphs] for word in line.words]
            return Line(line.box, tuple(Word(tuple(word)) for word in words))

    bundle = make_bundle(tmp_path / "bars")
    reader = Reader(bundle, threads=1, lines="none", repairs=("quotes", Loud()))
    assert reader.read_one(draw_bars("say ''yes''")).text == 'SAY "YES"'
    assert [repair.name for repair in reader.repairs] == ["quotes", "loud"]


def test_an_unknown_repair_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="digits"):
        repairs_of(["digts"])
