"""The net that finds the lines of pages, at the size of type that it learned, in tiles of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from effocr.bundle.card import LineFinderPart
from effocr.bundle.files import Bundle
from effocr.errors import BundleError
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Floats
from effocr.read.onnx import CPU, answers, session
from effocr.read.pages.columns.parting import parted
from effocr.read.pages.maps import COLUMN_STEP, ROW_STEP, MapLine, lines_of_maps, usual_above
from effocr.read.pages.order import in_reading_order
from effocr.read.pages.pitch import line_pitch
from effocr.read.sockets import FoundLine

TILE = 1024
"""Rows and columns of the input that are computed together."""
MARGIN = 96
"""Of a tile, where its answers are left to its neighbours."""
MULTIPLE = 32
X_PER_PITCH = 0.42
"""Height of small letters in distances between lines, usually."""
X_PER_ABOVE = 0.66
"""Height of small letters in heights of ascenders, usually."""
FALLBACK = 900
"""Columns to which a page is scaled when its lines tell no distance; they tell after that."""
MOST_PIXELS, LARGEST_SCALE = 36_000_000, 2.0
BEARABLE = (0.62, 1.6)
"""A page is searched again when its type turns out to be smaller or larger than this, as the net knows it."""
COARSE, LEAST_INPUT = 0.28, 128
"""Scales, each against the one before, at which large headlines are looked for, and the shorter side of the last."""
LARGE = 2.4
"""Ascenders of a large headline, in those of the usual type."""
PIECE = 0.25
"""Ascenders of what may be the headline itself, seen at the usual scale, in those of the headline: less is an edge."""
SURELY, AT_LENGTH = 0.85, 8.0
"""The score of what is text for certain, and its length in heights of ascenders: no letter of a headline looks so."""
LEAST_PART = 4.0
"""Of a headline, in its ascenders, beside text that stands between its parts."""
ABOVE, BELOW = 1.3, 1.5
"""Rows of a line's box, in heights of its ascenders and descenders."""
LOOSELY_ABOVE, LOOSELY_BELOW = 1.45, 1.8
"""Rows with which a line is cut: the localizer reads tight crops badly. Tuned on the train split of newspapers_en."""


