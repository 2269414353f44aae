"""Assembling glyphs into words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from effocr.page.boxes import Box, Boxes, Floats
from effocr.page.made import columns_made, rows_made
from effocr.page.result import Glyph, Word
from effocr.read.confidence.spaces import parted
from effocr.read.recognizer import SPACE, Recognition


def glyphs_of(recognitions: Sequence[Recognition], boxes: Boxes) -> list[Glyph]:
    """Glyphs from what was recognized in each box; ValueError where their numbers differ."""
    if len(recognitions) != len(boxes):
        raise ValueError(f"{len(boxes)} boxes need as many recognitions, got {len(recognitions)}.")
    columns = zip(*recognitions, strict=True)
    return columns_made(Glyph, [rows_made(Box, boxes.array.tolist()), *columns]) if recognitions else []


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
