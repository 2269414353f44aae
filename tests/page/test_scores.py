"""Scores of words, lines and pages, made of those of glyphs."""

from __future__ import annotations

import pytest

from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word

BOX = Box(0, 0, 1, 1)


def word(*scores: float, parted: float = 1.0, text: str = "a", by_word: bool = False) -> Word:
    return Word(tuple(Glyph(BOX, text, score, by_word=by_word) for score in scores), parted)


def test_a_word_is_right_when_all_its_glyphs_and_its_spaces_are() -> None:
    assert word(0.9, 0.8, parted=0.5).score == pytest.approx(0.36)
    assert word().score == 0


def test_glyphs_that_one_exemplar_decided_count_once() -> None:
    assert word(0.9, 0.9, 0.9, by_word=True).score == pytest.approx(0.9)


def test_a_line_is_the_share_of_right_characters_spaces_included() -> None:
    line = Line(BOX, (word(0.5, 0.7, parted=0.9), word(1.0, parted=0.4)))
    assert line.score == pytest.approx((0.5 + 0.7 + 1.0 + 0.6) / 4)
    assert Line(BOX, line.words, spaced=False).score == pytest.approx(2.2 / 3)
    assert Line(BOX).score == 0


def test_longer_texts_weigh_more() -> None:
    assert Line(BOX, (Word((Glyph(BOX, "ffi", 0.2), Glyph(BOX, "x", 1.0))),)).score == pytest.approx(0.4)


def test_the_estimate_is_what_is_missing_to_a_right_page() -> None:
    page = Page((Line(BOX, (word(0.5),)), Line(BOX, (word(1.0, 1.0, 1.0),)), Line(BOX)), 9, 9)
    assert page.score == pytest.approx(3.5 / 4) and page.estimated_cer == pytest.approx(0.125)
    assert Page((), 9, 9).estimated_cer is None and Page((Line(BOX),), 9, 9).score == 0
