"""An index as two files that other tools read: a flat faiss index (`ref.index`) and its texts (`ref.txt`)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from effocr.errors import DataError
from effocr.index.glyph_index import GlyphIndex

INDEX_FILE, TEXTS_FILE = "ref.index", "ref.txt"
MAGIC = b"IxFI"
HEADER = struct.Struct("<4siqqqBiQ")
"""Magic, dimensions, vectors, twice a number that faiss ignores, trained, metric, floats: 45 bytes."""
UNUSED = 1 << 20
INNER_PRODUCT = 0


def flat_index_bytes(index: GlyphIndex) -> bytes:
    """The content of the file of a faiss `IndexFlatIP` (faiss 1.15, `faiss/impl/index_write.cpp`) with the vectors."""
    count, dimensions = index.vectors.shape
    head = HEADER.pack(MAGIC, dimensions, count, UNUSED, UNUSED, True, INNER_PRODUCT, count * dimensions)
    return head + index.vectors.astype("<f4").tobytes()


def plain_texts(texts: Sequence[str]) -> str:
    """One text a line, as recognizers of characters have them; raises `DataError` for a text with white space."""
    for row, text in enumerate(texts):
        if text.split() != [text] or text.splitlines() != [text]:
            raise DataError(
                f"the text {text!r} of row {row} holds white space, which the tools that read {TEXTS_FILE} cut at.",
                hint="Write the texts as numbers: --texts coded",
            )
    return "".join(f"{text}\n" for text in texts)


def coded_texts(texts: Sequence[str]) -> str:
    """One text a line as the numbers of its characters, "97_98" for "ab", as recognizers of words have them."""
    return "".join("_".join(str(ord(character)) for character in text) + "\n" for text in texts)


TEXT_FORMS = {"plain": plain_texts, "coded": coded_texts}
