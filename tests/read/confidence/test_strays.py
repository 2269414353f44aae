"""Lines of a page that are no text: few glyphs that look like nothing, and rules."""

from __future__ import annotations

import pytest

from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Word
from effocr.read.confidence.strays import usual_score, without_strays

BOX = Box(0, 0, 10, 10)


def line(text: str, score: float, region: int = 0, error: str = "") -> Line:
    words = tuple(Word(tuple(Glyph(BOX, each, score) for each in word)) for word in text.split())
    return Line(BOX, words, error=error, region=region)


BODY = [line("the quick brown fox", 0.9, region) for region in (0, 2)]


@pytest.mark.parametrize("stray", [line("z", 0.5), line("x+ s", 0.4), line("wv" * 8, 0.2), line("", 0), line("|—", 1)])
def test_what_looks_like_nothing_is_no_line(stray: Line) -> None:
    assert [each.text for each in without_strays([BODY[0], stray, BODY[1]])] == [each.text for each in BODY]


@pytest.mark.parametrize(
    "text", [line("14", 0.9), line("2", 0.7), line("PAGE", 0.5), line("smudged words", 0.3), line("—", 1)]
)
def test_short_and_doubtful_lines_stay(text: Line) -> None:
    assert text in without_strays([*BODY, text])


def test_a_page_that_is_read_badly_keeps_its_lines() -> None:
    poor = [line("tbe qnick hrown", 0.3), line("fax", 0.3), line("jump", 0.2)]
    assert without_strays(poor) == tuple(poor)


def test_a_line_that_could_not_be_read_stays_with_its_reason() -> None:
    endless = line("", 0, error="too long")
    assert endless in without_strays([*BODY, endless])


def test_a_page_of_one_line_keeps_it() -> None:
    assert without_strays([line("z", 0.1)]) == (line("z", 0.1),)


def test_regions_count_from_0() -> None:
    assert [each.region for each in without_strays([*BODY[:1], line("z", 0.1, 1), *BODY[1:]])] == [0, 1]


def test_the_usual_score_is_the_median_over_glyphs() -> None:
    assert usual_score([line("aa", 0.2), line("bbbbbb", 0.8), line("ccc", 0.9)]) == pytest.approx(0.8)
    assert usual_score([]) == usual_score([line("", 0)]) == 0
