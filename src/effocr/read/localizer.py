"""The default localizer: a small net that looks along a line, one line at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from effocr.errors import BundleError, ImageError
from effocr.image.band import Band, fit_band, height_of_tops
from effocr.image.preparation import Grey, LinePreparation, PreparedLine
from effocr.image.straighten import Straight, cut_straight
from effocr.page.boxes import Box, Boxes, Floats
from effocr.read.confidence.spaces import in_spaced_type
from effocr.read.decode import Peaks, decode_columns
from effocr.read.nets.line_net import LineNet, Model
from effocr.read.nets.steps import Steps, asking, at_once
from effocr.read.onnx import CPU
from effocr.read.sockets import Localization, Localizer

ROWS = 8
INPUT_AXES = 4
PIECE = 8192
"""A longer input is run in pieces of so many columns, which bounds the memory."""

MARGIN = 512
"""Columns that a piece sees beyond its own at either end: more than the net's field of view."""

LONGEST = 10_000
"""Most times a line may be longer than high."""

LOWEST = 4
"""A line of fewer rows of pixels holds nothing that can be read."""

EVEN = 0.25
"""Standardised pixels that differ by less are all paper, or all ink: no glyph stands there, whatever the net says."""

ASKEW = 0.2
"""A line whose baseline drifts by more, in heights of its ascenders, is levelled and seen again if it is unsure."""
UNSURE, MANY = 0.65, 0.03
"""A line is unsure when more than this part of its glyphs have scores below that."""
ABOVE, BELOW = 1.45, 0.6
"""What is kept then over the baseline and under it, in heights of the ascenders."""

FEWEST_FOR_TOPS = 12
"""From so many glyphs on some will have ascenders, so that their tops say, too, how high these stand."""


