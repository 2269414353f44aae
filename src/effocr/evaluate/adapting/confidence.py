"""Scores of an adapted bundle: the curve of the bundle that it started from, moved to where it holds now."""

from __future__ import annotations

import numpy as np

from effocr.bundle.card import Calibration
from effocr.evaluate.calibration.fitting import Sample
from effocr.read.confidence.chances import chances

DEVIATION = 0.5
"""How far, in log odds, adapting moves the curve as a rule; few glyphs move it less than they ask for."""
STEPS = 60


def moved(calibration: Calibration, sample: Sample) -> Calibration:
    """The calibration with the start that the glyphs of the sample make likeliest; its weights stay.

    A few lines held out cannot tell the weights anew, but whether more was right, or less, than was said.
    """
    given = chances(calibration, sample.evidence).astype(np.float64)
    odds = np.log(np.clip(given, 1e-9, 1 - 1e-9) / np.clip(1 - given, 1e-9, 1))
    right = int(sample.right.sum())
    low, high = -8.0, 8.0
    for _ in range(STEPS):  # the slope of the likelihood falls with the shift
        shift = (low + high) / 2
        slope = right - float((1 / (1 + np.exp(-(odds + shift)))).sum()) - shift / DEVIATION**2
        low, high = (shift, high) if slope > 0 else (low, shift)
    return calibration.model_copy(update={"start": round(calibration.start + (low + high) / 2, 5)})
