"""Exemplars from crops of single glyphs with known text: renders or cut-outs, without a line around them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from effocr.data.glyphs.files import GlyphFile
from effocr.image.band import Band, band_of_boxes
from effocr.image.crops import along_x
from effocr.image.decode import decode
from effocr.image.preparation import Grey
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Box, Boxes, Floats
from effocr.read.reader import Reader
from effocr.read.sockets import Localization
from effocr.read.teaching import Lesson

MARGIN = 0.5
"""Paper put before and after a crop, in its heights, for nets that look at whole lines."""
TOGETHER = 256


def lesson_of_crops(
    reader: Reader, crops: Sequence[GlyphFile], *, progress: Callable[[int], None] | None = None
) -> Lesson:
    """One exemplar a crop; crops span the height of their lines.

    Encoders of crops see them as they are; the others see each as a line of one glyph, which tells them less about its
    size than a whole line would.
    """
    vectors: list[Floats] = []
    found = 0
    vertical = reader.bundle.card.vertical is True
    for start in range(0, len(crops), TOGETHER):
        pixels = [along_x(decode(crop.file), vertical=vertical) for crop in crops[start : start + TOGETHER]]
        if reader.bundle.card.encoder.kind == "crops":
            views, found = [_whole(crop) for crop in pixels], found + len(pixels)
        else:
            pixels = [_with_margins(crop) for crop in pixels]
            seen = reader.localizer.localize(pixels)
            views, found = list(map(_alone, pixels, seen)), found + sum(len(one.boxes) == 1 for one in seen)
        vectors.append(reader.recognizer.embeddings(pixels, views, [vertical] * len(pixels)))
        if progress is not None:
            progress(start + len(pixels))
    whole = np.concatenate(vectors) if vectors else np.zeros((0, reader.bundle.card.encoder.dimensions), np.float32)
    texts, sources = tuple(crop.text for crop in crops), tuple(str(crop.file) for crop in crops)
    return Lesson(GlyphIndex(whole, texts, sources), len(crops), found)


def _whole(crop: Grey) -> Localization:
    """All of a crop as one glyph."""
    rows, columns = crop.shape
    return _one_glyph(Box(0, 0, columns, rows), None)


def _with_margins(crop: Grey) -> Grey:
    """The crop with paper before and after it."""
    border = np.concatenate([crop[:, 0], crop[:, -1]])
    paper = np.full((crop.shape[0], math.ceil(MARGIN * crop.shape[0])), np.median(border), np.uint8)
    return np.concatenate([paper, crop, paper], axis=1)


def _alone(line: Grey, seen: Localization) -> Localization:
    """What was found on a crop with margins if that is one glyph; otherwise all between the margins is."""
    rows, columns = line.shape
    if len(seen.boxes) == 1:
        return seen
    margin = math.ceil(MARGIN * rows)
    return _one_glyph(Box(margin, 0, columns - margin, rows), seen.band)


def _one_glyph(box: Box, band: Band | None) -> Localization:
    boxes, one = Boxes.of([box]), np.ones(1, np.float32)
    return Localization(boxes, one, one, band or band_of_boxes(boxes))
