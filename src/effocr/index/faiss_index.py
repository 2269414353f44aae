"""Search among very many exemplars with faiss, where it is installed: cells instead of all exemplars.

Measured on one core, 256 queries at a time, five nearest: 10^5 exemplars of 192 (1024) dimensions take 0.53 (2.4) ms a
query when all are compared and 0.14 (0.65) ms by cells; 10^6 of 192 dimensions 5.4 and 0.44 ms. Making the cells takes
seconds to minutes, so that fewer exemplars, and few queries, are better compared one and all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from effocr.errors import MissingExtraError, extra_hint
from effocr.index.glyph_index import Floats, GlyphIndex, Neighbours, Rows

LARGE = 50_000
"""From so many exemplars on cells pay."""
PROBED = 32
"""Cells looked into for each query: of the five nearest one in a hundred is missed."""
FOR_A_CELL, ROUNDS = 40, 8
"""Exemplars that a cell is made from, and rounds of k-means."""
SEED = 1234


@dataclass(frozen=True, eq=False)
class FaissIndex(GlyphIndex):
    """A `GlyphIndex` that searches with faiss: every exemplar while there are few (flat), by cells from `LARGE` on.

    Raises `MissingExtraError` without the package faiss-cpu.
    """

    @cached_property
    def cells(self) -> int:
        """How many cells the exemplars lie in; 1 where all are compared."""
        return 1 if len(self) < LARGE else 4 * math.isqrt(len(self))

    def nearest(self, queries: Floats, k: int) -> Neighbours:
        """The `k` exemplars nearest to each query (N, D); by cells, one that lies in another cell may be missed."""
        k = min(k, len(self))
        if not k or not len(queries):
            return super().nearest(queries, k)
        scores, rows = self._faiss.search(np.ascontiguousarray(queries, np.float32), k)
        scores, rows = np.asarray(scores, np.float32), np.asarray(rows, np.intp)
        few = (rows < 0).any(axis=1)  # the cells that were looked into hold fewer than k
        if few.any():
            exact = super().nearest(queries[few], k)
            rows[few], scores[few] = exact.rows, exact.scores
        return Neighbours(rows, scores)

    def nearest_texts(self, queries: Floats, k: int) -> Neighbours:
        """The best exemplar of each of the `k` nearest texts, for each query (N, D); by cells some may be missed."""
        k = min(k, len(self.distinct_texts))
        rows, scores = np.empty((len(queries), k), np.intp), np.empty((len(queries), k), np.float32)
        asked, wide = np.arange(len(queries)), 2 * k
        while k and len(asked):
            near = self.nearest(queries[asked], wide)
            first = _firsts(self._numbers[near.rows])
            enough = first.sum(axis=1) >= k
            places = np.argsort(~first[enough], axis=1, kind="stable")[:, :k]
            rows[asked[enough]] = np.take_along_axis(near.rows[enough], places, axis=1)
            scores[asked[enough]] = np.take_along_axis(near.scores[enough], places, axis=1)
            asked, wide = asked[~enough], 2 * wide
        return Neighbours(rows, scores)

    @cached_property
    def _numbers(self) -> Rows:
        """The number of each exemplar's text."""
        numbers = {text: number for number, text in enumerate(self.distinct_texts)}
        return np.array([numbers[text] for text in self.texts], np.intp)

    @cached_property
    def _faiss(self) -> Any:
        faiss = _faiss_module()
        faiss.omp_set_num_threads(1)  # parallel work comes from reading on several threads
        found = faiss.IndexFlatIP(self.dimensions)
        if self.cells > 1:
            found = faiss.IndexIVFFlat(found, self.dimensions, self.cells, faiss.METRIC_INNER_PRODUCT)
            found.cp.niter, found.cp.seed, found.nprobe = ROUNDS, SEED, PROBED
            some = np.random.default_rng(SEED).permutation(len(self))[: FOR_A_CELL * self.cells]
            found.train(self.vectors[some])
        found.add(self.vectors)
        return found


def one_and_all(index: GlyphIndex) -> GlyphIndex:
    """The index itself, which compares all exemplars."""
    return index


def by_cells(index: GlyphIndex) -> GlyphIndex:
    """The index as a `FaissIndex` where it is large, itself where that would not pay; raises `MissingExtraError`."""
    if len(index) < LARGE:
        return index
    _faiss_module()
    return FaissIndex(index.vectors, index.texts, index.sources)


SEARCHES: dict[str, Callable[[GlyphIndex], GlyphIndex]] = {"exact": one_and_all, "cells": by_cells}
"""How exemplars may be searched."""


def _firsts(numbers: Rows) -> Any:
    """(N, k) booleans: where a number stands in its row for the first time."""
    same = numbers[:, :, None] == numbers[:, None, :]  # (N, place, earlier place)
    earlier = np.tri(numbers.shape[1], k=-1, dtype=bool)
    return ~(same & earlier).any(axis=2)


def _faiss_module() -> Any:
    try:
        return import_module("faiss")
    except ImportError:
        message = "searching with faiss needs the package faiss-cpu."
        raise MissingExtraError(message, hint=extra_hint("faiss")) from None
