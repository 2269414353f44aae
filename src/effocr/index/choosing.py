"""Which vectors an index keeps for each text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from effocr.index.glyph_index import Floats, GlyphIndex

WORTH_A_SPLIT = 0.012
"""Least gain in mean cosine that another exemplar must bring."""
FEWEST_FOR_SPLIT = 12
ROUNDS = 12
EDITS = 8


def choose_exemplars(embeddings: Floats, texts: Sequence[str], sources: Sequence[str], most: int) -> GlyphIndex:
    """An index of means of glyphs: one exemplar a text, and up to `most` where its shapes differ.

    An exemplar's source is that of the glyph nearest to it. embeddings (N, D) have length 1; N = 0 gives no exemplar.
    """
    vectors, kept, named = [], [], []
    by_text: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        by_text.setdefault(text, []).append(row)
    for text in sorted(by_text):
        rows = np.array(by_text[text])
        for centre in means(embeddings[rows], most):
            nearest = int(rows[np.argmax(embeddings[rows] @ centre)])
            vectors.append(centre)
            kept.append(text)
            named.append(sources[nearest])
    dimensions = embeddings.shape[1]
    return GlyphIndex(np.array(vectors, np.float32).reshape(-1, dimensions), tuple(kept), tuple(named))


def some_of_each(index: GlyphIndex, most: int) -> GlyphIndex:
    """The index with at most `most` exemplars a text, evenly taken from those it has, in their order."""
    by_text: dict[str, list[int]] = {}
    for row, text in enumerate(index.texts):
        by_text.setdefault(text, []).append(row)
    shares = ((rows, min(most, len(rows))) for rows in by_text.values())
    kept = [rows[place * len(rows) // share] for rows, share in shares for place in range(share)]
    return index.selected(np.array(sorted(kept), np.intp))


def means(embeddings: Floats, most: int) -> Floats:
    """1 to `most` unit vectors (k, D) that the embeddings group around; k grows while it pays (spherical k-means)."""
    centres = _unit(embeddings.mean(0, keepdims=True))
    fit = float((embeddings @ centres.T).max(1).mean())
    while len(centres) < min(most, len(embeddings) // FEWEST_FOR_SPLIT):
        worst = embeddings[np.argmin((embeddings @ centres.T).max(1))][None]
        more = _settled(embeddings, np.concatenate([centres, worst]))
        better = float((embeddings @ more.T).max(1).mean())
        if better - fit < WORTH_A_SPLIT:
            break
        centres, fit = more, better
    return centres


def _settled(embeddings: Floats, centres: Floats) -> Floats:
    for _ in range(ROUNDS):
        owner = (embeddings @ centres.T).argmax(1)
        centres = np.concatenate(
            [
                _unit(embeddings[owner == k].mean(0, keepdims=True)) if (owner == k).any() else centres[k : k + 1]
                for k in range(len(centres))
            ]
        )
    return centres


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    out: Floats = (vectors / np.maximum(lengths, 1e-6)).astype(np.float32)
    return out


def joined(indexes: Sequence[GlyphIndex]) -> GlyphIndex:
    """One index with the exemplars of all."""
    whole = indexes[0]
    for index in indexes[1:]:
        whole = whole.with_exemplars(index.vectors, index.texts, index.sources)
    return whole


def edited(index: GlyphIndex, embeddings: Floats, texts: Sequence[str]) -> GlyphIndex:
    """The index without exemplars that decide more glyphs wrongly than rightly; every text keeps its best one.

    Glyphs that have lost what tells them apart (a dieresis that was cut off) group into exemplars amid another text's.
    Repeated until nothing changes, for what stood behind such an exemplar comes to the fore (after
    doi:10.1109/TSMC.1972.4309137).
    """
    asked = np.array(texts)
    for _ in range(EDITS):
        nearest = index.nearest(embeddings, 1).rows[:, 0]
        right = np.array(index.texts)[nearest] == asked
        gain = np.bincount(nearest, np.where(right, 1.0, -1.0), len(index))
        best: dict[str, int] = {}
        for row, text in enumerate(index.texts):
            if text not in best or gain[row] > gain[best[text]]:
                best[text] = row
        kept = (gain >= 0) | np.isin(np.arange(len(index)), list(best.values()))
        if kept.all():
            break
        index = index.selected(np.flatnonzero(kept))
    return index
