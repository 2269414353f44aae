"""How the lines of a page slope, found by shearing: where rows run along the lines, they hold much ink or none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from effocr.image.preparation import Grey, counts_of
from effocr.page.boxes import Floats

STRIPS = 32
"""Upright strips of a page that are shifted against each other instead of single columns."""

STEEPEST, COARSE, FINE = 0.09, 0.006, 0.001
"""Rows per column: the steepest slope that is looked for (five degrees), and the steps of the two searches."""

LEAST_DRIFT = 3.0
"""Lines that rise or fall by fewer rows over the page are level."""

GAIN = 1.5
"""A slope counts when rows along it differ so many times more than level ones."""

FEWEST_ROWS = 200
"""A lower image has too few lines to tell."""

STEEPEST_CLIP, MOST_DRIFT, SLOPES_OF_CLIP = 0.06, 0.8, 41
"""The steepest slope of a clip's lines, its most rows in heights of the clip over the whole, and how many are tried."""

GAIN_IN_CLIP = 1.05
"""A slope of a clip counts when rows along it differ so many times more than level ones."""


def slope_of(page: Grey) -> float:
    """Rows by which the lines fall per column, to the right; 0 for level lines and for images that do not say."""
    rows, columns = page.shape
    if rows < FEWEST_ROWS or columns < 2 * STRIPS:
        return 0.0
    profiles, centres = _strips(page)
    coarse = np.arange(-STEEPEST, STEEPEST + COARSE / 2, COARSE)
    near = coarse[int(np.argmax([_contrast(profiles, centres, slope) for slope in coarse]))]
    fine = near + np.arange(-COARSE, COARSE + FINE / 2, FINE)
    contrasts = [_contrast(profiles, centres, slope) for slope in fine]
    best = float(fine[int(np.argmax(contrasts))])
    steep = abs(best) * columns >= LEAST_DRIFT
    return best if steep and max(contrasts) > GAIN * _contrast(profiles, centres, 0.0) else 0.0


def slope_of_clip(clip: Grey) -> float:
    """As `slope_of`, for an image of one line, perhaps with parts of its neighbours: even a slight slope counts."""
    rows, columns = clip.shape
    if columns < 2 * STRIPS:
        return 0.0
    profiles, centres = _strips(clip)
    steepest = min(STEEPEST_CLIP, MOST_DRIFT * rows / columns)
    slopes = np.linspace(-steepest, steepest, SLOPES_OF_CLIP)
    contrasts = [_contrast(profiles, centres, slope) for slope in slopes]
    best = int(np.argmax(contrasts))
    return float(slopes[best]) if contrasts[best] > GAIN_IN_CLIP * _contrast(profiles, centres, 0.0) else 0.0


def sheared_profile(page: Grey, slope: float) -> Floats:
    """The part of each row that is dark, 0..1, the rows taken along the slope; level in the middle of the page."""
    profiles, centres = _strips(page)
    return _sheared(profiles, centres, slope)


def threshold_of(page: Grey) -> int:
    """Otsu's threshold: the level that parts dark pixels from light ones best (doi:10.1109/TSMC.1979.4310076)."""
    counts = counts_of(page).astype(np.float64)
    dark, light = np.cumsum(counts), counts.sum() - np.cumsum(counts)
    sums = np.cumsum(counts * np.arange(256))
    apart = sums / np.maximum(dark, 1) - (sums[-1] - sums) / np.maximum(light, 1)
    return int(np.argmax(dark * light * apart**2))


def _strips(page: Grey) -> tuple[Floats, Floats]:
    """The dark part of the rows of each strip (STRIPS, rows), and the strips' distances from the page's middle."""
    dark = page <= threshold_of(page)
    borders = np.linspace(0, page.shape[1], STRIPS + 1).astype(int)
    pairs = list(pairwise(borders))
    profiles = np.stack([dark[:, left:right].mean(axis=1, dtype=np.float32) for left, right in pairs])
    return profiles, np.asarray([(left + right - page.shape[1]) / 2 for left, right in pairs], np.float32)


def _sheared(profiles: Floats, centres: Floats, slope: float) -> Floats:
    """The mean of the strips, each moved up by as much as lines have fallen there; border rows go on."""
    rows = np.arange(profiles.shape[1]) + np.rint(slope * centres).astype(int)[:, None]
    at = np.clip(rows, 0, profiles.shape[1] - 1)
    return np.asarray(np.take_along_axis(profiles, at, axis=1).mean(axis=0), np.float32)


def _contrast(profiles: Floats, centres: Floats, slope: float) -> float:
    return float(np.square(np.diff(_sheared(profiles, centres, slope))).sum())
