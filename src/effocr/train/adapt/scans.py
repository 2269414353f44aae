"""What scans look like, measured: resolution, blur, ink, noise; and which drawn lines look like them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.page.boxes import Floats

INKED = 0.5
LEAST_SPREAD = 0.05


def look(line: LabelledLine) -> Floats:
    """Four measures of a line with glyphs: resolution, sharpness, ink, noise.

    They are the logarithm of the ascenders' height in pixels; the steepness of edges, 1 where ink turns into paper from
    one pixel to the next; the share of ink in the glyphs' boxes; the usual deviation of the paper, in parts of the
    contrast.
    """
    grey = line.image.astype(np.float32)
    dark, light = np.percentile(grey, (2, 95))
    contrast = max(float(light - dark), 1.0)
    level = np.clip((light - grey) / contrast, 0, 1)
    inside = np.zeros(level.shape, bool)
    for left, top, right, bottom in line.boxes.array.round().astype(int).tolist():
        inside[max(top, 0) : bottom, max(left, 0) : right] = True
    steps = np.abs(np.diff(level, axis=1))
    edge = float(np.percentile(steps[inside[:, 1:]], 97)) if inside[:, 1:].any() else 0.0
    ink = float((level[inside] > INKED).mean()) if inside.any() else 0.0
    paper = level[~inside] if (~inside).any() else level
    noise = float(np.percentile(np.abs(paper - np.median(paper)), 60))
    return np.array([np.log(max(line.band.height, 1.0)), edge, ink, noise], np.float32)


def most_alike(drawn: Sequence[LabelledLine], scans: Sequence[LabelledLine], count: int) -> list[LabelledLine]:
    """The `count` drawn lines whose looks come nearest to those of some scan; in their order."""
    if not drawn or not scans:
        return list(drawn[:count])
    real, made = np.stack([look(line) for line in scans]), np.stack([look(line) for line in drawn])
    spread = np.maximum(real.std(0), LEAST_SPREAD)
    far = np.linalg.norm((made[:, None] - real[None]) / spread, axis=2).min(1)
    return [drawn[row] for row in sorted(np.argsort(far, kind="stable")[:count].tolist())]
