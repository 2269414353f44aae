"""Which texts of a charset which fonts draw, as figures and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from effocr.image.grid import MISSING, Cell, Row, table
from effocr.synth.fonts import Font
from effocr.synth.processes import in_order
from effocr.synth.renders import Drawing, drawable, render

SHOWN = 40
SIDE = 36
DRAWING = Drawing(size=24, padding=0.0)


@dataclass(frozen=True)
class FontCoverage:
    """What a font draws of `wanted` texts, in their order."""

    font: Font
    wanted: tuple[str, ...]
    drawn: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(text for text in self.wanted if text not in self.drawn)


def coverage(fonts: Sequence[Font], texts: Sequence[str], jobs: int) -> list[FontCoverage]:
    """The coverage of each font; the same from any number of processes."""
    drawn = in_order(partial(drawable, texts=tuple(texts)), fonts, jobs)
    return [FontCoverage(font, tuple(texts), frozenset(own)) for font, own in zip(fonts, drawn, strict=True)]


def undrawn(covered: Sequence[FontCoverage]) -> list[str]:
    """The texts that no font draws, in their order."""
    drawn = frozenset().union(*(each.drawn for each in covered))
    return [text for text in covered[0].wanted if text not in drawn] if covered else []


def coverage_picture(covered: Sequence[FontCoverage]) -> NDArray[np.uint8]:
    """A row a font: its name, how many texts it draws, and the same few texts as it draws them; missing ones crossed.

    Where fonts differ is shown first; what all of them draw fills the rest of the row.
    """
    texts = _shown(covered)
    return table([_row(each, texts) for each in covered], SIDE)


def _shown(covered: Sequence[FontCoverage]) -> list[str]:
    wanted = covered[0].wanted if covered else ()
    drawn_by = {text: sum(text in each.drawn for each in covered) for text in wanted}
    apart = [text for text in wanted if drawn_by[text] < len(covered)]
    alike = [text for text in wanted if drawn_by[text] == len(covered)]
    differing = _evenly(apart, max(SHOWN // 2, SHOWN - len(alike)))
    kept = {*differing, *_evenly(alike, SHOWN - len(differing))}
    return [text for text in wanted if text in kept]


def _evenly(texts: Sequence[str], most: int) -> list[str]:
    count = min(most, len(texts))
    return [texts[number * len(texts) // count] for number in range(count)]


def _row(covered: FontCoverage, texts: Sequence[str]) -> Row:
    label = f"{covered.font.name[:SHOWN]}  {len(covered.drawn)} of {len(covered.wanted)}"
    return Row(label, [_cell(covered, text) for text in texts])


def _cell(covered: FontCoverage, text: str) -> Cell:
    if text in covered.drawn:
        return Cell(render(covered.font, text, DRAWING))
    return Cell(None, f"{ord(text[0]):X}", MISSING)
