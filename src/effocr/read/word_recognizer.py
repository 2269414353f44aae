"""Reading whole words by retrieval, and those that are like no known one glyph by glyph."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from effocr.image.preparation import CropPreparation, Grey
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes, Floats
from effocr.page.serial import SCORE_DIGITS
from effocr.read.recognizer import Recognition, Recognizer, shares, whole_line
from effocr.read.sockets import Encoder, Localization
from effocr.read.words import word_spans

FEWEST_GLYPHS = 2
"""A word of one glyph is read as that glyph."""

NARROW, WIDE = "ijlftrI1.,:;'!|()[]-", "mwMW—œæŒÆ"
NARROW_SHARE, WIDE_SHARE = 0.55, 1.5
"""Widths of narrow and of wide letters, in those of the others."""


@dataclass
class _Core:
    """A word less the punctuation at its ends: the glyphs from `start` to `end` of a line."""

    line: int
    start: int
    end: int


@dataclass
class _Progress:
    """What was read so far: of each line, by glyph."""

    lines: Sequence[Grey]
    localizations: Sequence[Localization]
    vertical: Sequence[bool]
    read: list[dict[int, Recognition]] = field(init=False)

    def __post_init__(self) -> None:
        self.read = [{} for _ in self.lines]


class WordRecognizer:
    """Reads words as the texts of their nearest exemplars, and by `glyphs` where the cosine is below `least`.

    Punctuation at the ends of a word is always read by glyphs, and no part of the word's crop.
    """

    def __init__(
        self, glyphs: Recognizer, encoder: Encoder, index: GlyphIndex, *, least: float, sharpness: float, k: int = 5
    ) -> None:
        self.glyphs = glyphs
        self.encoder = encoder
        self.index = index
        self.least = least
        self.sharpness = sharpness
        self.k = k

    def recognize(
        self,
        lines: Sequence[Grey],
        localizations: Sequence[Localization],
        vertical: Sequence[bool] | None = None,
    ) -> list[list[Recognition]]:
        """One recognition a glyph, line by line, in the order of the boxes; those of a known word say `by_word`."""
        progress = _Progress(lines, localizations, vertical or [False] * len(lines))
        # Glyphs on strips are read together at hardly more cost than one; crops are worth saving.
        if not isinstance(self.glyphs.window, CropPreparation):
            self._read_rest(progress)
        cores = self._cores(progress)
        for core, word in zip(cores, self._words(progress, cores), strict=True):
            if word is not None:
                progress.read[core.line].update(self._spread(word, localizations[core.line].boxes, core))
        self._read_rest(progress)
        return [[read[row] for row in range(len(read))] for read in progress.read]

    def _cores(self, progress: _Progress) -> list[_Core]:
        """The words, less the punctuation at their ends, that have glyphs enough to be asked for."""
        cores = [
            _Core(line, start, end)
            for line, found in enumerate(progress.localizations)
            for start, end in word_spans(found.space_before)
            if end - start >= FEWEST_GLYPHS
        ]
        while any([_trimmed(core, progress.read[core.line]) for core in cores]):
            self._read(progress, lambda line: _unread_ends(cores, line, progress.read[line]))
        return [core for core in cores if core.end - core.start >= FEWEST_GLYPHS]

    def _words(self, progress: _Progress, cores: Sequence[_Core]) -> list[Recognition | None]:
        """What each core reads as; None where it is like no exemplar."""
        vectors = self._embeddings(progress, cores)
        near = self.index.nearest(vectors, self.k)
        texts, sources = self.index.texts, self.index.sources
        words: list[Recognition | None] = []
        for rows, cosines in zip(near.rows.tolist(), near.scores, strict=True):
            best = rows[0]
            # Of each text only its best exemplar shares in the score.
            firsts = [place for place, row in enumerate(rows) if texts[row] not in {texts[r] for r in rows[:place]}]
            score = round(float(shares(cosines[None, firsts], self.sharpness)[0, 0]), SCORE_DIGITS)
            known = cosines[0] >= self.least
            words.append(Recognition(texts[best], score, (), best, sources[best], True) if known else None)
        return words

    def _embeddings(self, progress: _Progress, cores: Sequence[_Core]) -> Floats:
        strips, boxes, vertical = [], [], []
        for line in sorted({core.line for core in cores}):
            found = progress.localizations[line].boxes
            unions = [found.select(np.arange(core.start, core.end)).union() for core in cores if core.line == line]
            strips.append(whole_line(progress.lines[line]))
            boxes.append(Boxes.of(unions))
            vertical.append(progress.vertical[line])
        return self.encoder.encode(strips, boxes, vertical)

    def _spread(self, word: Recognition, boxes: Boxes, core: _Core) -> dict[int, Recognition]:
        widths = (boxes.right - boxes.left)[core.start : core.end]
        return {core.start + row: word._replace(text=text) for row, text in enumerate(spread(word.text, widths))}

    def _read_rest(self, progress: _Progress) -> None:
        def unread(line: int) -> list[int]:
            return [row for row in range(len(progress.localizations[line].boxes)) if row not in progress.read[line]]

        self._read(progress, unread)

    def _read(self, progress: _Progress, wanted: Callable[[int], list[int]]) -> None:
        """Reads the glyphs that are wanted of each line, all together."""
        rows = [wanted(line) for line in range(len(progress.lines))]
        parts = [_part(found, some) for found, some in zip(progress.localizations, rows, strict=True)]
        read = self.glyphs.recognize(progress.lines, parts, progress.vertical)
        for of_line, some, recognitions in zip(progress.read, rows, read, strict=True):
            of_line.update(zip(some, recognitions, strict=True))


def _part(found: Localization, rows: list[int]) -> Localization:
    """The localization of some of a line's glyphs."""
    if len(rows) == len(found.boxes):
        return found
    some = np.array(rows, np.intp)
    return replace(
        found, boxes=found.boxes.select(some), scores=found.scores[some], space_before=found.space_before[some]
    )