class LineLocalizer:
    """Finds glyphs with a net: `line` float32 (1, 1, height, W) -> `columns` float32 (1, 8, W / columns_per_cell)."""

    def __init__(
        self,
        model: Model,
        preparation: LinePreparation,
        threshold: float = 0.48,
        columns_per_cell: int = 2,
        providers: Sequence[str] = (CPU,),
    ) -> None:
        self._net = LineNet(model, ["line"], "columns", name="the localizer", providers=providers)
        sides = self._net.sides
        if len(sides) != INPUT_AXES or sides[2] not in (None, preparation.height):
            raise BundleError(
                f"the localizer's net takes lines of the shape {sides}, but lines are prepared {preparation.height} "
                "rows high.",
                hint="Take the localizer and its part of the card from one bundle: effocr bundle join",
            )
        self.preparation = preparation
        self.threshold = threshold
        self.columns_per_cell = columns_per_cell

    def localize(self, lines: Sequence[Grey]) -> list[Localization]:
        """The glyphs of each line; one fewer than four pixels high has none. Raises `ImageError` for endless lines."""
        return at_once(self.localizing(lines))

    def localizing(self, lines: Sequence[Grey]) -> Steps[list[Localization]]:
        """What `localize` gives, in steps."""
        for line in lines:
            _refuse_endless(line)
        found = yield from self._seen(lines)
        askew = [row for row, (each, line) in enumerate(zip(found, lines, strict=True)) if _is_askew(each, line)]
        if not askew:
            return found
        level = [levelled(lines[row], band) for row in askew if (band := found[row].band)]
        again_found = yield from self._seen([cut.pixels for cut in level])
        for row, cut, again in zip(askew, level, again_found, strict=True):
            if again.band is not None:
                found[row] = as_it_lay(again, cut, lines[row])
        return found

    def _seen(self, lines: Sequence[Grey]) -> Steps[list[Localization]]:
        """What the net sees on the lines as they are."""
        legible = [row for row, line in enumerate(lines) if line.shape[0] >= LOWEST]
        prepared = [self.preparation.prepare(lines[row]) for row in legible]
        columns = yield from self._columns(prepared)
        decoded = decode_columns(columns, self.preparation.height, self.columns_per_cell, self.threshold)
        found = [nothing_found() for _ in lines]
        for row, each, peaks in zip(legible, prepared, decoded, strict=True):
            found[row] = localization(peaks.select(on_uneven_ground(peaks.boxes, each.pixels)), each, lines[row])
        return found

    def _columns(self, prepared: Sequence[PreparedLine]) -> Steps[list[Floats]]:
        """The net's answers (8, n) for the cells that belong to each image."""
        pieces = [list(_pieces(each.pixels)) for each in prepared]
        given = [piece.pixels[None, None] for piece in chain.from_iterable(pieces)]
        answers = iter((yield from asking(lambda: self._net.answers(given))))
        columns = [self._joined([(piece, next(answers)) for piece in of_line]) for of_line in pieces]
        step = self.columns_per_cell
        return [found[:, : -(-each.columns // step)] for found, each in zip(columns, prepared, strict=True)]

    def _joined(self, answered: Sequence[tuple[_Piece, Floats]]) -> Floats:
        """The answers for the pieces of one line, without what belongs to their margins."""
        step = self.columns_per_cell
        for _, columns in answered:
            if columns.ndim != 3 or columns.shape[1] != ROWS:
                raise BundleError(
                    f"the localizer answers with the shape {columns.shape}; (1, {ROWS}, cells) is needed.",
                    hint="Export it again with `effocr train localizer`.",
                )
        own = [columns[0][:, piece.start // step : piece.end // step] for piece, columns in answered]
        return own[0] if len(own) == 1 else np.concatenate(own, axis=1)


class _Piece(NamedTuple):
    """A part of a line that goes through the net at once; its own columns are `start` to `end` of its pixels."""

    pixels: Floats
    start: int
    end: int


def _pieces(pixels: Floats) -> Iterator[_Piece]:
    width = pixels.shape[1]
    if width <= PIECE + 2 * MARGIN:
        yield _Piece(pixels, 0, width)
        return
    for start in range(0, width, PIECE):
        seen, end = max(0, start - MARGIN), min(start + PIECE, width)
        yield _Piece(np.ascontiguousarray(pixels[:, seen : end + MARGIN]), start - seen, end - seen)


def _refuse_endless(line: Grey) -> None:
    rows, length = line.shape
    if rows >= LOWEST and length > LONGEST * rows:
        raise ImageError(
            f"the line is {length} x {rows} pixels; it may be at most {LONGEST:,} times longer than high.",
            hint="Cut it into shorter lines; a vertical line needs `--vertical`.",
        )


def _is_askew(found: Localization, line: Grey) -> bool:
    band = found.band
    if band is None:
        return False
    drift = abs(band.slope) * line.shape[1]
    if not ASKEW * band.height < drift <= line.shape[0]:  # no line falls by more than the height of its image
        return False
    return bool((found.scores < UNSURE).mean() > MANY)


def localizing(localizer: Localizer, lines: Sequence[Grey]) -> Steps[list[Localization]]:
    """What a localizer finds, in steps."""
    if isinstance(localizer, LineLocalizer):
        return localizer.localizing(lines)
    return asking(lambda: localizer.localize(lines))


def levelled(line: Grey, band: Band) -> Straight:
    """The line along its band: no neighbour, but every accent."""
    rows, length = line.shape
    ends = (0.0, band.baseline), (float(length), band.baseline + band.slope * length)
    return cut_straight(line, Box(0, 0, length, rows), ends, above=ABOVE * band.height, below=BELOW * band.height)


def as_it_lay(found: Localization, cut: Straight, line: Grey) -> Localization:
    """What was found on another view of a line, in pixels of the line as it is."""
    rows, length = line.shape
    tops, band = cut.tops, found.band
    if band is None:
        return found
    slope = float(tops[-1] - tops[0]) / max(len(tops) - 1, 1)
    lay = Band(band.baseline + float(tops[0]), band.height, band.slope + slope)
    return replace(found, boxes=cut.on_page(found.boxes).clipped(length, rows), band=lay)


def on_uneven_ground(boxes: Floats, pixels: Floats) -> NDArray[np.bool_]:
    """Whether anything at all is seen in the columns of each box (N, 4), in the net's input (height, W)."""
    dark, light = pixels.min(axis=0), pixels.max(axis=0)
    uneven = light - dark > EVEN
    uneven[1:] |= np.abs(light[1:] - light[:-1]) > EVEN
    before = np.concatenate(([0], np.cumsum(uneven)))  # uneven columns left of each column
    left = np.clip(np.floor(boxes[:, 0]), 0, len(uneven)).astype(np.intp)
    right = np.clip(np.ceil(boxes[:, 2]), 0, len(uneven)).astype(np.intp)
    return np.asarray(before[right] > before[left], np.bool_)


def localization(peaks: Peaks, prepared: PreparedLine, line: Grey) -> Localization:
    """The glyphs in pixels of the line image, cut at its borders, with the band that they agree on."""
    if not len(peaks.scores):
        return nothing_found()
    rows, length = line.shape
    boxes = prepared.to_image(Boxes(peaks.boxes)).clipped(length, rows)
    band = fit_band(peaks.centres, peaks.ascenders, peaks.baselines).scaled(1 / prepared.scale_x, 1 / prepared.scale_y)
    if len(boxes) >= FEWEST_FOR_TOPS:
        band = replace(band, height=(band.height + height_of_tops(boxes, band)) / 2)
    return Localization(boxes, peaks.scores, in_spaced_type(peaks.spaces, boxes, band.height), band)


def nothing_found() -> Localization:
    """The localization of a line without glyphs."""
    none = np.zeros(0, np.float32)
    return Localization(Boxes.of(()), none, none, None)