@dataclass(frozen=True)
class NetLineFinder:
    """Finds lines with an open ONNX net; `part` says how it was trained."""

    net: Any
    part: LineFinderPart

    def find(self, page: Grey) -> list[FoundLine]:
        """The lines in reading order; none where nothing is printed."""
        return in_reading_order([_found(line, page) for line in self.lines(page)])

    def lines(self, page: Grey) -> list[MapLine]:
        """The lines as the net has them, in no order, in pixels of the page."""
        lines, scale = self._usual_lines(page)
        while lines and (scale := scale * COARSE) * min(page.shape) >= LEAST_INPUT:
            lines = with_headlines(lines, self._lines(page, scale))
        return parted(lines, page)

    def _usual_lines(self, page: Grey) -> tuple[list[MapLine], float]:
        """The lines at the size of the page's usual type, and the scale at which that is."""
        wanted = self.part.preparation.x_height
        pitch = line_pitch(page)
        scale = _bounded(wanted / (X_PER_PITCH * pitch) if pitch else FALLBACK / page.shape[1], page)
        lines = self._lines(page, scale)
        small = usual_above(lines) * X_PER_ABOVE * scale / wanted
        again = _bounded(scale / small, page) if small else scale
        if not lines or BEARABLE[0] <= again / scale <= BEARABLE[1]:
            return lines, scale
        return self._lines(page, again), again

    def _lines(self, page: Grey, scale: float) -> list[MapLine]:
        """The lines found at a scale, in pixels of the page."""
        pixels = self.part.preparation.prepare(page, scale)
        down, along = page.shape[0] / pixels.shape[0], page.shape[1] / pixels.shape[1]
        back = np.array([along, down], np.float32)
        return [
            MapLine(line.baseline * back, line.above * down, line.below * down, line.score)
            for line in lines_of_maps(self._maps(pixels), self.part.threshold)
        ]

    def _maps(self, pixels: Floats) -> Floats:
        """The net's maps of the whole input, (5, rows, columns), computed tile by tile."""
        rows, columns = (-(-side // MULTIPLE) * MULTIPLE for side in pixels.shape)
        maps = np.zeros((5, rows // ROW_STEP, columns // COLUMN_STEP), np.float32)
        for top, bottom in _tiles(rows):
            for left, right in _tiles(columns):
                seen_top, seen_left = max(0, top - MARGIN), max(0, left - MARGIN)
                seen = pixels[seen_top : bottom + MARGIN, seen_left : right + MARGIN]
                height, width = (-(-side // MULTIPLE) * MULTIPLE for side in seen.shape)
                tile = np.zeros((1, 1, height, width), np.float32)
                tile[0, 0, : seen.shape[0], : seen.shape[1]] = seen
                (answer,) = answers(self.net, {"page": tile}, ["maps"], complaint="the line finder cannot run")
                y, x = (top - seen_top) // ROW_STEP, (left - seen_left) // COLUMN_STEP
                place = maps[:, top // ROW_STEP : bottom // ROW_STEP, left // COLUMN_STEP : right // COLUMN_STEP]
                place[:] = answer[0, :, y : y + place.shape[1], x : x + place.shape[2]]
        # Cells of padding, which the last tiles may lack, stay empty.
        return maps[:, : -(-pixels.shape[0] // ROW_STEP), : -(-pixels.shape[1] // COLUMN_STEP)]


def line_finder_of(bundle: Bundle, providers: Sequence[str] = (CPU,)) -> NetLineFinder | None:
    """The line finder of a bundle, None where it has none; raises `BundleError`."""
    part = bundle.card.line_finder
    if part is None:
        return None
    try:
        net = session(bundle.part(part), name="the line finder", providers=providers)
    except BundleError as error:
        raise BundleError(f"{bundle.path}, {part.file}: {error.message}", hint=error.hint) from None
    return NetLineFinder(net, part)


def with_headlines(lines: Sequence[MapLine], large: Sequence[MapLine]) -> list[MapLine]:
    """The lines, and those of the large ones that were not found among them.

    What lies inside such a headline are pieces of its letters; where those make up rows of text, or belong to lines
    that go on outside, they are text. Lines that are text for certain, in a column between two headlines, part them.
    """
    usual = usual_above(lines)
    boxes = np.array([line.box for line in lines], np.float32).reshape(-1, 4)
    above, width = np.array([line.above for line in lines]), boxes[:, 2] - boxes[:, 0]
    kept, added = np.ones(len(lines), np.bool_), []
    certain = np.array([line.score >= SURELY for line in lines]) & (width >= AT_LENGTH * above)
    tall = [line for line in large if line.above >= LARGE * usual]
    for headline in chain.from_iterable(_beside(line, boxes[certain]) for line in tall):
        box = headline.box
        down, along = _shared(boxes, box)
        inside = kept & (down > 0.5) & (along > 0)
        found = inside & (above > PIECE * headline.above) & (along > 0.6 * box.width)
        beyond = along[inside & (along < 0.7 * width)].sum()
        if not found.any() and beyond < 0.3 * box.width and along[inside].sum() < box.width:
            kept &= ~inside | (along < 0.7 * width)
            added.append(headline)
    return [lines[at] for at in np.flatnonzero(kept).tolist()] + added


def _beside(headline: MapLine, texts: Floats) -> list[MapLine]:
    """The parts of a headline at either side of lines (N, 4) that stand within it, all of it where none do."""
    box = headline.box
    down, along = _shared(texts, box)
    between = texts[(down > 0.5) & (along > 0.9 * (texts[:, 2] - texts[:, 0]))]
    if not len(between):
        return [headline]
    lefts = sorted({box.left, *between[:, 2].tolist()})
    return [part for left in lefts if (part := _part(headline, left, between)) is not None]


def _part(headline: MapLine, left: float, texts: Floats) -> MapLine | None:
    """What of a headline stands between `left` and the next of the lines (N, 4); None where that is too little."""
    if ((texts[:, 0] <= left) & (texts[:, 2] > left)).any():
        return None
    points = headline.baseline
    right = min([float(points[-1, 0]), *texts[texts[:, 0] > left, 0].tolist()])
    if right - left < LEAST_PART * headline.above:
        return None
    return headline.between(left, right)


def _shared(boxes: Floats, box: Box) -> tuple[Floats, Floats]:
    """The part of each box's rows (boxes: (N, 4)) that another box has, too, and the number of columns both have."""
    left, top, right, bottom = boxes.T
    down = np.clip(np.minimum(bottom, box.bottom) - np.maximum(top, box.top), 0, None)
    along = np.clip(np.minimum(right, box.right) - np.maximum(left, box.left), 0, None)
    return down / np.maximum(bottom - top, 1e-6), along


def _found(line: MapLine, page: Grey) -> FoundLine:
    rows, columns = page.shape
    left, top, right, bottom = replace(line, above=ABOVE * line.above, below=BELOW * line.below).box
    left, top = max(0.0, min(left, columns - 1)), max(0.0, min(top, rows - 1))
    box = Box(left, top, max(left + 1, min(right, columns)), max(top + 1, min(bottom, rows)))
    points = tuple((float(x), float(y)) for x, y in line.baseline)
    return FoundLine(box, points, LOOSELY_ABOVE * line.above, LOOSELY_BELOW * line.below)


def _bounded(scale: float, page: Grey) -> float:
    return min(scale, LARGEST_SCALE, float(np.sqrt(MOST_PIXELS / page.size)))


def _tiles(length: int) -> Iterator[tuple[int, int]]:
    """About equal stretches of `length`, whole multiples, none longer than a tile without its margins."""
    most = TILE - 2 * MARGIN
    count = -(-length // most)
    step = -(-length // count // MULTIPLE) * MULTIPLE
    return ((start, min(length, start + step)) for start in range(0, length, step))
