"""The default localizer: a small net that looks along a line, one line at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from effocr.errors import BundleError, ImageError
from effocr.image.band import fit_band, height_of_tops
from effocr.image.preparation import Grey, LinePreparation, PreparedLine
from effocr.page.boxes import Boxes, Floats
from effocr.read.decode import Peaks, decode_columns
from effocr.read.onnx import session
from effocr.read.sockets import Localization

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


FEWEST_FOR_TOPS = 12
"""From so many glyphs on some will have ascenders, so that their tops say, too, how high these stand."""


class LineLocalizer:
    """Finds glyphs with a net: `line` float32 (1, 1, height, W) -> `columns` float32 (1, 8, W / columns_per_cell)."""

    def __init__(
        self,
        model: bytes | str | os.PathLike[str],
        preparation: LinePreparation,
        threshold: float = 0.48,
        columns_per_cell: int = 2,
    ) -> None:
        self._session = session(model, name="the localizer")
        shape = self._session.get_inputs()[0].shape
        if len(shape) != INPUT_AXES or (isinstance(shape[2], int) and shape[2] != preparation.height):
            raise BundleError(
                f"the localizer's net takes lines of the shape {shape}, but lines are prepared {preparation.height} "
                "rows high.",
                hint="Take the localizer and its part of the card from one bundle: effocr bundle join",
            )
        self.preparation = preparation
        self.threshold = threshold
        self.columns_per_cell = columns_per_cell

    def localize(self, lines: Sequence[Grey]) -> list[Localization]:
        """The glyphs of each line; one fewer than four pixels high has none. Raises `ImageError` for endless lines."""
        for line in lines:
            _refuse_endless(line)
        legible = [row for row, line in enumerate(lines) if line.shape[0] >= LOWEST]
        prepared = [self.preparation.prepare(lines[row]) for row in legible]
        # Line after line through the net, and nothing in between that would push it out of the processor's caches.
        columns = [self.columns(each) for each in prepared]
        found = [nothing_found() for _ in lines]
        for row, each, answers in zip(legible, prepared, columns, strict=True):
            peaks = decode_columns(answers, self.preparation.height, self.columns_per_cell, self.threshold)
            found[row] = localization(peaks.select(on_uneven_ground(peaks.boxes, each.pixels)), each, lines[row])
        return found

    def columns(self, prepared: PreparedLine) -> Floats:
        """The net's answers (8, n) for the cells that belong to the image."""
        pixels = prepared.pixels
        width = pixels.shape[1]
        if width <= PIECE + 2 * MARGIN:
            columns = self._run(pixels)
        else:
            pieces = [self._piece(pixels, start, min(start + PIECE, width)) for start in range(0, width, PIECE)]
            columns = np.concatenate(pieces, axis=1)
        return columns[:, : -(-prepared.columns // self.columns_per_cell)]

    def _piece(self, pixels: Floats, start: int, end: int) -> Floats:
        seen = max(0, start - MARGIN)
        columns = self._run(np.ascontiguousarray(pixels[:, seen : end + MARGIN]))
        step = self.columns_per_cell
        return columns[:, (start - seen) // step : (end - seen) // step]

    def _run(self, pixels: Floats) -> Floats:
        (columns,) = self._session.run(["columns"], {"line": pixels[None, None]})
        if columns.ndim != 3 or columns.shape[1] != ROWS:
            raise BundleError(
                f"the localizer answers with the shape {columns.shape}; (1, {ROWS}, cells) is needed.",
                hint="Export it again with `effocr train localizer`.",
            )
        answers: Floats = columns[0]
        return answers


def _refuse_endless(line: Grey) -> None:
    rows, length = line.shape
    if rows >= LOWEST and length > LONGEST * rows:
        raise ImageError(
            f"the line is {length} x {rows} pixels; it may be at most {LONGEST:,} times longer than high.",
            hint="Cut it into shorter lines; a vertical line needs `--vertical`.",
        )


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
    return Localization(boxes, peaks.scores, peaks.spaces, band)


def nothing_found() -> Localization:
    """The localization of a line without glyphs."""
    none = np.zeros(0, np.float32)
    return Localization(Boxes.of(()), none, none, None)
