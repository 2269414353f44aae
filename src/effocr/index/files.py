"""Index files: safetensors with the vectors; texts, sources and the encoder's digest as JSON in the header."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from effocr.errors import DataError
from effocr.index.glyph_index import GlyphIndex

Precision = Literal["single", "half"]

_HINT = "Write it again with `effocr train recognizer`."


@dataclass(frozen=True, eq=False)
class IndexFile:
    """An index, and the sha256 of the `encoder.onnx` that made its vectors."""

    index: GlyphIndex
    encoder: str


def index_bytes(index: GlyphIndex, encoder: str, precision: Precision = "single") -> bytes:
    """The content of an index file; `encoder` is the sha256 of the encoder's file, as 64 hexadecimal digits.

    Vectors of half precision are float16 in the file, which moves a cosine by less than 0.001.
    """
    from safetensors.numpy import save

    metadata = {
        "texts": json.dumps(index.texts, ensure_ascii=False),
        "sources": json.dumps(index.sources, ensure_ascii=False),
        "encoder": encoder,
    }
    vectors = index.vectors.astype(np.float16) if precision == "half" else index.vectors
    return _in_order(save({"vectors": vectors}, metadata))


def _in_order(content: bytes) -> bytes:
    """The same file with the keys of its header sorted: safetensors orders them by chance, and digests would change."""
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    ordered = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ordered += b" " * (-len(ordered) % 8)  # the vectors stay aligned
    return struct.pack("<Q", len(ordered)) + ordered + content[8 + length :]


def index_of_bytes(data: bytes, name: str) -> IndexFile:
    """The index in the content of a file called `name`; raises `DataError` when it is none."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        metadata = _metadata(data)
        vectors = load(data)["vectors"]
        texts, sources = (tuple(map(str, json.loads(metadata[key]))) for key in ("texts", "sources"))
        return IndexFile(GlyphIndex(vectors.astype(np.float32), texts, sources), metadata["encoder"])
    except (SafetensorError, KeyError, ValueError, TypeError, struct.error) as error:
        raise DataError(f"{name} is not an index of exemplars: {error}", hint=_HINT) from None
    except DataError as error:
        raise DataError(f"{name}: {error.message}", hint=_HINT) from None


def read_index(path: str | os.PathLike[str]) -> IndexFile:
    """The index in a file; raises `DataError` when there is none."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"the index {path} cannot be read: {error.strerror or error}.", hint=_HINT) from None
    return index_of_bytes(data, os.fspath(path))


def _metadata(data: bytes) -> dict[str, str]:
    """The free-form part of a safetensors header: eight bytes of length, then JSON (its documentation, "Format")."""
    (length,) = struct.unpack("<Q", data[:8])
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    return dict(header["__metadata__"])
