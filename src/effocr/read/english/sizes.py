"""How high glyphs stand against the small letters of their line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from effocr.image.band import fit_band
from effocr.page.boxes import Boxes, Floats
from effocr.page.result import Line

ANCHORS = frozenset("aemnr")
"""Letters without ascender, descender, or a capital of the same shape."""

FEWEST = 3


@dataclass(frozen=True, eq=False)
class Sizes:
    """Tops and bottoms (N,) of a line's glyphs over the baseline, in heights of its small letters (1 is the top of an
    a, 0 the baseline)."""

    tops: Floats
    bottoms: Floats


def sizes_of(line: Line) -> Sizes | None:
    """The sizes of the glyphs in reading order; None where fewer than three small letters were read, or vertically."""
    glyphs = line.glyphs
    anchors = [row for row, glyph in enumerate(glyphs) if glyph.text in ANCHORS]
    if len(anchors) < FEWEST or line.vertical:
        return None
    boxes = Boxes.of(glyph.box for glyph in glyphs)
    small = boxes.select(np.array(anchors))
    band = fit_band(small.centre, small.top, small.bottom)
    baseline = band.baseline + band.slope * boxes.centre
    return Sizes((baseline - boxes.top) / band.height, (baseline - boxes.bottom) / band.height)
