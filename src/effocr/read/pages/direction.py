"""Whether the lines of an image run from top to bottom, where nobody says so."""

from __future__ import annotations

from effocr.bundle.card import Vertical
from effocr.image.preparation import Grey
from effocr.read.pages.finders import is_page
from effocr.read.pages.orientation import run_of_lines

NARROW = 1.15
"""A clip this many times higher than wide is a vertical line, or a few of them."""


def runs_down(vertical: Vertical, image: Grey) -> bool:
    """What is said, or else what the image looks like: pages by the run of their lines, smaller images by their shape.

    One glyph alone, and other clips about as high as wide, are taken for horizontal.
    """
    if isinstance(vertical, bool):
        return vertical
    if is_page(image):
        return run_of_lines(image) < 0
    rows, columns = image.shape
    return bool(rows > NARROW * columns)