def _trimmed(core: _Core, read: dict[int, Recognition]) -> bool:
    """Takes what was read as punctuation off a core's ends; whether it cannot go on before more is read."""
    while core.start < core.end and core.start in read and is_punctuation(read[core.start].text):
        core.start += 1
    while core.start < core.end and core.end - 1 in read and is_punctuation(read[core.end - 1].text):
        core.end -= 1
    return core.start < core.end and not {core.start, core.end - 1} <= read.keys()


def _unread_ends(cores: Sequence[_Core], line: int, read: dict[int, Recognition]) -> list[int]:
    ends = {row for core in cores if core.line == line and core.start < core.end for row in (core.start, core.end - 1)}
    return sorted(ends - read.keys())


def is_punctuation(text: str) -> bool:
    """Whether a glyph's text holds neither letter nor digit."""
    return all(unicodedata.category(char)[0] not in "LNM" for char in text)


def spread(text: str, widths: Floats) -> list[str]:
    """A word's text over the boxes of its glyphs, given their widths: in order, and where it can be none stays empty.

    As many characters as boxes: one each. Otherwise the cut whose parts are most nearly as wide as their boxes.
    """
    boxes, chars = len(widths), len(text)
    if boxes == chars:
        return list(text)
    ends = np.concatenate(([0.0], np.cumsum([_width(char) for char in text])))
    ends /= ends[-1]
    wanted = np.maximum(np.asarray(widths, float), 1e-3)
    wanted /= wanted.sum()
    part = ends[None, :] - ends[:, None]  # (start, end) -> share of the text between
    fewest = 1 if chars >= boxes else 0
    allowed = np.subtract.outer(np.arange(chars + 1), np.arange(chars + 1)) <= -fewest  # start <= end - fewest
    best = np.where(np.arange(chars + 1) == 0, 0.0, np.inf)
    came = []
    for share in wanted:
        cost = best[:, None] + np.where(allowed, (part - share) ** 2, np.inf)
        came.append(cost.argmin(axis=0))
        best = cost.min(axis=0)
    cuts = [chars]
    for starts in reversed(came):
        cuts.append(int(starts[cuts[-1]]))
    cuts.reverse()
    return [text[start:end] for start, end in pairwise(cuts)]


def _width(char: str) -> float:
    return NARROW_SHARE if char in NARROW else WIDE_SHARE if char in WIDE else 1.0
