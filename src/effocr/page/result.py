"""What reading gives: Page > Line > Word > Glyph, every one with box, text and score.

Boxes are in pixels of the image as it was given (after EXIF has turned it upright). Scores lie in 0..1; of a bundle
with a calibration they are chances: of all glyphs, or words, given 0.9 about nine in ten are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod, sqrt

from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box, Boxes


@dataclass(frozen=True, slots=True)
class Glyph:
    """One recognized shape: its text may be longer than one character (a ligature)."""

    box: Box
    text: str
    score: float
    alternatives: Sequence[Alternative] = ()
    exemplar: int = -1
    """Row of the index that decided, -1 where no index was asked."""
    exemplar_source: str = ""
    """Where that exemplar came from: a font, or a line of a data set."""
    by_word: bool = False
    """Whether an exemplar of the whole word decided; `exemplar` is then a row of the index of words."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"a glyph's score lies in 0..1, got {self.score}.")


@dataclass(frozen=True, slots=True)
class Word:
    """Glyphs between two spaces, in reading order."""

    glyphs: tuple[Glyph, ...]
    parted: float = 1.0
    """The chance that spaces stand at both its ends and none within, 0..1."""

    @property
    def text(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def box(self) -> Box:
        return Boxes.of(glyph.box for glyph in self.glyphs).union()

    @property
    def score(self) -> float:
        """The chance that the text is right as it stands between its spaces, 0 for no glyphs.

        That is `parted` times the scores of the glyphs; those that one exemplar of the word decided count once.
        """
        if not self.glyphs:
            return 0.0
        known = min((glyph.score for glyph in self.glyphs if glyph.by_word), default=1.0)
        return prod((glyph.score for glyph in self.glyphs if not glyph.by_word), start=known * self.parted)


@dataclass(frozen=True, slots=True)
class Line:
    """Words in reading order; `box` is the region that was read, not the ink."""

    box: Box
    words: tuple[Word, ...] = ()
    vertical: bool = False
    spaced: bool = True
    """Whether words are joined with spaces (not so in Japanese)."""
    error: str = ""
    """Why this line could not be read; empty when it was."""
    baseline: tuple[tuple[float, float], ...] = ()
    """Points (x, y) on which the glyphs stand, along the reading axis; empty where nobody looked."""
    region: int = 0
    """Lines of one column or block share a number; regions count from 0 in reading order."""

    @property
    def text(self) -> str:
        return (" " if self.spaced else "").join(word.text for word in self.words)

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        return tuple(glyph for word in self.words for glyph in word.glyphs)

    @property
    def score(self) -> float:
        """The share of its characters, the spaces between words among them, that is expected to be right; 0 for none.

        What was overlooked altogether is not among them.
        """
        right, characters = _expected(self)
        return right / characters if characters else 0.0


@dataclass(frozen=True)
class Page:
    """Lines in reading order, on an image of `width` x `height` pixels that came from `source`."""

    lines: tuple[Line, ...]
    width: int
    height: int
    source: str = ""
    bundle: str = field(default="", kw_only=True)
    """Name and version of the bundle that read it."""
    number: int = field(default=0, kw_only=True)
    """Which page of its document, counted from 1; 0 where the source is one image."""
    dpi: float = field(default=0.0, kw_only=True)
    """Pixels an inch, 0 where nobody knows."""
    turned: int = field(default=0, kw_only=True)
    """Degrees (0, 90, 180, 270) by which the image as given is turned clockwise to make its text stand upright."""

    @property
    def text(self) -> str:
        return self.to_text()

    @property
    def score(self) -> float:
        """The share of the characters of all lines that is expected to be right, as `Line.score`; 0 for none."""
        expected = [_expected(line) for line in self.lines]
        characters = sum(count for _, count in expected)
        return sum(right for right, _ in expected) / characters if characters else 0.0

    @property
    def estimated_cer(self) -> float | None:
        """The character error rate that is to be expected, estimated without the truth; None where nothing was read."""
        return 1.0 - self.score if any(line.words for line in self.lines) else None

    def to_text(self) -> str:
        """The lines' texts, one a row."""
        return "\n".join(line.text for line in self.lines)

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON of schema `effocr.page/2` (`effocr.page.serial`)."""
        from effocr.page.serial import page_to_json

        return page_to_json(self, indent=indent)


def _expected(line: Line) -> tuple[float, int]:
    """How many characters of a line are expected to be right, and how many there are."""
    right, count = 0.0, 0
    for glyph in line.glyphs:
        right += glyph.score * len(glyph.text)
        count += len(glyph.text)
    if line.spaced:
        # A space is as sure as the two words beside it are parted, and both know of it.
        right += sum(sqrt(before.parted * after.parted) for before, after in pairwise(line.words))
        count += max(len(line.words) - 1, 0)
    return right, count
