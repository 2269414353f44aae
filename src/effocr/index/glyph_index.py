"""Exemplars with known text, and the search for those nearest to an embedding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from effocr.errors import DataError
from effocr.index.products import products, rounded

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]
Similar = TypeVar("Similar", NDArray[np.float32], NDArray[np.int32])

BLOCK = 1_500_000
"""Similarities held at once: 6 MB, about what a processor keeps near."""
CHUNK = 8192
"""Exemplars compared at once, where there are more."""
ROUGH = 2048
"""Exemplars of a chunk from which on texts are first looked for in 8 bits: fewer are compared as fast in full."""
SPARE = 2
"""So many texts more than are asked for are then compared in full; few trade places with those that they resemble."""
FEW = 16
"""So many neighbours are picked one after the other; more are found by partial sorting."""

LEAST = -(2**31)
"""Less than any cosine or product."""

LENGTH_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest exemplars of N queries, best first: `rows` of the index and `scores` (cosines), both (N, k)."""

    rows: Rows
    scores: Floats


@dataclass(frozen=True, eq=False)
class _Texts:
    """The exemplars ordered by text: those of text t are `order[starts[t]:ends[t]]`; `numbers` says t for each place.

    `columns` (D, M) are their vectors; `borders` cut them into chunks; no text lies in two of them.
    """

    order: Rows
    starts: Rows
    ends: Rows
    numbers: Rows
    columns: Floats
    borders: tuple[int, ...]


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
        borders = (*range(0, len(self), CHUNK), len(self))
        return self._searched(queries, min(k, len(self)), borders, self._nearest_in)

    def nearest_texts(self, queries: Floats, k: int) -> Neighbours:
        """The best exemplar of each of the `k` nearest texts, for each query (N, D); fewer where texts are fewer.

        Among very many exemplars the texts are found with 8 bits, `SPARE` too many, and then compared in full.
        """
        k = min(k, len(self.distinct_texts))
        return self._searched(queries, k, self._by_text.borders, self._nearest_texts_in)

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

    def without_any_of(self, parts: Iterable[str]) -> GlyphIndex:
        """This index less all exemplars whose text holds one of `parts`: those are never read; some may be absent."""
        unwanted = set(parts) - {""}
        if not unwanted:
            return self
        kept = [row for row, text in enumerate(self.texts) if not any(part in text for part in unwanted)]
        return self.selected(np.array(kept, np.intp))

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

    def _searched(self, queries: Floats, k: int, borders: Sequence[int], search: _Search) -> Neighbours:
        """The best of what `search` finds in each chunk, block by block of queries."""
        if queries.ndim != 2 or queries.shape[1] != self.dimensions:
            raise ValueError(f"queries need the shape (N, {self.dimensions}), got {queries.shape}.")
        if not k:
            return Neighbours(np.zeros((len(queries), 0), np.intp), np.zeros((len(queries), 0), np.float32))
        chunks = list(pairwise(borders))
        step = max(1, BLOCK // max(end - start for start, end in chunks))
        blocks = (queries[start : start + step] for start in range(0, len(queries), step))
        found = [_best_of([search(block, k, start, end) for start, end in chunks], k) for block in blocks]
        return _stacked(found, k)

    def _nearest_in(self, queries: Floats, k: int, start: int, end: int) -> Neighbours:
        near = _largest(queries @ self.vectors[start:end].T, min(k, end - start))
        return Neighbours(near.rows + start, near.scores)

    def _nearest_texts_in(self, queries: Floats, k: int, start: int, end: int) -> Neighbours:
        by_text = self._by_text
        texts = int(by_text.numbers[end - 1] - by_text.numbers[start]) + 1
        if end - start < ROUGH:
            similar = queries @ by_text.columns[:, start:end]  # (N, end - start)
            places, scores = self._best_of_texts(similar, min(k, texts), start)
            return Neighbours(by_text.order[places], scores)
        places, _ = self._best_of_texts(products(queries, self._rounded[start]), min(k + SPARE, texts), start)
        near = self._compared(queries, by_text.numbers[places])
        order = np.argsort(-near.scores, axis=1, kind="stable")[:, :k]
        return Neighbours(np.take_along_axis(near.rows, order, axis=1), np.take_along_axis(near.scores, order, axis=1))

    def _best_of_texts(self, similar: Similar, k: int, start: int) -> tuple[Rows, Similar]:
        """For each row of `similar` (N, exemplars from `start` on) its `k` best texts: places by text, and values.

        The winner of all is found, the other exemplars of its text are struck out, and so again, `k` times.
        """
        by_text, queue = self._by_text, np.arange(len(similar))
        places, values = np.empty((len(similar), k), np.intp), np.empty((len(similar), k), similar.dtype)
        for rank in range(k):
            best = similar.argmax(axis=1)
            places[:, rank], values[:, rank] = best + start, similar[queue, best]
            if rank + 1 < k:
                text = by_text.numbers[best + start]
                _strike_out(similar, by_text.starts[text] - start, by_text.ends[text] - start)
        return places, values

    def _compared(self, queries: Floats, texts: Rows) -> Neighbours:
        """The best exemplar of each of these texts, numbers (N, K), for the query of the row."""
        by_text = self._by_text
        starts, counts = by_text.starts[texts].ravel(), (by_text.ends - by_text.starts)[texts].ravel()
        heads = np.cumsum(counts) - counts
        pairs = np.repeat(np.arange(texts.size), counts)  # of a query with one of its texts, for each exemplar
        rows = by_text.order[np.arange(len(pairs)) + (starts - heads)[pairs]]
        cosines = np.einsum("nd,nd->n", queries[pairs // texts.shape[1]], self.vectors[rows])
        best = np.maximum.reduceat(cosines, heads)
        first = np.flatnonzero(cosines == best[pairs])[::-1]
        winners = np.empty(texts.size, np.intp)
        winners[pairs[first]] = rows[first]  # of equally good ones the first, which is written last
        return Neighbours(winners.reshape(texts.shape), best.reshape(texts.shape))

    @cached_property
    def _rounded(self) -> dict[int, NDArray[np.int8]]:
        """The vectors of each chunk by its start, for a first look."""
        by_text = self._by_text
        return {start: rounded(by_text.columns[:, start:end]) for start, end in pairwise(by_text.borders)}

    @cached_property
    def _by_text(self) -> _Texts:
        order = np.array(sorted(range(len(self)), key=self.texts.__getitem__), np.intp)
        ordered = [self.texts[row] for row in order.tolist()]
        changes = [at for at in range(1, len(ordered)) if ordered[at] != ordered[at - 1]]
        starts = np.array([0, *changes][: len(ordered)], np.intp)
        ends = np.array([*changes, len(ordered)][: len(starts)], np.intp)
        numbers = np.repeat(np.arange(len(starts)), ends - starts)
        # Few queries are compared in half the time where the vectors stand in columns, many in about the same.
        columns = np.ascontiguousarray(self.vectors[order].T)
        return _Texts(order, starts, ends, numbers, columns, _borders(ends.tolist()))


_Search = Callable[[Floats, int, int, int], Neighbours]
"""Queries, k, and where a chunk starts and ends, to the nearest in that chunk."""


def _borders(ends: Sequence[int]) -> tuple[int, ...]:
    """Where chunks begin and end: each as long as whole texts allow, and no longer than one text needs."""
    borders = [0]
    for end, after in pairwise(ends):
        if after - borders[-1] > CHUNK:
            borders.append(end)
    return (*borders, *ends[-1:])


def _strike_out(scores: Similar, starts: Rows, ends: Rows) -> None:
    """Takes the columns from `starts` to `ends`, one range a row, out of the running."""
    counts = ends - starts
    rows = np.repeat(np.arange(len(scores)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    scores[rows, np.repeat(starts, counts) + within] = LEAST


def _largest(scores: Floats, k: int) -> Neighbours:
    """The columns of the `k` largest values of each row, largest first; the leftmost of equal ones first.

    Uses `scores` up: what was picked is overwritten.
    """
    if k > FEW:
        return _sorted_largest(scores, k)
    queue = np.arange(len(scores))
    rows, values = np.empty((len(scores), k), np.intp), np.empty((len(scores), k), np.float32)
    for rank in range(k):
        rows[:, rank] = scores.argmax(axis=1)
        values[:, rank] = scores[queue, rows[:, rank]]
        scores[queue, rows[:, rank]] = -np.inf
    return Neighbours(rows, values)


def _sorted_largest(scores: Floats, k: int) -> Neighbours:
    if k < scores.shape[1]:
        rows = np.sort(np.argpartition(scores, -k, axis=1)[:, -k:], axis=1)
    else:
        rows = np.broadcast_to(np.arange(k), (len(scores), k))
    values = np.take_along_axis(scores, rows, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return Neighbours(np.take_along_axis(rows, order, axis=1), np.take_along_axis(values, order, axis=1))


def _best_of(chunks: list[Neighbours], k: int) -> Neighbours:
    """The `k` best of what was found in several chunks."""
    if len(chunks) == 1:
        return chunks[0]
    rows = np.concatenate([chunk.rows for chunk in chunks], axis=1)
    best = _largest(np.concatenate([chunk.scores for chunk in chunks], axis=1), k)
    return Neighbours(np.take_along_axis(rows, best.rows, axis=1), best.scores)


def _stacked(blocks: list[Neighbours], k: int) -> Neighbours:
    if not blocks:
        return Neighbours(np.zeros((0, k), np.intp), np.zeros((0, k), np.float32))
    rows = np.concatenate([block.rows for block in blocks])
    return Neighbours(rows, np.concatenate([block.scores for block in blocks]))
