"""Index files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from effocr.errors import DataError
from effocr.index.files import index_bytes, read_index
from effocr.index.glyph_index import GlyphIndex

INDEX = GlyphIndex(np.eye(3, 5, dtype=np.float32), ("a", "“", "ffi"), ("a font", "Zeitung, 1859", ""))
DIGEST = "ab" * 32


def written(folder: Path) -> Path:
    path = folder / "index.safetensors"
    path.write_bytes(index_bytes(INDEX, DIGEST))
    return path


def test_round_trip(tmp_path: Path) -> None:
    read = read_index(written(tmp_path))
    assert np.array_equal(read.index.vectors, INDEX.vectors)
    assert (read.index.texts, read.index.sources, read.encoder) == (INDEX.texts, INDEX.sources, DIGEST)


def test_others_read_it_as_safetensors(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    path = written(tmp_path)
    assert np.array_equal(load_file(path)["vectors"], INDEX.vectors)


def test_damaged_files_are_named(tmp_path: Path) -> None:
    whole = index_bytes(INDEX, DIGEST)
    for content in (b"", b"no index", whole[:-7], whole.replace(b"sources", b"sourcef")):
        path = tmp_path / "bad.safetensors"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"bad\.safetensors"):
            read_index(path)
    with pytest.raises(DataError, match="No such file"):
        read_index(tmp_path / "none")
