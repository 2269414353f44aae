"""Lines with a text and no boxes: what of a reading may be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from effocr.evaluate.alignment import aligned
from effocr.evaluate.labelling import labelled_line
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph
from effocr.read.english.lexicon import WordTable

IMAGE = np.full((20, 400), 255, np.uint8)


def glyphs(texts: Sequence[str], **others: str) -> list[Glyph]:
    """Glyphs ten pixels wide; `others` gives the alternative of a text."""
    return [
        Glyph(Box(10 * at, 2, 10 * at + 9, 18), text, 0.9, tuple(Alternative(o, 0.1) for o in others.get(text, "")))
        for at, text in enumerate(texts)
    ]


def spans(texts: Sequence[str], truth: str, **others: str) -> list[tuple[int, str, bool]]:
    return [(pair.glyph, pair.text, pair.agrees) for pair in aligned(glyphs(texts, **others), truth)]


def test_a_right_reading_pairs_every_glyph() -> None:
    assert spans("abc", "abc") == [(0, "a", True), (1, "b", True), (2, "c", True)]


def test_a_ligature_stands_for_all_its_characters() -> None:
    assert spans(["o", "ffi", "ce"], "office") == [(0, "o", True), (1, "ffi", True), (2, "ce", True)]
    assert spans(["o", "n", "c", "e"], "ofice")[1] == (1, "fi", False)


def test_a_missing_and_a_spurious_glyph_are_left_out() -> None:
    assert [glyph for glyph, _, _ in spans("abxcd", "abcd")] == [0, 1, 3, 4]
    assert [text for _, text, _ in spans("abd", "abcd")] == ["a", "b", "d"]


def test_an_alternative_decides_between_places() -> None:
    assert spans("xe", "ee", x="e") == [(0, "e", False), (1, "e", True)]


def test_straight_quotes_of_the_truth_give_way_to_the_shape_that_was_read() -> None:
    assert spans("“a”", '"a"') == [(0, "“", True), (1, "a", True), (2, "”", True)]
    assert spans("a–b", "a—b")[1] == (1, "—", True)


def test_a_wrong_glyph_between_right_ones_gets_its_true_text() -> None:
    line = labelled_line(IMAGE, glyphs("thccat"), "the cat", "exact", "page")
    assert line is not None
    assert line.text == "the cat"
    assert len(line.unknown) == 0


def test_of_a_noisy_text_only_what_agrees_is_kept() -> None:
    line = labelled_line(IMAGE, glyphs("thccat"), "the cat", "noisy", "page")
    assert line is not None
    assert line.texts == ("t", "h", "c", "a", "t")
    assert line.spaces.tolist() == [False, False, True, False, False]
    assert line.unknown.array.tolist() == [[19, 0, 30, 1]]


def test_around_a_gap_nothing_is_taken_for_certain() -> None:
    """`rn` read as one glyph: neither the glyph nor a wrong neighbour is kept, and the region is unknown."""
    line = labelled_line(IMAGE, glyphs(["b", "a", "m", "d", "o", "o", "r"]), "barndoor", "exact", "page")
    assert line is not None
    assert "m" not in line.texts and "r" not in line.texts[:-1]
    assert line.unknown.left[0] <= 20 and line.unknown.right[0] >= 29


@pytest.mark.parametrize("texts", ["exact", "noisy"])
def test_a_line_that_reads_quite_differently_is_left_out(texts: str) -> None:
    assert labelled_line(IMAGE, glyphs("xxxxxx"), "the cat", texts, "page") is None
    assert labelled_line(IMAGE, glyphs("abc"), " ", texts, "page") is None


def test_a_glyph_where_no_character_is_missing_was_dirt() -> None:
    """Of an exact text it is known to be background, of a noisy one it is not."""
    exact = labelled_line(IMAGE, glyphs("|thecat"), "the cat", "exact", "page")
    noisy = labelled_line(IMAGE, glyphs("|thecat"), "the cat", "noisy", "page")
    assert exact is not None and noisy is not None
    assert exact.texts == noisy.texts == tuple("thecat")
    assert len(exact.unknown) == 0
    assert noisy.unknown.array.tolist() == [[0, 0, 10, 1]]


def noisy_with_words(read: Sequence[str], text: str, *words: str) -> str:
    line = labelled_line(IMAGE, glyphs(read), text, "noisy", "page", WordTable(dict.fromkeys(words, 1.0)))
    assert line is not None
    return "".join(line.texts)


def test_a_noisy_text_is_believed_where_it_makes_a_word_of_what_was_none() -> None:
    assert noisy_with_words("befcreall", "before all", "before", "all") == "beforeall"
    assert noisy_with_words("befcreall", "(before, all", "before", "all") == "beforeall"
    assert noisy_with_words("Befcreall", "Before all", "before") == "Beforeall"


def test_a_noisy_text_is_doubted_where_both_are_words_or_none_is() -> None:
    assert noisy_with_words("thecat", "the cut", "the", "cat", "cut") == "thect"
    assert noisy_with_words("thecat", "the cut", "the", "cat") == "thect"
    assert noisy_with_words("thecat", "the cut", "the") == "thect"
    assert noisy_with_words("goby", "go bx", "go", "bx") == "gob", "two letters are no word to rely on"
    assert noisy_with_words("in1920ab", "in 1925 ab", "1925") == "in192ab", "nor are figures"
