"""The chance that a glyph is read rightly, from what its search and its localizer say of it.

A logistic curve (Platt, 1999, Probabilistic outputs for support vector machines) over three figures: how far the text
leads among its rivals, how like the crop is to the nearest exemplar, and how sure the localizer is that a glyph stands
there. The first alone calls worn print surer than it is, because a shape that is like nothing known may still be
nearest to one text by far.
"""

from __future__ import annotations

import numpy as np

from effocr.bundle.card import Calibration
from effocr.page.boxes import Floats

LEAST_SHARE, LEAST_REST = 1e-3, 1e-4
"""Shares nearer to 0 and to 1 tell nothing more."""
LEAST_UNLIKE = 1e-3
LEAST_FOUND = 1e-2


def evidence(shares: Floats, likeness: Floats, found: Floats) -> Floats:
    """What chances are made of, (N, 3): each column grows with the chance.

    `shares` of the chosen texts in 0..1, `likeness` the cosines of the nearest exemplars, `found` the localizer's
    scores in 0..1; (N,) each.
    """
    led = np.log(np.maximum(shares, LEAST_SHARE) / np.maximum(1 - shares, LEAST_REST))
    like = -np.log(np.maximum(1 - likeness, LEAST_UNLIKE))
    sure = np.clip(found, LEAST_FOUND, 1 - LEAST_FOUND)
    return np.stack((led, like, np.log(sure / (1 - sure))), axis=1).astype(np.float32)


def chances(calibration: Calibration, seen: Floats) -> Floats:
    """The chances (N,) in 0..1 of glyphs with this `evidence` (N, 3)."""
    weights = np.array([calibration.share, calibration.likeness, calibration.found], np.float32)
    odds: Floats = 1 / (1 + np.exp(-(seen @ weights + np.float32(calibration.start))))
    return odds


def calibrated(shares: Floats, chosen: Floats) -> Floats:
    """The shares (N, k) with those in the first column turned into the chances `chosen` (N,).

    The others keep their order and their ratio to the first, or less, so that no row sums to more than 1: what is
    missing to 1 is the chance that none of the texts is right.
    """
    first = np.maximum(shares[:, 0], np.float32(1e-9))
    ratio = chosen / first
    rest = (1 - chosen) / np.maximum(1 - first, np.float32(1e-9))
    scaled: Floats = shares * np.minimum(ratio, rest)[:, None]
    scaled[:, 0] = chosen
    return scaled
