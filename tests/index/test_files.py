"""Index files."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.errors import DataError, OutputError
from effocr.index.files import index_bytes, read_index, write_index
from effocr.index.glyph_index import GlyphIndex

INDEX = GlyphIndex(np.eye(3, 5, dtype=np.float32), ("a", "“", "ffi"), ("a font", "Zeitung, 1859", ""))
DIGEST = "ab" * 32


def test_round_trip(tmp_path: Path) -> None:
    read = read_index(write_index(INDEX, tmp_path / "index.safetensors", encoder=DIGEST))
    assert np.array_equal(read.index.vectors, INDEX.vectors)
    assert (read.index.texts, read.index.sources, read.encoder) == (INDEX.texts, INDEX.sources, DIGEST)


def test_others_read_it_as_safetensors(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    path = write_index(INDEX, tmp_path / "index.safetensors", encoder=DIGEST)
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


def test_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_index(INDEX, tmp_path / "index.safetensors", encoder=DIGEST)
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_index(INDEX.without_texts("a"), path, encoder=DIGEST)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["index.safetensors"]
