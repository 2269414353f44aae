"""Recognizing crops, and assembling what was recognized."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.crops import cut_strip, cut_windows
from effocr.image.preparation import StripPreparation
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes
from effocr.page.result import Glyph
from effocr.read.recognizer import Recognizer, shares
from effocr.read.words import glyphs_of, words_of
from effocr.testing import FakeEncoder, FakeLocalizer, draw_bars

WINDOW = StripPreparation()
TEXT = "Salt,1859"


def recognizer(*, vertical: bool = False, texts: str = TEXT, k: int = 5) -> Recognizer:
    """A recognizer whose exemplars are the glyphs of the very line that it will read."""
    line = draw_bars(texts)
    (found,) = FakeLocalizer().localize([line])
    assert found.band is not None
    crops = cut_windows(cut_strip(line, found.band, found.boxes, WINDOW), found.boxes, vertical=vertical)
    sources = tuple(f"glyph {place}" for place in range(len(texts)))
    return Recognizer(
        FakeEncoder(),
        GlyphIndex(FakeEncoder().encode_windows(crops), tuple(texts), sources),
        WINDOW,
        sharpness=20.0,
        k=k,
    )


@pytest.mark.parametrize("vertical", [False, True])
def test_every_glyph_finds_its_own_exemplar(vertical: bool) -> None:
    lines = [draw_bars(TEXT)] * 2
    read = recognizer(vertical=vertical).recognize(lines, FakeLocalizer().localize(lines), [vertical] * 2)
    for line in read:
        assert "".join(glyph.text for glyph in line) == TEXT
        assert [glyph.exemplar for glyph in line] == list(range(len(TEXT)))
        assert line[3].source == "glyph 3"


def test_crops_of_vertical_lines_are_turned() -> None:
    lines = [draw_bars(TEXT)]
    read = recognizer(vertical=True).recognize(lines, FakeLocalizer().localize(lines), [False])
    assert "".join(glyph.text for glyph in read[0]) != TEXT


def test_lines_without_glyphs_keep_their_place() -> None:
    blank = np.full((48, 100), 255, np.uint8)
    lines = [blank, draw_bars(TEXT), blank]
    read = recognizer().recognize(lines, FakeLocalizer().localize(lines))
    assert [len(line) for line in read] == [0, len(TEXT), 0]
    assert recognizer().recognize([], []) == []
    assert recognizer().recognize([blank], FakeLocalizer().localize([blank])) == [[]]


def test_embeddings_are_those_of_the_exemplars_line_by_line() -> None:
    lines = [draw_bars(TEXT), np.full((48, 100), 255, np.uint8), draw_bars(TEXT[:3])]
    reading = recognizer()
    vectors = reading.embeddings(lines, FakeLocalizer().localize(lines))
    assert np.allclose(vectors[: len(TEXT)], reading.index.vectors, atol=1e-5)
    assert vectors.shape == (len(TEXT) + 3, reading.index.dimensions)
    assert reading.embeddings([], []).shape == (0, reading.index.dimensions)


def test_a_letter_is_taught_by_one_of_its_embeddings() -> None:
    lines = [draw_bars(TEXT)]
    found = FakeLocalizer().localize(lines)
    reading = recognizer()
    vector = reading.embeddings(lines, found)[2:3]
    reading.index = reading.index.without_texts([TEXT[2]]).with_exemplars(vector, ["Ɯ"], ["taught"])
    (line,) = reading.recognize(lines, found)
    assert "".join(glyph.text for glyph in line) == TEXT.replace(TEXT[2], "Ɯ")
    assert line[2].source == "taught"


def test_alternatives_are_the_next_texts_and_share_the_score() -> None:
    lines = [draw_bars(TEXT)]
    (line,) = recognizer(k=len(TEXT)).recognize(lines, FakeLocalizer().localize(lines))
    for glyph in line:
        scores = [glyph.score, *(other.score for other in glyph.alternatives)]
        assert {glyph.text, *(other.text for other in glyph.alternatives)} == set(TEXT)
        assert scores == sorted(scores, reverse=True) and sum(scores) == pytest.approx(1, abs=1e-4)


def test_one_text_has_no_alternatives() -> None:
    lines = [draw_bars("aaa")]
    (line,) = recognizer(texts="aaa").recognize(lines, FakeLocalizer().localize(lines))
    assert [(glyph.text, glyph.score, glyph.alternatives) for glyph in line] == [("a", 1.0, ())] * 3


def test_shares_are_a_softmax() -> None:
    cosines = np.array([[0.9, 0.5, -0.3], [0.2, 0.2, 0.2]], np.float32)
    odds = np.exp(7 * cosines.astype(float))
    assert np.allclose(shares(cosines, 7.0), odds / odds.sum(1, keepdims=True), atol=1e-6)
    assert np.isfinite(shares(cosines, 1e4)).all()


def test_an_empty_index_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one exemplar"):
        Recognizer(FakeEncoder(), GlyphIndex(np.zeros((0, 4), np.float32), (), ()), WINDOW, sharpness=1.0)


def glyphs(texts: str) -> list[Glyph]:
    boxes = Boxes.of((10 * place, 0, 10 * place + 8, 9) for place in range(len(texts)))
    return [Glyph(boxes[place], text, 0.5) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("spaces", "words"),
    [
        ([0, 0, 0, 0], ["abcd"]),
        ([1, 0, 0.51, 0], ["ab", "cd"]),
        ([0, 0.5, 1, 1], ["ab", "c", "d"]),
        ([1, 1, 1, 1], ["a", "b", "c", "d"]),
    ],
)
def test_words_begin_where_a_space_is_likely(spaces: list[float], words: list[str]) -> None:
    assert [word.text for word in words_of(glyphs("abcd"), np.array(spaces, np.float32))] == words


def test_no_glyphs_no_words() -> None:
    assert words_of([], np.zeros(0, np.float32)) == ()
    assert glyphs_of([], Boxes.of(())) == []
    with pytest.raises(ValueError, match="4 glyphs"):
        words_of(glyphs("abcd"), np.zeros(3, np.float32))
