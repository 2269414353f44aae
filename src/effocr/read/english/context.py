"""Reading each glyph as the kind of character that its neighbours suggest: o or 0, S or 8, I or Ï.

Of every glyph the likeliest texts compete. The best path through a line multiplies the recognizer's scores with how
often one kind of character follows another in print (Viterbi's algorithm, doi:10.1109/TIT.1967.1054010). Which letters
follow each other is not asked, so that names, misprints and foreign words stay as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Floats
from effocr.page.kinds import NUMBERS_OF_KINDS, SPACE, kind_of

LEAST = 3e-3
"""A text competes when its score is at least this; chosen on newspapers_en, split train."""

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]


class _Options(NamedTuple):
    """What N glyphs may read as, each by k texts, best first: kinds of first and last characters, and log scores."""

    first: Rows
    last: Rows
    odds: Floats


class _Runs(NamedTuple):
    """Stretches of glyphs that are not sure; before and after each stands a sure one or the line's end.

    `at` and `sizes` (R,); `gaps` says of every glyph, 1 or 0, whether a space parts it from the one before.
    """

    at: Rows
    sizes: Rows
    gaps: Rows
    opens: Flags
    """Whether a run begins its line (R,)."""
    closes: Flags
    """Whether a run ends its line (R,)."""


class Context:
    """Chooses between kinds of characters by how often, in `pairs`, one kind (row of KINDS) is followed by another."""

    def __init__(self, pairs: Sequence[Sequence[int]]) -> None:
        counts = np.array(pairs, np.float64)
        if counts.shape not in {(number, number) for number in NUMBERS_OF_KINDS} or (counts < 0).any():
            sizes = " or ".join(f"{number} x {number}" for number in NUMBERS_OF_KINDS)
            raise ValueError(f"pairs of kinds are {sizes} counts, got the shape {counts.shape}.")
        self._told_apart = len(counts)
        follows = np.log((counts + 1) / (counts + 1).sum(axis=1, keepdims=True)).astype(np.float32)
        through = follows[:, SPACE, None] + follows[None, SPACE, :]
        self._follows = np.stack((follows, through))  # (gap or not, before, after)
        self._known: tuple[tuple[str, ...], Rows, Rows] = ((), np.zeros(0, np.intp), np.zeros(0, np.intp))

    def choose(self, texts: tuple[str, ...], rows: Rows, scores: Floats, starts: Flags, gaps: Flags) -> Rows:
        """Which of its k texts each of N glyphs reads as (N,): a column of `rows` (N, k), places in `texts`.

        `scores` (N, k) lie in 0..1, best first; `starts` says where a line begins, `gaps` where a space stands before.
        """
        _, first, last = self._kinds(texts)
        chosen = np.zeros(len(rows), np.intp)
        others = (first[rows] != first[rows[:, :1]]) | (last[rows] != last[rows[:, :1]])
        competes = others & (scores >= LEAST)
        unsure = competes.any(axis=1)
        if unsure.any():
            competes[:, 0] = True
            odds = np.where(competes, np.log(np.maximum(scores, np.float32(LEAST))), -np.inf).astype(np.float32)
            self._follow(_Options(first[rows], last[rows], odds), _runs(unsure, starts, gaps), chosen)
        return chosen

    def _kinds(self, texts: tuple[str, ...]) -> tuple[tuple[str, ...], Rows, Rows]:
        """The texts with the kinds of their first and last characters."""
        if self._known[0] is not texts:
            first, last = (
                np.array([kind_of(text[place], self._told_apart) for text in texts], np.intp) for place in (0, -1)
            )
            self._known = texts, first, last
        return self._known

    def _follow(self, options: _Options, runs: _Runs, chosen: Rows) -> None:
        """Writes the best path through every run into `chosen`; all runs go on step by step together."""
        before = np.where(runs.opens, SPACE, options.last[runs.at - 1, 0])
        gap = np.where(runs.opens, 0, runs.gaps[runs.at])
        best = self._follows[gap[:, None], before[:, None], options.first[runs.at]] + options.odds[runs.at]  # (R, k)
        came = []
        for step in range(1, int(runs.sizes.max())):
            longer = np.flatnonzero(runs.sizes > step)
            at = runs.at[longer] + step
            gap = runs.gaps[at][:, None, None]
            paths = self._follows[gap, options.last[at - 1][:, :, None], options.first[at][:, None, :]]
            paths = paths + best[longer][:, :, None]  # (runs, before, after)
            came.append((longer, at, paths.argmax(axis=1)))
            best[longer] = paths.max(axis=1) + options.odds[at]
        ends = runs.at + runs.sizes - 1
        beyond = np.minimum(ends + 1, len(chosen) - 1)
        after = np.where(runs.closes, SPACE, options.first[beyond, 0])
        gap = np.where(runs.closes, 0, runs.gaps[beyond])
        now = (best + self._follows[gap[:, None], options.last[ends], after[:, None]]).argmax(axis=1)
        chosen[ends] = now
        for longer, at, back in reversed(came):
            now[longer] = back[np.arange(len(longer)), now[longer]]
            chosen[at - 1] = now[longer]


def _runs(unsure: Flags, starts: Flags, gaps: Flags) -> _Runs:
    """The longest stretches of glyphs that are not sure, none across the end of a line."""
    line_ends = np.append(starts[1:], True)
    begins = unsure & (starts | ~np.append(False, unsure[:-1]))
    finishes = unsure & (line_ends | ~np.append(unsure[1:], False))
    at, ends = np.flatnonzero(begins), np.flatnonzero(finishes)
    return _Runs(at, ends - at + 1, (gaps & ~starts).astype(np.intp), starts[at], line_ends[ends])
