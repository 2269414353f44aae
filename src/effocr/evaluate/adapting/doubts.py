"""Which transcriptions are wrong: lines that fit their text no better than the texts of other lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from effocr.data.lines import TextLine
from effocr.evaluate.forced.evidence import Likeness, Widths
from effocr.evaluate.forced.lines import AlignedLine, OnError, SeenText, align_line, aligned_twice
from effocr.read.reader import Reader

FEWEST = 8
"""Of fewer lines nobody can say what is usual."""
TOWARDS_RIGHT = 0.35
"""A line fits its text badly below this part of the way from the fit of wrong texts to the usual one."""
APART = 2.0
"""So many deviations of wrong texts must lie between both, or nothing is said of any line."""
WRONG_GLYPHS = 0.4
"""A line of which a larger share of the glyphs looks like other texts fits badly, too."""


@dataclass(frozen=True)
class Doubt:
    """A transcription that does not fit its image: how well it does, and the line whose text would fit, if any."""

    line: TextLine
    score: float
    better: str = ""


def aligned_with_doubts(
    reader: Reader,
    lines: Sequence[TextLine],
    *,
    on_error: OnError | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[AlignedLine], list[Doubt]]:
    """The lines aligned with their texts as `align_lines` does it, and those whose transcription seems wrong."""
    aligned, likeness, widths = aligned_twice(reader, lines, on_error=on_error, progress=progress)
    return aligned, doubted(aligned, likeness, widths)


def doubted(lines: Sequence[AlignedLine], likeness: Likeness, widths: Widths) -> list[Doubt]:
    """The lines whose transcription is wrong, worst first; lines without a text or without glyphs among them."""
    empty = [Doubt(line.seen.line, 0.0) for line in lines if not line.glyphs]
    whole = [line for line in lines if line.glyphs]
    if len(whole) < FEWEST:
        return empty
    wrong = np.log([_against_another(line, whole, likeness, widths) for line in whole])
    right = np.log([line.score for line in whole])
    usual, never = float(np.median(right)), float(np.median(wrong))
    if usual - never < APART * _spread(wrong):
        return empty
    least = never + TOWARDS_RIGHT * (usual - never)
    bad = [line for line, fit in zip(whole, right, strict=True) if fit < least]
    found = [Doubt(line.seen.line, line.score, _owner(line, whole, likeness, widths, math.exp(least))) for line in bad]
    return sorted(empty + found, key=lambda doubt: doubt.score)


def _against_another(line: AlignedLine, lines: Sequence[AlignedLine], likeness: Likeness, widths: Widths) -> float:
    """How well the line fits the text of another one that is about as long."""
    length = len(line.seen.chars)
    others = [other for other in lines if other.seen.chars != line.seen.chars]
    if not others:
        return line.score
    other = min(others, key=lambda each: (abs(len(each.seen.chars) - length), str(each.seen.line.image)))
    return _fit(line.seen, other, likeness, widths)


def _owner(line: AlignedLine, lines: Sequence[AlignedLine], likeness: Likeness, widths: Widths, least: float) -> str:
    """The name of the line whose text this image shows, "" where there is none."""
    count = len(line.seen.found.boxes)
    near = [other for other in lines if other is not line and 0.7 * count <= len(other.seen.chars) <= 1.4 * count]
    fits = [(_fit(line.seen, other, likeness, widths), other.seen.line.image.name) for other in near]
    best = max(fits, default=(0.0, ""))
    return best[1] if best[0] > least else ""


def _fit(seen: SeenText, other: AlignedLine, likeness: Likeness, widths: Widths) -> float:
    swapped = SeenText(replace(seen.line, text=other.seen.line.text), seen.pixels, seen.found, seen.pieces)
    return align_line(swapped, likeness, widths).score


def _spread(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """A deviation that outliers do not move."""
    return max(float(np.median(np.abs(values - np.median(values)))) * 1.48, 0.05)
