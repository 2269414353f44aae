"""Vectors of faiss index files, as published EffOCR models have them in `ref.index`."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from effocr.errors import DataError, MissingExtraError
from effocr.index.glyph_index import Floats, GlyphIndex

FLAT = struct.Struct("<4siqqqBiQ")
"""Type, dimensions, vectors, two unused numbers, whether it is trained, metric, number of floats; then these."""
FLAT_TYPES = (b"IxFI", b"IxF2")
_HINT = "Copy or download the model again; index and texts belong together."


def published_index(content: bytes, texts: Sequence[str], name: str) -> GlyphIndex:
    """The index in the content of a faiss file called `name`, whose rows read as `texts`.

    A flat index is read as it lies there, and any other one with the package faiss. Raises `DataError` where numbers do
    not match or the vectors have not the length 1, and `MissingExtraError`.
    """
    vectors = _flat_vectors(content, name) if content[:4] in FLAT_TYPES else _vectors_of_faiss(content, name)
    if len(vectors) != len(texts):
        raise DataError(f"{name} has {len(vectors)} vectors, but there are {len(texts)} texts.", hint=_HINT)
    try:
        return GlyphIndex(vectors, tuple(texts), (name,) * len(texts))
    except DataError as error:
        raise DataError(f"{name}: {error.message}", hint=_HINT) from None


def _flat_vectors(content: bytes, name: str) -> Floats:
    try:
        _, dimensions, number, *_, floats = FLAT.unpack_from(content)
        vectors = np.frombuffer(content, "<f4", floats, FLAT.size)
    except (struct.error, ValueError) as error:
        raise DataError(f"{name} is cut off: {error}.", hint=_HINT) from None
    if floats != dimensions * number or FLAT.size + vectors.nbytes != len(content):
        raise DataError(f"{name} holds {floats} numbers, not {number} x {dimensions}.", hint=_HINT)
    return vectors.reshape(number, dimensions).astype(np.float32)


def _vectors_of_faiss(content: bytes, name: str) -> Floats:
    try:
        import faiss
    except ImportError:
        raise MissingExtraError(
            f"{name} is a faiss index of the type {content[:4]!r}; without the package faiss only flat ones are read.",
            hint="Try: pip install faiss-cpu",
        ) from None
    try:
        index = faiss.deserialize_index(np.frombuffer(content, np.uint8))
        vectors: Floats = index.reconstruct_n(0, index.ntotal)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(f"{name} is no faiss index whose vectors can be read: {reason}", hint=_HINT) from None
    return vectors
