"""Line finders of other programs, where they are installed: Kraken's baseline segmenter, RapidOCR's text detector."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from PIL import Image

from effocr.errors import MissingExtraError
from effocr.image.preparation import Grey
from effocr.page.boxes import Box
from effocr.read.pages.order import in_reading_order
from effocr.read.sockets import FoundLine

LONGEST_SIDE = 2000
"""Pixels to which RapidOCR reduces a page, its own default."""

MOST_BOXES = 10_000
"""RapidOCR's own bound is 1,000, fewer than a newspaper page has lines."""

BASELINE = 0.25
"""How high the baseline runs over the lower edge of a detected box, in its heights."""


LOOSE = 1.15
"""Kraken's outlines are tight: a line gets so much more above and below its baseline."""


class RapidOcr:
    """RapidOCR's text detector with the net that its package carries; raises MissingExtraError without the package."""

    def __init__(self) -> None:
        rapidocr = _package("rapidocr", "pip install rapidocr")
        wanted = {
            "Global.log_level": "error",
            "Global.max_side_len": LONGEST_SIDE,
            "Det.max_candidates": MOST_BOXES,
        }
        self._engine: Any = rapidocr.RapidOCR(params=wanted)

    def find(self, page: Grey) -> list[FoundLine]:
        """The detected boxes in reading order; pieces of a line stay pieces."""
        colours = np.repeat(page[:, :, None], 3, axis=2)
        found = self._engine(colours, use_det=True, use_cls=False, use_rec=False)
        boxes = () if found.boxes is None else found.boxes
        return in_reading_order([line_of_corners(corners) for corners in boxes])


class Kraken:
    """Kraken's baseline segmenter with the model that its package carries; MissingExtraError without the package."""

    def __init__(self) -> None:
        self._blla = _package("kraken.blla", "pip install kraken")

    def find(self, page: Grey) -> list[FoundLine]:
        """The baselines in reading order, as high as the outlines that Kraken draws around them."""
        found = self._blla.segment(Image.fromarray(page))
        lines = [line_of_outline(line.baseline, line.boundary) for line in found.lines if line.boundary]
        return in_reading_order([line for line in lines if line is not None])


def line_of_corners(corners: Any) -> FoundLine:
    """The line in a box of four corners (4, 2): upper left, upper right, lower right, lower left."""
    upper_left, upper_right, lower_right, lower_left = np.asarray(corners, np.float64)
    high = max(2.0, float(lower_left[1] - upper_left[1] + lower_right[1] - upper_right[1]) / 2)
    first, last = lower_left - (0, BASELINE * high), lower_right - (0, BASELINE * high)
    baseline = ((float(first[0]), float(first[1])), (float(max(first[0] + 1, last[0])), float(last[1])))
    return FoundLine(_around(corners), baseline, (1 - BASELINE) * high, BASELINE * high)


def line_of_outline(baseline: Any, outline: Any) -> FoundLine | None:
    """The line on a baseline (N, 2) inside an outline (M, 2); None for a baseline that does not run to the right."""
    points, around = np.asarray(baseline, np.float64), np.asarray(outline, np.float64)
    points = points[np.concatenate(([True], np.diff(np.maximum.accumulate(points[:, 0])) > 0))]
    if len(points) < 2:
        return None
    rise = np.interp(around[:, 0], points[:, 0], points[:, 1]) - around[:, 1]
    above, below = (max(1.0, LOOSE * float(most)) for most in (rise.max(), -rise.min()))
    return FoundLine(_around(around), tuple((float(x), float(y)) for x, y in points), above, below)


def _around(points: Any) -> Box:
    (left, top), (right, bottom) = np.min(points, axis=0), np.max(points, axis=0)
    return Box(max(0.0, float(left)), max(0.0, float(top)), float(right), float(bottom))


def _package(name: str, command: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError(
            f"finding lines with {name.partition('.')[0]} needs its package.", hint=command
        ) from error
