"""Assembling glyphs into words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from effocr.page.boxes import Box, Boxes, Floats
from effocr.page.result import Glyph, Word
from effocr.read.confidence.spaces import parted
from effocr.read.recognizer import SPACE, Recognition


def glyphs_of(recognitions: Sequence[Recognition], boxes: Boxes) -> list[Glyph]:
    """Glyphs from what was recognized in each box."""
    corners = boxes.array.tolist()
    return [
        Glyph(Box(*corner), text, min(score, 1.0), alternatives, exemplar, source, by_word)
        for (text, score, alternatives, exemplar, source, by_word), corner in zip(recognitions, corners, strict=True)
    ]


def words_of(glyphs: Sequence[Glyph], space_before: Floats) -> tuple[Word, ...]:
    """The glyphs cut into words where a space is likely; what `space_before` says of the first glyph does not count."""
    if len(glyphs) != len(space_before):
        raise ValueError(f"{len(glyphs)} glyphs need as many space probabilities, got {len(space_before)}.")
    spans = word_spans(space_before)
    chances = parted(space_before, spans)
    return tuple([Word(tuple(glyphs[start:end]), sure) for (start, end), sure in zip(spans, chances, strict=True)])


def word_spans(space_before: Floats) -> list[tuple[int, int]]:
    """Where each word starts and ends among the glyphs of a line."""
    if not len(space_before):
        return []
    return list(pairwise([0, *((space_before[1:] > SPACE).nonzero()[0] + 1).tolist(), len(space_before)]))
