"""Which glyph reads as what: the texts, the order and the spaces of a line's boxes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effocr.errors import DataError
from effocr.page.boxes import Boxes, Floats
from effocr.page.distance import strict

SHOWN = 60
CHECK = "List all that is wrong with: effocr data check FILE"


@dataclass(frozen=True, eq=False)
class Spelling:
    """What the glyphs of a line read as: `order` gives the rows of the boxes in reading order, the rest follows it."""

    order: NDArray[np.intp]
    texts: tuple[str, ...]
    spaces: NDArray[np.bool_]

    @property
    def text(self) -> str:
        """What the line reads as, spaces included."""
        return "".join(" " * bool(space) + text for space, text in zip(self.spaces, self.texts, strict=True))


def spell(boxes: Boxes, texts: Sequence[str], text: str | None, words: Boxes, where: str) -> Spelling:
    """The spelling of boxes that lie along x.

    `texts` are those of the boxes, "" where one has none; `text` is what the whole line reads as, None where that is
    not known. Spaces come from `text`, and from the `words` where it has none. DataError where they disagree.
    """
    text = None if text is None else strict(text)
    given = [strict(each) for each in texts]
    if all(given):
        order = _reading_order(boxes, given, text)
        spelled = tuple(given[row] for row in order)
        _compare("".join(spelled), text, where)
    elif text is None:
        counts = f"{given.count('')} of {len(given)} boxes"
        raise DataError(f"{where}: {counts} have no text, and neither has the line.", hint=CHECK)
    else:
        order = np.argsort(boxes.left, kind="stable")
        spelled = _letters(text, len(boxes), where)
    if text is not None and (" " in text or not len(words)):
        return Spelling(order, spelled, _spaces_of_text(spelled, text))
    return Spelling(order, spelled, _spaces_of_words(boxes.centre[order], words))


def _reading_order(boxes: Boxes, texts: Sequence[str], text: str | None) -> NDArray[np.intp]:
    # Overhanging italics and quotes may begin left of the glyph before them, so an order that spells the text is kept.
    if text is not None and "".join(texts) == text.replace(" ", ""):
        return np.arange(len(boxes))
    return np.argsort(boxes.left, kind="stable")


def _compare(spelled: str, text: str | None, where: str) -> None:
    if text is None or spelled == (expected := text.replace(" ", "")):
        return
    at = next((i for i, (a, b) in enumerate(zip(spelled, expected, strict=False)) if a != b), None)
    at = min(len(spelled), len(expected)) if at is None else at
    raise DataError(
        f"{where}: the boxes spell {spelled[:SHOWN]!r} ({len(spelled)} characters), the text says {expected[:SHOWN]!r} "
        f"({len(expected)}); they part at character {at + 1}.",
        hint=CHECK,
    )


def _letters(text: str, count: int, where: str) -> tuple[str, ...]:
    """The text without spaces as `count` letters: code points, or these with their combining marks."""
    points = text.replace(" ", "")
    if len(points) == count:
        return tuple(points)
    clusters: list[str] = []
    for point in points:
        if clusters and unicodedata.category(point) in ("Mn", "Me"):
            clusters[-1] += point
        else:
            clusters.append(point)
    if len(clusters) != count:
        counts = f"{count} boxes, but {len(clusters)} characters in the text {text[:SHOWN]!r}"
        raise DataError(f"{where}: {counts}.", hint=CHECK)
    return tuple(clusters)


def _spaces_of_text(texts: Sequence[str], text: str) -> NDArray[np.bool_]:
    """Where a space stands before a glyph, from a text that the glyphs spell."""
    spaces = np.zeros(len(texts), np.bool_)
    position = 0
    for row, glyph in enumerate(texts):
        if text[position : position + 1] == " ":
            spaces[row] = True
            position += 1
        position += _length_with_spaces(text, position, len(glyph))
    return spaces


def _length_with_spaces(text: str, start: int, letters: int) -> int:
    """How far the next `letters` letters reach; a space inside a glyph's text counts with them."""
    end = start
    while letters and end < len(text):
        letters -= text[end] != " "
        end += 1
    return end - start


def _spaces_of_words(centres: Floats, words: Boxes) -> NDArray[np.bool_]:
    """A space where the word changes; a glyph belongs to the word that holds its centre, or else to the nearest."""
    spaces = np.zeros(len(centres), np.bool_)
    if not len(words) or not len(centres):
        return spaces
    outside = np.maximum(words.left[None] - centres[:, None], centres[:, None] - words.right[None])  # (glyphs, words)
    word = np.maximum(outside, 0).argmin(1)
    spaces[1:] = word[1:] != word[:-1]
    return spaces
