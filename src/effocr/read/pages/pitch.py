"""The distance between the lines of a page, from how the ink of narrow stretches repeats from row to row."""

from __future__ import annotations

import numpy as np

from effocr.image.preparation import Grey, inked
from effocr.page.boxes import Floats

STRETCH = (768, 96)
"""Rows and columns of a stretch: narrow, so that lines may slope a few degrees."""
LEAST, MOST = 6, 240
"""Distances that are looked for, in pixels."""
SLOW = 121
"""Changes over more rows (pictures, empty parts) are left out of account."""
FAINTEST = 0.15
"""The first likeness counts when it is this part of the best: a page has lines of several sizes."""
LARGE = 16_000_000
"""Pixels of a page beyond which every other row and column is enough."""


def line_pitch(page: Grey) -> float:
    """The usual distance between the lines of the smaller type, in pixels; 0 where nothing repeats."""
    thin = 2 if page.size > LARGE else 1
    likeness = [_likeness(profile) for profile in _profiles(np.clip(inked(page[::thin, ::thin]), 0, 1))]
    return thin * _first_peak(np.mean(likeness, axis=0)) if likeness else 0.0


def _profiles(ink: Floats) -> list[Floats]:
    """The mean ink of the rows of each stretch that is not blank."""
    high, wide = min(STRETCH[0], ink.shape[0]), min(STRETCH[1], ink.shape[1])
    found = []
    for left in range(0, ink.shape[1] - wide + 1, wide):
        rows = ink[:, left : left + wide].mean(axis=1)
        found += [rows[top : top + high] for top in range(0, len(rows) - high + 1, max(1, high // 2))]
    return [profile for profile in found if len(profile) > 4 * LEAST and profile.std() > 0.02]


def _likeness(profile: Floats) -> Floats:
    """How like the profile is to itself that many rows further: (MOST,), 1 at 0 rows."""
    weights = np.full(min(SLOW, len(profile)), 1 / min(SLOW, len(profile)))
    change = profile - np.convolve(profile, weights, mode="same")
    power = np.abs(np.fft.rfft(change, 2 * len(change) + MOST)) ** 2
    like = np.fft.irfft(power)[:MOST]
    return np.asarray(like / max(float(like[0]), 1e-9), np.float32)


def _first_peak(like: Floats) -> float:
    """The first distance that is a maximum and not much less like than the best; 0 for none."""
    unlike = np.flatnonzero(like < 0)
    first = max(LEAST, int(unlike[0])) if len(unlike) else len(like)
    inside = np.arange(first, len(like) - 1)
    peaks = inside[(like[inside] > like[inside - 1]) & (like[inside] >= like[inside + 1]) & (like[inside] > 0)]
    if not len(peaks):
        return 0.0
    return float(peaks[like[peaks] >= FAINTEST * like[peaks].max()][0])
