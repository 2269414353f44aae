"""Searching with faiss against the exact search."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from effocr.errors import MissingExtraError
from effocr.index import faiss_index
from effocr.index.faiss_index import FaissIndex, by_cells, one_and_all
from effocr.index.glyph_index import GlyphIndex


def units(number: int, dimensions: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((number, dimensions), np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture
def index() -> GlyphIndex:
    """Texts of very different numbers of exemplars."""
    numbers = np.random.default_rng(0).zipf(1.6, 900) % 60
    texts = tuple(f"text {number}" for number in numbers.tolist())
    return GlyphIndex(units(900, 12, 1), texts, tuple(map(str, range(900))))


@pytest.mark.parametrize("k", [1, 5, 40, 1000])
def test_flat_search_finds_what_comparing_all_finds(index: GlyphIndex, k: int) -> None:
    pytest.importorskip("faiss")
    flat, queries = FaissIndex(index.vectors, index.texts, index.sources), units(17, 12, 2)
    for found, exact in (
        (flat.nearest(queries, k), index.nearest(queries, k)),
        (flat.nearest_texts(queries, k), index.nearest_texts(queries, k)),
    ):
        assert np.array_equal(found.rows, exact.rows)
        assert np.allclose(found.scores, exact.scores, atol=1e-5)


def test_cells_find_an_exemplar_itself_and_most_of_its_neighbours(
    index: GlyphIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("faiss")
    monkeypatch.setattr(faiss_index, "LARGE", 500)
    found = by_cells(index)
    assert isinstance(found, FaissIndex) and found.cells > 1
    assert np.array_equal(found.nearest(index.vectors, 1).rows[:, 0], np.arange(900))
    near, exact = found.nearest_texts(index.vectors, 3), index.nearest_texts(index.vectors, 3)
    assert (near.rows == exact.rows).mean() > 0.8


def test_too_few_in_the_cells_looked_into_are_searched_exactly(
    index: GlyphIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("faiss")
    monkeypatch.setattr(faiss_index, "LARGE", 500)
    monkeypatch.setattr(faiss_index, "PROBED", 1)
    found, queries = by_cells(index), units(5, 12, 3)
    assert np.array_equal(found.nearest(queries, 800).rows, index.nearest(queries, 800).rows)


def test_an_index_that_is_taught_is_compared_one_and_all_again(index: GlyphIndex) -> None:
    flat = FaissIndex(index.vectors, index.texts, index.sources)
    assert type(flat.with_exemplars(units(1, 12, 9), ["new"], ["by hand"])) is GlyphIndex


def test_few_exemplars_need_no_faiss(index: GlyphIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    assert by_cells(index) is index and one_and_all(index) is index
    monkeypatch.setattr(faiss_index, "LARGE", 500)
    with pytest.raises(MissingExtraError) as caught:
        by_cells(index)
    assert "effocr[faiss]" in caught.value.hint
