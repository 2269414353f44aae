"""The sockets that reading is plugged together from; `effocr.testing` has a fake of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from effocr.image.band import Band
from effocr.image.crops import Strip
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes, Floats


@dataclass(frozen=True, eq=False)
class Localization:
    """The glyphs found on one line, in reading order along x, in pixels of the line image.

    `scores` and `space_before` (the probability that a space precedes) lie in 0..1. `band` is None where no glyph was
    found.
    """

    boxes: Boxes
    scores: Floats
    space_before: Floats
    band: Band | None


@dataclass(frozen=True)
class FoundLine:
    """One line of a page, in pixels of the page that was searched; lines are read along x.

    `baseline` holds points (x, y), x growing; a line that has one is cut straight along it, from `above` rows over it
    to `below` rows under it. Without points the line is cut as its `box`. Lines of one column or block share a
    `region`; regions count from 0 in reading order.
    """

    box: Box
    baseline: tuple[tuple[float, float], ...] = ()
    above: float = 0.0
    below: float = 0.0
    region: int = 0


class LineFinder(Protocol):
    """Finds the lines of a page."""

    def find(self, page: Grey) -> list[FoundLine]:
        """The lines in reading order; none where nothing is printed."""
        ...


class Localizer(Protocol):
    """Finds the glyphs of lines."""

    def localize(self, lines: Sequence[Grey]) -> list[Localization]:
        """One localization a line; lines are read along x."""
        ...


class Encoder(Protocol):
    """Turns the glyphs of lines into embeddings."""

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings (N, D), rows of length 1, of the glyphs in `boxes` (pixels of the line image), line by line.

        `vertical` says of each strip whether its line is read from top to bottom; N = 0 gives (0, D).
        """
        ...
