"""The band of a line: where its baseline runs and how high its ascenders stand.

Real crops are loose and neighbours reach in, so the band, not the crop's height, sets the scale of the glyphs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from effocr.page.boxes import Boxes, Floats

FEWEST_FOR_SLOPE = 9
LEAST_HEIGHT = 4.0


@dataclass(frozen=True)
class Band:
    """`baseline` (y at x = 0, pixels), `slope` (y per x), `height` of ascenders over the baseline (pixels, > 0)."""

    baseline: float
    height: float
    slope: float = 0.0

    def scaled(self, fx: float, fy: float) -> Band:
        """The band after x was scaled by `fx` and y by `fy`."""
        return Band(self.baseline * fy, self.height * fy, self.slope * fy / fx)

    def shifted(self, dx: float, dy: float) -> Band:
        """The band after everything moved by (`dx`, `dy`)."""
        return Band(self.baseline + dy - self.slope * dx, self.height, self.slope)


def fit_band(x: Floats, ascender: Floats, baseline: Floats) -> Band:
    """The band through the ascender lines and baselines (y, pixels) seen at `x`; medians, so a bad glyph does no harm.

    Nine glyphs or more also give a slope, from the medians of the left and the right third. ValueError for no glyph.
    """
    if not len(x):
        raise ValueError("a band needs at least one glyph.")
    slope = 0.0
    if len(x) >= FEWEST_FOR_SLOPE:
        third = len(x) // 3
        run = _median(x[-third:]) - _median(x[:third])
        rise = _median(baseline[-third:]) - _median(baseline[:third])
        slope = rise / run if run > 1.0 else 0.0
    height = max(_median(baseline - ascender), LEAST_HEIGHT)
    return Band(_median(baseline - np.float32(slope) * x), height, slope)


def height_of_tops(boxes: Boxes, band: Band) -> float:
    """How high ascenders stand over the band's baseline: the top that a fifth of the boxes surpass; pixels."""
    over = np.sort(band.baseline + band.slope * boxes.centre - boxes.top)
    return max(float(over[round(0.8 * (len(over) - 1))]), LEAST_HEIGHT)


def band_of_boxes(boxes: Boxes) -> Band:
    """The band estimated from glyph boxes alone: the median bottom, and as ascender line the tops' 20th percentile."""
    if not len(boxes):
        raise ValueError("a band needs at least one glyph.")
    rough = fit_band(boxes.centre, boxes.top, boxes.bottom)
    return Band(rough.baseline, height_of_tops(boxes, rough), rough.slope)


def _median(values: Floats) -> float:
    # np.median takes ten times as long for as few values as a line has.
    ordered = np.sort(values)
    return float(ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2
