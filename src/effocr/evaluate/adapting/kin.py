"""Letters that the lines lack or hardly have, guessed from those that differ from them in their marks alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

import numpy as np

from effocr.evaluate.adapting.glyphs import FEW, SeenGlyphs
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats

FEWEST_OF_KIN = 3
"""A text of which the lines hold so many glyphs shows how it has moved; with fewer than `FEW` it is guessed."""


def exemplars_of_kin(known: GlyphIndex, glyphs: SeenGlyphs, made: Collection[str] = ()) -> GlyphIndex:
    """The known exemplars of rare texts, moved as those with the same base letter have moved in these lines.

    Texts in `made`, of which there are better ones, are left out, as are those without such kin. The print makes an o
    with a rough breathing of what a plain o is to one with a smooth one: without this, the smooth ones that the lines
    show would outdo the rough ones of other books.
    """
    known_texts, seen_texts = np.array(known.texts), np.array(glyphs.texts)
    moves: dict[str, list[tuple[str, Floats]]] = {}
    for text in sorted(set(known.texts) & set(glyphs.texts)):
        here = glyphs.vectors[seen_texts == text]
        if len(here) >= FEWEST_OF_KIN:
            move = _middle(here) - _middle(known.vectors[known_texts == text])
            moves.setdefault(_base(text), []).append((text, move))
    rows: list[int] = []
    vectors: list[Floats] = []
    for row, text in enumerate(known.texts):
        rare = text not in made and int((seen_texts == text).sum()) < FEW
        kin = moves.get(_base(text), []) if rare else []
        moved = [move for other, move in kin if other != text and (_marked(other) or _marked(text))]
        if moved:
            rows.append(row)
            vectors.append(known.vectors[row] + np.mean(moved, axis=0))
    found = known.selected(np.array(rows, np.intp))
    return GlyphIndex(_unit(np.array(vectors, np.float32).reshape(found.vectors.shape)), found.texts, found.sources)


def _base(text: str) -> str:
    """The letter without its marks; of several letters, all of them."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _marked(text: str) -> bool:
    return any(map(unicodedata.combining, unicodedata.normalize("NFD", text)))


def _middle(vectors: Floats) -> Floats:
    return _unit(vectors.mean(0))


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)
