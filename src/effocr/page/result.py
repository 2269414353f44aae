"""What reading gives: Page > Line > Word > Glyph, every one with box, text and score.

Boxes are in pixels of the image as it was given (after EXIF has turned it upright); scores lie in 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import fmean
from typing import NamedTuple

from effocr.page.boxes import Box, Boxes


class Alternative(NamedTuple):
    """Another text a glyph may read as."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Glyph:
    """One recognized shape: its text may be longer than one character (a ligature)."""

    box: Box
    text: str
    score: float
    alternatives: tuple[Alternative, ...] = ()
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

    @property
    def text(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def box(self) -> Box:
        return Boxes.of(glyph.box for glyph in self.glyphs).union()

    @property
    def score(self) -> float:
        """Mean score of the glyphs, 0 for none."""
        return fmean(glyph.score for glyph in self.glyphs) if self.glyphs else 0.0


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

    @property
    def text(self) -> str:
        return (" " if self.spaced else "").join(word.text for word in self.words)

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        return tuple(glyph for word in self.words for glyph in word.glyphs)

    @property
    def score(self) -> float:
        """Mean score of the glyphs, 0 for none."""
        glyphs = self.glyphs
        return fmean(glyph.score for glyph in glyphs) if glyphs else 0.0


@dataclass(frozen=True)
class Page:
    """Lines in reading order, on an image of `width` x `height` pixels that came from `source`."""

    lines: tuple[Line, ...]
    width: int
    height: int
    source: str = ""
    bundle: str = field(default="", kw_only=True)
    """Name and version of the bundle that read it."""

    @property
    def text(self) -> str:
        return self.to_text()

    @property
    def score(self) -> float:
        """Mean score of the glyphs of all lines, 0 for none."""
        scores = [glyph.score for line in self.lines for glyph in line.glyphs]
        return fmean(scores) if scores else 0.0

    def to_text(self) -> str:
        """The lines' texts, one a row."""
        return "\n".join(line.text for line in self.lines)

    def to_json(self, *, indent: int | None = None) -> str:
        """JSON of schema `effocr.page/1` (`effocr.page.serial`)."""
        from effocr.page.serial import page_to_json

        return page_to_json(self, indent=indent)
