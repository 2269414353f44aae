"""Crops of glyphs and words, cut from labelled lines."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from effocr.data.coco import (
    Annotation,
    CocoImage,
    CocoSet,
    known_rows,
    line_of,
    line_words,
    need_unique_ids,
    runs_down,
    turned_along_x,
)
from effocr.data.glyphs.files import GlyphCrop, Origin
from effocr.data.labelled import LabelledLine
from effocr.data.split import page_of
from effocr.errors import DataError, unknown_name
from effocr.image.crops import cut_columns
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes

LEVELS = ("glyph", "word")
CLIPS = ("line", "word", "box")
PUNCTUATION = ("apart", "kept")
ENVELOPED = 0.8
"""Share of a glyph's area that lies in the word which envelops it."""
Piece = tuple[str, Box]
"""Text and box of a part of a line."""


@dataclass(frozen=True)
class Cutting:
    """What to cut from lines.

    `level` is one of `LEVELS`. `clip` says how far a crop reaches across the line: over all of it, over the `word` that
    envelops the glyph (all of the line where none does), or over its own `box`. `punctuation` at the ends of words is
    cut off (`apart`) or `kept`. Raises UnknownNameError for other names.
    """

    level: str = "glyph"
    clip: str = "line"
    punctuation: str = "apart"

    def __post_init__(self) -> None:
        named = {"level": LEVELS, "clip": CLIPS, "punctuation": PUNCTUATION}
        for name, known in named.items():
            if getattr(self, name) not in known:
                raise unknown_name(name, getattr(self, name), known)


def crops_of(
    coco: CocoSet, cutting: Cutting, *, on_error: Callable[[DataError], None] | None = None
) -> Iterator[GlyphCrop]:
    """The crops of a set's lines, one by one; with `on_error` lines that cannot be used are reported and left out.

    Images that have boxes of words only give words all the same: their texts are those of the boxes or, where these
    have none, the words of the line's text.
    """
    need_unique_ids(coco)
    for image in coco.images:
        try:
            crops = _crops_of_image(coco, image, cutting)
        except DataError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            yield from crops


def glyph_crops(line: LabelledLine, origin: Origin = "real") -> Iterator[GlyphCrop]:
    """The glyphs of a line, each over the line's full height (width where it is vertical), upright."""
    for text, box in _glyphs(line):
        yield GlyphCrop(cut(line, box.left, box.right), text, line.source, origin)


def cut(line: LabelledLine, left: float, right: float, top: float = 0.0, bottom: float | None = None) -> Grey:
    """The columns of a line from `left` to `right` and its rows from `top` to `bottom` (by default all), at least one.

    They stand as they do in the labelled image: upright where the line is vertical.
    """
    rows = line.image.shape[0]
    first = min(max(math.floor(top), 0), rows - 1)
    last = max(math.ceil(rows if bottom is None else bottom), first + 1)
    return cut_columns(line.image[first:last], left, right, vertical=line.vertical)


def _crops_of_image(coco: CocoSet, image: CocoImage, cutting: Cutting) -> list[GlyphCrop]:
    rows = coco.by_image.get(image.id, [])
    words = known_rows(rows, "word")
    if cutting.level == "word" and words and not known_rows(rows, "char"):
        line = line_of(_words_as_glyphs(coco, image), image)
        pieces = [piece for piece in _glyphs(line) if piece[0].strip()]
    else:
        line = line_of(coco, image)
        pieces = _words(line, cutting.punctuation) if cutting.level == "word" else list(_glyphs(line))
    envelopes = turned_along_x(words, image, line.vertical) if words else _word_boxes(line)
    source, page = image.source or image.file_name, page_of(image)
    return [
        GlyphCrop(_clipped(line, box, envelopes, cutting.clip), text, source, "real", page, image.split)
        for text, box in pieces
    ]


def _glyphs(line: LabelledLine) -> Iterator[Piece]:
    for row, text in enumerate(line.texts):
        yield text, line.boxes[row]


def _words(line: LabelledLine, punctuation: str) -> list[Piece]:
    """The words of a line; those that are nothing but punctuation are left out where that is cut off."""
    pieces = []
    for word in line_words(line.spaces):
        rows = word if punctuation == "kept" else word[_bare([line.texts[row] for row in word])]
        if len(rows):
            pieces.append(("".join(line.texts[row] for row in rows), line.boxes.select(rows).union()))
    return pieces


def _bare(texts: list[str]) -> slice:
    """Where a word begins and ends without the punctuation around it."""
    letters = [row for row, text in enumerate(texts) if not all(unicodedata.category(c)[0] == "P" for c in text)]
    return slice(letters[0], letters[-1] + 1) if letters else slice(0, 0)


def _word_boxes(line: LabelledLine) -> Boxes:
    return Boxes.of(line.boxes.select(word).union() for word in line_words(line.spaces))


def _clipped(line: LabelledLine, box: Box, words: Boxes, clip: str) -> Grey:
    if clip == "box":
        return cut(line, *_sides(box))
    word = _enveloping(box, words) if clip == "word" else None
    return cut(line, box.left, box.right) if word is None else cut(line, box.left, box.right, word.top, word.bottom)


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.right, box.top, box.bottom


def _enveloping(box: Box, words: Boxes) -> Box | None:
    """The word that holds most of a box, if that is at least `ENVELOPED` of its area."""
    across = np.minimum(words.right, box.right) - np.maximum(words.left, box.left)
    down = np.minimum(words.bottom, box.bottom) - np.maximum(words.top, box.top)
    shares = np.maximum(across, 0) * np.maximum(down, 0) / (box.width * box.height)
    return words[int(shares.argmax())] if len(words) and shares.max() >= ENVELOPED else None


def _words_as_glyphs(coco: CocoSet, image: CocoImage) -> CocoSet:
    """The set of one image in which every word counts as a glyph, so that words are checked and sorted as these are."""
    words = known_rows(coco.by_image[image.id], "word")
    texts = [word.text for word in words]
    if not all(texts):
        texts = _texts_of_words(coco, image, words)
    glyphs = (replace(word, kind="char", text=text) for word, text in zip(words, texts, strict=True))
    return CocoSet(coco.path, coco.folder, (image,), tuple(glyphs))


def _texts_of_words(coco: CocoSet, image: CocoImage, words: list[Annotation]) -> list[str]:
    """The words of the image's text for its boxes, from left to right or from top to bottom."""
    texts = (image.text or "").split()
    if len(texts) != len(words):
        counts = f"{len(words)} boxes of words without texts, but {len(texts)} words in the line's text"
        raise DataError(f"{coco.where(image)}: {counts}.", hint="Give each of these boxes its text.")
    axis = 1 if runs_down(image, words) else 0
    order = sorted(range(len(words)), key=lambda row: words[row].bbox[axis])
    by_row = dict(zip(order, texts, strict=True))
    return [by_row[row] for row in range(len(words))]
