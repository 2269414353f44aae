"""The exact search against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from effocr.errors import DataError
from effocr.index import glyph_index
from effocr.index.glyph_index import GlyphIndex

Floats = NDArray[np.float32]


def units(number: int, dimensions: int, seed: int) -> Floats:
    vectors = np.random.default_rng(seed).standard_normal((number, dimensions), np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def index_of(texts: str, seed: int = 0) -> GlyphIndex:
    return GlyphIndex(units(len(texts), 8, seed), tuple(texts), tuple(f"font {row}" for row in range(len(texts))))


@pytest.fixture
def index() -> GlyphIndex:
    return index_of("abcabcadbebbca" * 4)


@pytest.mark.parametrize("k", [1, 3, 56, 99])
def test_nearest_is_that_of_a_full_sort(index: GlyphIndex, k: int) -> None:
    queries = units(23, 8, 1)
    near = index.nearest(queries, k)
    similar = queries @ index.vectors.T
    order = np.argsort(-similar, axis=1)[:, :k]
    assert np.array_equal(near.rows, order)
    assert np.allclose(near.scores, np.take_along_axis(similar, order, axis=1), atol=1e-6)


@pytest.mark.parametrize("k", [1, 3, 5, 9])
def test_nearest_texts_is_that_of_walking_down_the_full_sort(index: GlyphIndex, k: int) -> None:
    queries = units(23, 8, 2)
    near = index.nearest_texts(queries, k)
    for query, rows, scores in zip(queries, near.rows.tolist(), near.scores, strict=True):
        similar = index.vectors @ query
        best: dict[str, int] = {}
        for row in np.argsort(-similar).tolist():
            best.setdefault(index.texts[row], row)
        assert rows == list(best.values())[:k]
        assert np.allclose(scores, similar[rows], atol=1e-6)


def test_blocks_change_nothing(index: GlyphIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = units(23, 8, 3)
    whole = index.nearest(queries, 4), index.nearest_texts(queries, 4)
    monkeypatch.setattr(glyph_index, "BLOCK", 5 * len(index))
    parts = index.nearest(queries, 4), index.nearest_texts(queries, 4)
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one.rows, other.rows)


@pytest.mark.parametrize("chunk", [1, 7, 50, 10_000])
def test_chunks_change_nothing_for_many_texts_of_few_exemplars_and_few_of_many(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"word {number}" for number in range(300)] + ["often"] * 60 + ["twice"] * 2
    many = GlyphIndex(units(len(texts), 8, 5), tuple(texts), tuple(texts))
    queries = units(23, 8, 6)
    monkeypatch.setattr(glyph_index, "CHUNK", chunk)
    near, plain = many.nearest_texts(queries, 5), many.nearest(queries, 5)
    for query, rows, plain_rows in zip(queries, near.rows.tolist(), plain.rows.tolist(), strict=True):
        order = np.argsort(-(many.vectors @ query)).tolist()
        best: dict[str, int] = {}
        for row in order:
            best.setdefault(texts[row], row)
        assert rows == list(best.values())[:5]
        assert plain_rows == order[:5]


@pytest.mark.parametrize("chunk", [200, 10_000])
def test_a_first_look_in_8_bits_finds_the_same_texts_and_their_best_exemplars(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Like those of real charsets the exemplars stand apart in many dimensions, some texts have several."""
    texts = [f"text {number}" for number in range(300)] + ["often"] * 60 + ["twice"] * 2
    many = GlyphIndex(units(len(texts), 64, 5), tuple(texts), tuple(texts))
    queries = units(23, 64, 6) / 4 + many.vectors[300:323] / 2
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    exact = many.nearest_texts(queries, 3)
    monkeypatch.setattr(glyph_index, "CHUNK", chunk)
    monkeypatch.setattr(glyph_index, "ROUGH", 1)
    rough = GlyphIndex(many.vectors, many.texts, many.sources).nearest_texts(queries, 3)
    assert np.array_equal(rough.rows, exact.rows)
    assert np.allclose(rough.scores, exact.scores, atol=1e-6)


