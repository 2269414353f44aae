"""The slope of lines: found where pages lean, none where they do not say, and followed by the projection finder."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.image.preparation import Grey
from effocr.image.straighten import cut_straight
from effocr.read.lines import Projection
from effocr.read.pages.skew import slope_of


def leaning_page(degrees: float, count: int = 20) -> Grey:
    """Lines of print that fall to the right by so many degrees."""
    image = Image.new("L", (800, 40 * count + 60), 225)
    for row in range(count):
        text = "Set by hand, page for page" if row % 5 else "Short line"
        ImageDraw.Draw(image).text((60, 30 + 40 * row), text, fill=30, font=ImageFont.load_default(26))
    return np.asarray(image.rotate(-degrees, Image.Resampling.BILINEAR, fillcolor=225))


@pytest.mark.parametrize("degrees", [-4.0, -1.0, 0.6, 2.5])
def test_a_slope_is_found(degrees: float) -> None:
    assert math.degrees(math.atan(slope_of(leaning_page(degrees)))) == pytest.approx(degrees, abs=0.2)


def test_level_and_empty_pages_have_none() -> None:
    assert slope_of(leaning_page(0.0)) == 0
    for level in (0, 255):
        assert slope_of(np.full((600, 500), level, np.uint8)) == 0
    assert slope_of(np.random.default_rng(0).integers(0, 256, (600, 500), np.uint8)) == 0


@pytest.mark.parametrize("degrees", [-2.0, 0.0, 1.5])
def test_the_projection_finder_follows_the_slope(degrees: float) -> None:
    page = leaning_page(degrees)
    lines = Projection().find(page)
    assert len(lines) == 20
    assert all(bool(line.baseline) == bool(degrees) for line in lines)
    for line in lines if degrees else ():
        cut = cut_straight(page, line.box, line.baseline, above=line.above, below=line.below).pixels
        ink = np.flatnonzero((cut < 110).any(axis=1))
        assert cut.shape[0] <= 60 and ink[-1] - ink[0] < 36, "one line, level"
