"""Indexes as the files that faiss and EffOCR's own tools read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from effocr.bundle.published import exemplar_texts
from effocr.errors import DataError
from effocr.index.faiss_files import coded_texts, flat_index_bytes, plain_texts
from effocr.index.glyph_index import GlyphIndex
from effocr.index.published import published_index

TEXTS = ("a", "ß", "ffi", "あ")
INDEX = GlyphIndex(np.eye(4, 6, dtype=np.float32), TEXTS, ("",) * 4)


def test_what_was_written_is_read_again() -> None:
    again = published_index(flat_index_bytes(INDEX), TEXTS, "ref.index")
    assert np.array_equal(again.vectors, INDEX.vectors)


def test_the_bytes_are_laid_out_as_faiss_documents_them() -> None:
    content = flat_index_bytes(INDEX)
    assert content[:4] == b"IxFI"
    assert int.from_bytes(content[4:8], "little") == 6
    assert int.from_bytes(content[8:16], "little") == 4
    assert np.array_equal(np.frombuffer(content, "<f4", offset=45), INDEX.vectors.ravel())


def test_faiss_writes_the_same_bytes_and_reads_ours(tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss")
    flat = faiss.IndexFlatIP(6)
    flat.add(INDEX.vectors)
    assert faiss.serialize_index(flat).tobytes() == flat_index_bytes(INDEX)
    (tmp_path / "ref.index").write_bytes(flat_index_bytes(INDEX))
    read = faiss.read_index(str(tmp_path / "ref.index"))
    assert np.array_equal(read.search(INDEX.vectors, 1)[1][:, 0], np.arange(4))


@pytest.mark.parametrize("coded", [False, True])
def test_texts_survive_both_forms(coded: bool) -> None:
    written = coded_texts(TEXTS) if coded else plain_texts(TEXTS)
    assert exemplar_texts(written.encode(), "ref.txt", coded=coded) == TEXTS
    assert len(written.splitlines()) == len(TEXTS)


@pytest.mark.parametrize("text", ["a b", " ", "\u2028", "a\n", "\x85"])
def test_a_text_that_would_break_a_line_is_refused_plain_and_kept_coded(text: str) -> None:
    with pytest.raises(DataError, match="row 1"):
        plain_texts(("a", text))
    assert exemplar_texts(coded_texts(("a", text)).encode(), "ref.txt", coded=True) == ("a", text)
