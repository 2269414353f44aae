"""Which glyph of a reading stands for which characters of the truth.

The cheapest path through glyphs and characters: a glyph that reads as the characters costs nothing, one that has them
among its alternatives little, any other pair as much as leaving one of them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from effocr.page.distance import folded
from effocr.page.result import Glyph

ALTERNATIVE = 0.4
REPLACED = 1.0
LEFT_OUT = 0.9
LONGEST = 3
JOINED = ("ffi", "ffl", "fi", "fl", "ff")
STRAIGHT_QUOTES = "'\""


@dataclass(frozen=True)
class Pair:
    """Glyph `glyph` stands for characters `start` to `end` of the truth without spaces; `agrees` if read as them."""

    glyph: int
    start: int
    end: int
    text: str
    agrees: bool


def aligned(glyphs: Sequence[Glyph], truth: str) -> list[Pair]:
    """The pairs of the cheapest path, in order; some glyphs and characters have no mate. `truth` holds no spaces."""
    count, length = len(glyphs), len(truth)
    costs = [[0.0] * (length + 1) for _ in range(count + 1)]
    steps: list[list[tuple[int, int]]] = [[(0, 0)] * (length + 1) for _ in range(count + 1)]
    for j in range(1, length + 1):
        costs[0][j], steps[0][j] = j * LEFT_OUT, (0, 1)
    known = [_known(glyph) for glyph in glyphs]
    for i in range(1, count + 1):
        costs[i][0], steps[i][0] = i * LEFT_OUT, (1, 0)
        row, above = costs[i], costs[i - 1]
        for j in range(1, length + 1):
            best, step = above[j] + LEFT_OUT, (1, 0)
            if row[j - 1] + LEFT_OUT < best:
                best, step = row[j - 1] + LEFT_OUT, (0, 1)
            for taken in range(1, min(LONGEST, j) + 1):
                cost = _cost(known[i - 1], truth[j - taken : j])
                if cost is not None and above[j - taken] + cost < best:
                    best, step = above[j - taken] + cost, (1, taken)
            row[j], steps[i][j] = best, step
    return _pairs(glyphs, truth, known, steps)


def _known(glyph: Glyph) -> dict[str, float]:
    """What a glyph may stand for, and at which cost."""
    known = {folded(other.text): ALTERNATIVE for other in glyph.alternatives}
    known[folded(glyph.text)] = 0.0
    return known


def _cost(known: dict[str, float], characters: str) -> float | None:
    cost = known.get(folded(characters))
    if cost is not None:
        return cost
    return REPLACED if len(characters) == 1 or characters in JOINED else None


def _pairs(
    glyphs: Sequence[Glyph], truth: str, known: Sequence[dict[str, float]], steps: Sequence[Sequence[tuple[int, int]]]
) -> list[Pair]:
    pairs: list[Pair] = []
    i, j = len(glyphs), len(truth)
    while i or j:
        glyph, taken = steps[i][j]
        if glyph and taken:
            characters, read = truth[j - taken : j], glyphs[i - 1].text
            agrees = folded(characters) == folded(read)
            text = read if agrees and characters in STRAIGHT_QUOTES else characters
            pairs.append(Pair(i - 1, j - taken, j, text, agrees))
        i, j = i - glyph, j - taken
    return pairs[::-1]
