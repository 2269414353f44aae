"""Lines of pages that turn out to be none when they are read: strokes of pictures, specks, notes by hand.

Of the short lines of nine newspaper pages that are dropped, one in six stands where a line was delivered, misread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from effocr.page.result import Line

SURENESS = ((3, 0.7), (8, 0.5))
"""A line of at most so many glyphs needs this part of the page's usual score."""

LONG = 0.3
"""The part that longer lines need."""

STROKES = frozenset("-–—_|~=")
"""Nothing but two or more of these are rules."""


def without_strays(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a page that are text, their regions numbered anew; lines that could not be read are kept.

    A page that is read badly all over keeps its lines: what is asked of them depends on its usual score.
    """
    usual = usual_score(lines)
    return _renumbered(line for line in lines if line.error or _is_text(line, usual))


def usual_score(lines: Sequence[Line]) -> float:
    """The score that half of the glyphs' lines have or surpass; 0 where nothing was read."""
    read = [(line.score, len(line.glyphs)) for line in lines if line.words]
    if not read:
        return 0.0
    scores, glyphs = np.array(sorted(read)).T
    until = np.cumsum(glyphs)
    return float(scores[int(np.searchsorted(until, until[-1] / 2))])


def _is_text(line: Line, usual: float) -> bool:
    count = len(line.glyphs)
    if count > 1 and STROKES.issuperset("".join(line.text.split())):
        return False
    least = next((part for most, part in SURENESS if count <= most), LONG)
    return line.score >= least * usual


def _renumbered(lines: Iterable[Line]) -> tuple[Line, ...]:
    numbers: dict[int, int] = {}
    return tuple(replace(line, region=numbers.setdefault(line.region, len(numbers))) for line in lines)
