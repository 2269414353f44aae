"""Tesseract's box files: `text left bottom right top page` a row, the origin at the bottom left of the image.

A row whose text is a tab ends a line, one whose text is a space stands between words. Rows `WordStr ... #text` hold
whole lines. Rows of neighbours with one and the same box say where their line or word is, not where their glyphs are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from effocr.data.foreign.marked import MarkedGlyph, MarkedLine, MarkedPage
from effocr.data.lines import text_of
from effocr.errors import DataError
from effocr.page.boxes import Box, Boxes

TRUTH_SUFFIX = ".gt.txt"
GAP = 0.35
"""Where a file has no rows of spaces, a wider gap is one; in heights of the line's glyphs."""
_ROW = re.compile(r"(?P<text>.+?) (-?\d+) (-?\d+) (-?\d+) (-?\d+) (?P<page>\d+)(?: #(?P<whole>.*))?", re.DOTALL)
_WHOLE = "WordStr"
_HINT = "A row is: text left bottom right top page."


@dataclass(frozen=True)
class _Row:
    """One row; `whole` is the text of a line that stands in one row."""

    text: str
    box: Box
    whole: str | None


def read_box_file(path: Path) -> MarkedPage:
    """The lines of a box file; texts come from NAME.gt.txt where that is there. DataError naming file and row."""
    rows = _rows(path)
    groups = _groups(rows)
    spaced = any(row.text.isspace() and row.text != "\t" for row in rows)
    lines = [_line(group, number, spaced) for number, group in enumerate(groups, 1)]
    return MarkedPage(path, "", 0, 0, _with_truth(lines, path), "upwards")


def _rows(path: Path) -> list[_Row]:
    try:
        content = text_of(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}.", hint="Check the path.") from error
    rows = enumerate(content.split("\n"), 1)
    return [_row(row.rstrip("\r"), f"{path}, row {number}") for number, row in rows if row.strip()]


def _row(row: str, where: str) -> _Row:
    found = _ROW.fullmatch(row)
    if found is None:
        raise DataError(f"{where}: {row[:60]!r} is no row of a box file.", hint=_HINT)
    text, left, bottom, right, top, page, whole = found.groups()
    if int(page):
        hint = "Save every page of a TIFF as an image of its own, with a box file beside it."
        raise DataError(f"{where}: belongs to page {page}; of an image only the first page, 0, is read.", hint=hint)
    if int(left) > int(right) or int(bottom) > int(top):
        raise DataError(f"{where}: the box {left} {bottom} {right} {top} is upside down.", hint=_HINT)
    if (text == _WHOLE) != (whole is not None):
        raise DataError(f"{where}: {_WHOLE!r} and '#text' belong together.", hint=_HINT)
    # As the file has them, counted from below; `in_pixels` turns them over.
    return _Row(text, Box(float(left), float(bottom), float(right), float(top)), whole)


def _groups(rows: Sequence[_Row]) -> list[list[_Row]]:
    """The rows of each line: up to a tab, or, in files without tabs, up to where the next glyph stands below."""
    tabs = any(row.text == "\t" for row in rows)
    groups: list[list[_Row]] = [[]]
    for row in rows:
        before = groups[-1]
        if row.text == "\t":
            groups.append([])
        elif before and (row.whole is not None or before[-1].whole is not None or (not tabs and _below(row, before))):
            groups.append([row])
        else:
            before.append(row)
    return [group for group in groups if group]


def _below(row: _Row, before: Sequence[_Row]) -> bool:
    """Whether a glyph stands left of the last one and under the line so far."""
    line = Boxes.of(each.box for each in before).union()
    return row.box.left < before[-1].box.left and row.box.bottom <= (line.top + line.bottom) / 2


def _line(group: Sequence[_Row], number: int, spaced: bool) -> MarkedLine:
    box = Boxes.of(row.box for row in group).union()
    if group[0].whole is not None:
        return MarkedLine(str(number), box, " ".join(group[0].whole.split()))
    glyphs = [row for row in group if not row.text.isspace()]
    shared = any(one.box == other.box for one, other in pairwise(glyphs))
    words = _words(group) if spaced or shared else _words_by_gaps(glyphs)
    text = " ".join("".join(row.text for row in word) for word in words)
    if shared:
        return MarkedLine(str(number), box, text)
    return MarkedLine(
        str(number),
        box,
        text,
        tuple(MarkedGlyph(Boxes.of(r.box for r in word).union(), "".join(r.text for r in word)) for word in words),
        tuple(MarkedGlyph(row.box, row.text) for row in glyphs),
    )


def _words(group: Iterable[_Row]) -> list[list[_Row]]:
    words: list[list[_Row]] = [[]]
    for row in group:
        if row.text.isspace():
            words.append([])
        else:
            words[-1].append(row)
    return [word for word in words if word]


def _words_by_gaps(glyphs: Sequence[_Row]) -> list[list[_Row]]:
    if not glyphs:
        return []
    gap = GAP * float(np.median([row.box.height for row in glyphs]))
    words = [[glyphs[0]]]
    for before, row in pairwise(glyphs):
        if row.box.left - before.box.right > gap:
            words.append([row])
        else:
            words[-1].append(row)
    return words


def _with_truth(lines: Sequence[MarkedLine], path: Path) -> tuple[MarkedLine, ...]:
    """The lines with the texts of the file that Tesseract's training keeps beside the boxes, where there is one."""
    truth = path.with_suffix(TRUTH_SUFFIX)
    if not truth.is_file():
        return tuple(lines)
    texts = [" ".join(row.split()) for row in truth.read_text(encoding="utf-8-sig").split("\n") if row.strip()]
    if len(texts) != len(lines):
        raise DataError(f"{truth} has {len(texts)} lines, {path.name} {len(lines)}.", hint="Mend one of both.")
    return tuple(_spelled(line, text) for line, text in zip(lines, texts, strict=True))


def _spelled(line: MarkedLine, text: str) -> MarkedLine:
    """The line with its true text, which also says where its spaces are."""
    return MarkedLine(line.name, line.box, text, (), line.glyphs)
