"""Exemplars with known text, and the exact search for those nearest to an embedding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from effocr.errors import DataError

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

BLOCK = 4_000_000
"""Most similarities held at once: 16 MB."""

LENGTH_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest exemplars of N queries, best first: `rows` of the index and `scores` (cosines), both (N, k)."""

    rows: Rows
    scores: Floats


@dataclass(frozen=True, eq=False)
class _Texts:
    """The exemplars ordered by text: the exemplars of text t are `order[starts[t]:ends[t]]`."""

    order: Rows
    starts: Rows
    ends: Rows
    vectors: Floats


@dataclass(frozen=True, eq=False)
class GlyphIndex:
    """M exemplars: `vectors` (M, D) float32 with rows of length 1, what each reads as, and where each came from.

    A text may have several exemplars.
    """

    vectors: Floats
    texts: tuple[str, ...]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        vectors = np.ascontiguousarray(self.vectors, np.float32)
        if vectors.ndim != 2 or not len(vectors) == len(self.texts) == len(self.sources):
            raise DataError(
                f"an index needs one text and one source per vector; it has vectors of the shape {vectors.shape}, "
                f"{len(self.texts)} texts and {len(self.sources)} sources."
            )
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.allclose(lengths, 1, atol=LENGTH_TOLERANCE):
            row = int(np.argmax(np.abs(np.nan_to_num(lengths, nan=np.inf) - 1)))
            raise DataError(f"vectors of an index have the length 1; that of row {row} has {lengths[row]:.4f}.")
        if not all(self.texts):
            raise DataError(f"an exemplar needs a text; row {self.texts.index('')} has none.")
        object.__setattr__(self, "vectors", vectors)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def dimensions(self) -> int:
        return int(self.vectors.shape[1])

    @cached_property
    def distinct_texts(self) -> tuple[str, ...]:
        """The texts, each once, in the order of code points."""
        return tuple(sorted(set(self.texts)))

    def nearest(self, queries: Floats, k: int) -> Neighbours:
        """The `k` exemplars nearest to each query (N, D); fewer where the index is smaller."""
        k = min(k, len(self))
        blocks = [_largest(block @ self.vectors.T, k) for block in self._blocks(queries)]
        return _joined(blocks, k)

    def nearest_texts(self, queries: Floats, k: int) -> Neighbours:
        """The best exemplar of each of the `k` nearest texts, for each query (N, D); fewer where texts are fewer."""
        k = min(k, len(self.distinct_texts))
        return _joined([self._nearest_texts(block, k) for block in self._blocks(queries)], k)

    def with_exemplars(self, vectors: Floats, texts: Sequence[str], sources: Sequence[str]) -> GlyphIndex:
        """This index with more exemplars, whose rows follow the present ones."""
        return self.merged(GlyphIndex(vectors, tuple(texts), tuple(sources)))

    def without_texts(self, texts: Iterable[str]) -> GlyphIndex:
        """This index less all exemplars that read as one of `texts`; raises `DataError` for a text it does not hold."""
        unwanted = set(texts)
        absent = unwanted - set(self.texts)
        if absent:
            raise DataError(f"the index has no exemplar of {', '.join(map(repr, sorted(absent)))}.")
        rows = np.array([row for row, text in enumerate(self.texts) if text not in unwanted], np.intp)
        return self.selected(rows)

    def selected(self, rows: Rows) -> GlyphIndex:
        """The exemplars of some rows, in the order of `rows`."""
        places = rows.tolist()
        texts, sources = (tuple(column[row] for row in places) for column in (self.texts, self.sources))
        return GlyphIndex(self.vectors[rows], texts, sources)

    def merged(self, other: GlyphIndex) -> GlyphIndex:
        """The exemplars of both, these first; raises `DataError` when the vectors have different dimensions."""
        if self.dimensions != other.dimensions:
            raise DataError(f"vectors of {self.dimensions} and of {other.dimensions} dimensions do not share an index.")
        vectors = np.concatenate((self.vectors, other.vectors))
        return GlyphIndex(vectors, self.texts + other.texts, self.sources + other.sources)

    def _blocks(self, queries: Floats) -> list[Floats]:
        if queries.ndim != 2 or queries.shape[1] != self.dimensions:
            raise ValueError(f"queries need the shape (N, {self.dimensions}), got {queries.shape}.")
        step = max(1, BLOCK // max(1, len(self)))
        return [queries[start : start + step] for start in range(0, len(queries), step)]

    @cached_property
    def _by_text(self) -> _Texts:
        order = np.array(sorted(range(len(self)), key=self.texts.__getitem__), np.intp)
        ordered = [self.texts[row] for row in order.tolist()]
        changes = [at for at in range(1, len(ordered)) if ordered[at] != ordered[at - 1]]
        starts = np.array([0, *changes][: len(ordered)], np.intp)
        ends = np.array([*changes, len(ordered)][: len(starts)], np.intp)
        return _Texts(order, starts, ends, self.vectors[order])

    def _nearest_texts(self, queries: Floats, k: int) -> Neighbours:
        """The same for one block: the best score of every text first, then the exemplars of the k best texts alone."""
        by_text = self._by_text
        scores = by_text.vectors @ queries.T  # (M, N)
        best = np.empty((len(by_text.starts), len(queries)), np.float32)
        for text, (start, end) in enumerate(zip(by_text.starts.tolist(), by_text.ends.tolist(), strict=True)):
            np.maximum.reduce(scores[start:end], axis=0, out=best[text])
        chosen = _largest(np.ascontiguousarray(best.T), k)
        columns = np.arange(len(queries))[:, None]
        places = by_text.starts[chosen.rows]
        # Walks through the exemplars of all chosen texts at once, until each has met the score that won.
        for _ in range(int((by_text.ends - by_text.starts).max(initial=1)) - 1):
            unmet = scores[places, columns] < chosen.scores
            if not unmet.any():
                break
            places = places + unmet
        return Neighbours(by_text.order[places], chosen.scores)


def _largest(scores: Floats, k: int) -> Neighbours:
    """The columns of the `k` largest values of each row, largest first; the leftmost of equal ones first."""
    if 0 < k < scores.shape[1]:
        rows = np.sort(np.argpartition(scores, -k, axis=1)[:, -k:], axis=1)
    else:
        rows = np.broadcast_to(np.arange(k), (len(scores), k))
    values = np.take_along_axis(scores, rows, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return Neighbours(np.take_along_axis(rows, order, axis=1), np.take_along_axis(values, order, axis=1))


def _joined(blocks: list[Neighbours], k: int) -> Neighbours:
    if not blocks:
        return Neighbours(np.zeros((0, k), np.intp), np.zeros((0, k), np.float32))
    rows = np.concatenate([block.rows for block in blocks])
    return Neighbours(rows, np.concatenate([block.scores for block in blocks]))
