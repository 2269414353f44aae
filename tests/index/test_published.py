"""`ref.index` files of published models, with and without faiss."""

from __future__ import annotations

import struct
import sys

import numpy as np
import pytest

from effocr.errors import DataError, MissingExtraError
from effocr.index.glyph_index import Floats
from effocr.index.published import published_index
from effocr.testing import flat_index

TEXTS = ("a", "\u3000", "\u2028", "ﬁ", "七")


def unit_vectors(number: int = 5, dimensions: int = 8) -> Floats:
    vectors = np.random.default_rng(3).standard_normal((number, dimensions), np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_a_flat_index_is_read_without_faiss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    content = flat_index(unit_vectors())
    assert np.array_equal(np.frombuffer(content, np.float32, 8, offset=45), unit_vectors()[0])
    index = published_index(content, TEXTS, "ref.index")
    assert np.array_equal(index.vectors, unit_vectors()) and index.texts == TEXTS
    assert index.sources == ("ref.index",) * 5


def test_faiss_writes_what_is_read_here() -> None:
    faiss = pytest.importorskip("faiss")
    for made in (faiss.IndexFlatIP(8), faiss.IndexFlatL2(8)):
        made.add(unit_vectors())
        content = faiss.serialize_index(made).tobytes()
        assert np.array_equal(published_index(content, TEXTS, "ref.index").vectors, unit_vectors())
    assert flat_index(unit_vectors())[:45] == faiss.serialize_index(_flat(faiss)).tobytes()[:45]


def _flat(faiss: object) -> object:
    index = faiss.IndexFlatIP(8)  # type: ignore[attr-defined]
    index.add(unit_vectors())
    return index


def test_other_types_are_read_with_faiss() -> None:
    faiss = pytest.importorskip("faiss")
    index = faiss.index_factory(8, "HNSW8,Flat", faiss.METRIC_INNER_PRODUCT)
    index.add(unit_vectors())
    content = faiss.serialize_index(index).tobytes()
    assert np.array_equal(published_index(content, TEXTS, "ref.index").vectors, unit_vectors())


def test_other_types_without_faiss_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtraError, match="b'IwFl'") as caught:
        published_index(b"IwFl" + bytes(99), TEXTS, "ref.index")
    assert "pip install" in caught.value.hint


def test_texts_and_vectors_have_to_match() -> None:
    with pytest.raises(DataError, match="5 vectors, but there are 4 texts"):
        published_index(flat_index(unit_vectors()), TEXTS[:4], "ref.index")


@pytest.mark.parametrize(
    "content",
    [
        b"IxFI",
        flat_index(unit_vectors())[:-4],
        flat_index(unit_vectors()) + b"\0\0\0\0",
        struct.pack("<4siqqqBiQ", b"IxFI", 8, 5, 0, 0, 1, 0, 41) + bytes(164),
        flat_index(unit_vectors() * 2),
    ],
    ids=["head", "short", "long", "sizes", "lengths"],
)
def test_damaged_files_are_named(content: bytes) -> None:
    with pytest.raises(DataError, match=r"char_recognizer/ref\.index"):
        published_index(content, TEXTS, "char_recognizer/ref.index")
