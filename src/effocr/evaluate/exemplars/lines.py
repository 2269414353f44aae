"""Exemplars from lines whose text is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress

import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.data.lines import TextLine
from effocr.errors import DataError, ImageError
from effocr.evaluate.alignment import aligned
from effocr.evaluate.boxes import iou_along_x, matches
from effocr.evaluate.labelling import labelled_line
from effocr.image.decode import Source, source_name
from effocr.index.choosing import joined
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes, Floats
from effocr.page.distance import strict
from effocr.read.reader import Reader
from effocr.read.sockets import Localization
from effocr.read.teaching import Lesson, SeenLine, fragment, lines_seen
from effocr.read.words import glyphs_of


def lesson_of_line(
    reader: Reader, image: Source, text: str, *, only: Collection[str] = (), vertical: bool | None = None
) -> Lesson:
    """One exemplar a glyph of a transcribed line, or a glyph that reads as one of `only`.

    With as many glyphs as characters each gets its own; otherwise reading and text are aligned, and glyphs about which
    that leaves a doubt are left out. Raises `DataError` where nothing can be learned, and for more lines than one.
    """
    name = source_name(image)
    lines = [line for line in lines_seen(reader, image, vertical=vertical) if len(line.embeddings)]
    if len(lines) != 1:
        hint = "Cut the line out, or mark one glyph: --box x,y,w,h"
        raise DataError(f"{name} holds {len(lines)} lines with glyphs; one is needed.", hint=hint)
    line = lines[0]
    known = [(row, read) for row, read in _known(reader, line, text, name) if not only or read in only]
    if not known:
        asked = f" of {', '.join(map(repr, only))}" if only else ""
        raise DataError(
            f"{name}: no glyph{asked} can be told from the text {text!r}; {len(line.embeddings)} glyphs were found.",
            hint=f"Mark a glyph instead: --image {name} --text T --box x,y,w,h",
        )
    rows = [row for row, _ in known]
    sources = tuple(fragment(name, line.boxes[row]) for row in rows)
    exemplars = GlyphIndex(line.embeddings[rows], tuple(read for _, read in known), sources)
    return Lesson(exemplars, len(known), len(known))


def lesson_of_lines(
    reader: Reader,
    lines: Iterable[LabelledLine],
    *,
    only: Collection[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Lesson:
    """One exemplar a glyph of lines with boxes (synthetic or real), seen as the reader would see them."""
    vectors: list[Floats] = []
    texts: list[str] = []
    sources: list[str] = []
    found = 0
    for done, line in enumerate(lines, 1):
        if len(line.boxes):
            seen, hit = _as_read(reader, line)
            wanted = [row for row, text in enumerate(line.texts) if not only or text in only]
            vectors.append(reader.recognizer.embeddings([line.image], [seen], [line.vertical])[wanted])
            texts += [line.texts[row] for row in wanted]
            sources += [line.source] * len(wanted)
            found += int(hit[wanted].sum())
        if progress is not None:
            progress(done)
    whole = np.concatenate(vectors) if vectors else np.zeros((0, reader.bundle.card.encoder.dimensions), np.float32)
    return Lesson(GlyphIndex(whole, tuple(texts), tuple(sources)), len(texts), found)


def lesson_of_texts(
    reader: Reader, lines: Sequence[TextLine], *, progress: Callable[[int], None] | None = None
) -> Lesson:
    """One exemplar a glyph of transcribed lines; those about which nothing can be told are left out."""
    learned: list[GlyphIndex] = []
    for done, line in enumerate(lines, 1):
        with suppress(DataError, ImageError):
            learned.append(lesson_of_line(reader, line.image, line.text, vertical=line.vertical).exemplars)
        if progress is not None:
            progress(done)
    if not learned:
        raise DataError(
            f"the glyphs of none of {len(lines)} lines can be told from their texts.",
            hint="Teach some glyphs of this type first: effocr index teach --image FILE --box x,y,w,h",
        )
    exemplars = joined(learned)
    return Lesson(exemplars, len(exemplars), len(exemplars))


def texts_of_glyphs(reader: Reader, line: SeenLine, text: str) -> list[str | None]:
    """The true text of each glyph of a line that reads as `text`; None where that cannot be told."""
    truth = strict(text).replace(" ", "")
    if len(truth) == len(line.embeddings):
        return list(truth)
    glyphs = glyphs_of(reader.recognizer.recognitions(line.embeddings), line.found.boxes)
    by_row = {pair.glyph: pair.text for pair in aligned(glyphs, truth)}
    return [by_row.get(row) for row in range(len(glyphs))]


def texts_at_boxes(line: SeenLine, boxes: Boxes, texts: Sequence[str]) -> list[str | None]:
    """The text of the true box that each glyph of a line matches, None where it matches none.

    `boxes` are in pixels of the line turned along x.
    """
    by_row = {row: texts[column] for row, column in matches(iou_along_x(line.found.boxes, boxes))}
    return [by_row.get(row) for row in range(len(line.found.boxes))]


def _known(reader: Reader, line: SeenLine, text: str, name: str) -> list[tuple[int, str]]:
    """Rows of a line's glyphs and what they read as."""
    truth = strict(text).replace(" ", "")
    if len(truth) == len(line.embeddings):
        return list(enumerate(truth))
    glyphs = glyphs_of(reader.recognizer.recognitions(line.embeddings), line.found.boxes)
    labelled = labelled_line(line.pixels, glyphs, text, "exact", name)
    if labelled is None:
        return []
    lefts = {left: row for row, left in enumerate(line.found.boxes.left.tolist())}
    return [(lefts[left], read) for left, read in zip(labelled.boxes.left.tolist(), labelled.texts, strict=True)]


def _as_read(reader: Reader, line: LabelledLine) -> tuple[Localization, Floats]:
    """A labelled line with the band and, where they match, the boxes that the localizer finds; and which matched."""
    (found,) = reader.localizer.localize([line.image])
    boxes, hit = line.boxes.array.copy(), np.zeros(len(line.boxes), np.float32)
    for row, column in matches(iou_along_x(line.boxes, found.boxes)):
        boxes[row], hit[row] = found.boxes.array[column], 1
    seen = Localization(Boxes(boxes), hit, line.spaces.astype(np.float32), found.band or line.band)
    return seen, hit