def test_of_identical_exemplars_the_first_is_named_after_a_first_look_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyph_index, "ROUGH", 1)
    once = index_of("abcdefgh")
    twice = once.merged(once)
    assert twice.nearest_texts(once.vectors, 1).rows[:, 0].tolist() == list(range(8))


def test_many_neighbours_are_those_of_a_full_sort() -> None:
    many = GlyphIndex(units(300, 8, 5), tuple(f"word {row}" for row in range(300)), ("",) * 300)
    queries = units(5, 8, 6)
    order = np.argsort(-(queries @ many.vectors.T), axis=1)
    assert np.array_equal(many.nearest(queries, 40).rows, order[:, :40])
    assert np.array_equal(many.nearest_texts(queries, 40).rows, order[:, :40])


def test_an_empty_index_finds_nothing(index: GlyphIndex) -> None:
    empty = index.selected(np.zeros(0, np.intp))
    assert empty.nearest(units(3, 8, 0), 5).rows.shape == (3, 0)
    assert empty.nearest_texts(units(3, 8, 0), 5).rows.shape == (3, 0)


def test_texts_that_hold_a_forbidden_character_go(index: GlyphIndex) -> None:
    texts = ("f", "ffi", "i", "l")
    held = GlyphIndex(units(4, 8, 0), texts, texts)
    assert held.without_any_of("f").texts == ("i", "l")
    assert held.without_any_of(["ff", "absent"]).texts == ("f", "i", "l")
    assert held.without_any_of("") is held


def test_identical_exemplars_do_not_confuse(index: GlyphIndex) -> None:
    twice = index.merged(index)
    near = twice.nearest_texts(index.vectors, 1)
    assert [twice.texts[row] for row in near.rows[:, 0].tolist()] == list(index.texts)
    assert np.allclose(near.scores, 1, atol=1e-5)


def test_no_queries(index: GlyphIndex) -> None:
    none = np.zeros((0, 8), np.float32)
    assert index.nearest(none, 3).rows.shape == (0, 3)
    assert index.nearest_texts(none, 3).scores.shape == (0, 3)


def test_a_text_is_taught_and_forgotten(index: GlyphIndex) -> None:
    new = units(1, 8, 77)
    assert index.texts[int(index.nearest(new, 1).rows[0, 0])] != "ŋ"
    taught = index.with_exemplars(new, ["ŋ"], ["by hand"])
    row = int(taught.nearest(new, 1).rows[0, 0])
    assert (taught.texts[row], taught.sources[row], row) == ("ŋ", "by hand", len(index))
    forgot = taught.without_texts(["ŋ"])
    assert forgot.texts == index.texts and np.array_equal(forgot.vectors, index.vectors)
    assert "b" not in index.without_texts("b").distinct_texts
    with pytest.raises(DataError, match="'ŋ'"):
        index.without_texts("ŋ")


def test_what_is_no_index_is_refused() -> None:
    with pytest.raises(DataError, match="one text and one source"):
        GlyphIndex(units(3, 8, 0), ("a", "b"), ("x", "y", "z"))
    with pytest.raises(DataError, match=r"row 1 has 2\.0"):
        GlyphIndex(units(2, 8, 0) * np.array([[1], [2]], np.float32), ("a", "b"), ("x", "y"))
    with pytest.raises(DataError, match="row 1 has none"):
        GlyphIndex(units(2, 8, 0), ("a", ""), ("x", "y"))
    with pytest.raises(DataError, match="8 and of 4 dimensions"):
        index_of("ab").merged(GlyphIndex(units(1, 4, 0), ("a",), ("x",)))
    with pytest.raises(ValueError, match="shape"):
        index_of("ab").nearest(units(1, 4, 0), 1)
