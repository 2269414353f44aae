"""A page with its lines, words and glyphs drawn over the image, as one picture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from effocr.evaluate.showing.colours import STEPS, legend, step_of
from effocr.image.draw import Colour
from effocr.image.preparation import Grey
from effocr.page.boxes import Box
from effocr.page.result import Page

LAYERS = ("lines", "words", "glyphs")
FRAMES: dict[str, Colour] = {"lines": (204, 121, 167), "words": (0, 158, 115)}
LEGEND = 0.03
"""Height of the strip above the picture, in widths of the page."""
LOWEST_LEGEND = 44
INK, PAPER = (30, 30, 30), (255, 255, 255)


def overlay(grey: Grey, page: Page, layers: Collection[str] = LAYERS) -> NDArray[np.uint8]:
    """RGB: a legend, and below it the image (rows, columns) under some of the `LAYERS`."""
    picture = np.repeat(grey[..., None], 3, axis=2)
    if "glyphs" in layers:
        for glyph in (glyph for line in page.lines for glyph in line.glyphs):
            _cover(picture, glyph.box, step_of(glyph.score))
    drawn = Image.fromarray(picture)
    pen = ImageDraw.Draw(drawn)
    for line in page.lines:
        if "words" in layers:
            for word in line.words:
                pen.rectangle(_frame(word.box), outline=FRAMES["words"])
        if "lines" in layers:
            pen.rectangle(_frame(line.box), outline=FRAMES["lines"])
            if line.baseline:
                pen.line([tuple(point) for point in line.baseline], fill=FRAMES["lines"])
    return np.concatenate((_legend(drawn.width, page, layers), np.asarray(drawn)))


def _cover(picture: NDArray[np.uint8], box: Box, step: int) -> None:
    left, top, right, bottom = _frame(box)
    part = picture[max(top, 0) : bottom + 1, max(left, 0) : right + 1]
    cover = STEPS[step].cover
    part[:] = ((1 - cover) * part + cover * np.array(STEPS[step].colour)).astype(np.uint8)


def _frame(box: Box) -> tuple[int, int, int, int]:
    """The outermost pixels of a box."""
    left, top, right, bottom = (round(edge) for edge in box)
    return left, top, max(left, right - 1), max(top, bottom - 1)


def _legend(width: int, page: Page, layers: Collection[str]) -> NDArray[np.uint8]:
    """Two rows of words and colours, cut off where the page is narrower."""
    height = max(LOWEST_LEGEND, round(LEGEND * width))
    strip = Image.new("RGB", (width, height), PAPER)
    said = "nothing was read" if page.estimated_cer is None else f"estimated CER {page.estimated_cer:.2%}"
    frames = [_Entry(name, colour) for name, colour in FRAMES.items() if name in layers]
    fills = [_Entry(text, step.colour, filled=True) for text, step in zip(legend(), STEPS, strict=True)]
    _draw_row(ImageDraw.Draw(strip), 0, height // 2, [_Entry(said, PAPER), *frames])
    _draw_row(ImageDraw.Draw(strip), height // 2, height // 2, fills if "glyphs" in layers else [])
    return np.asarray(strip)


class _Entry(NamedTuple):
    """A text of the legend, and the colour of the square before it."""

    text: str
    colour: Colour
    filled: bool = False


def _draw_row(pen: ImageDraw.ImageDraw, top: int, height: int, entries: Sequence[_Entry]) -> None:
    side, left = round(0.6 * height), 0.3 * height
    font = ImageFont.load_default(side)
    for text, colour, filled in entries:
        upper = top + (height - side) // 2
        pen.rectangle(
            (left, upper, left + side, upper + side), outline=colour, fill=colour if filled else None, width=2
        )
        left += 1.4 * side
        pen.text((left, top + height // 2), text, fill=INK, font=font, anchor="lm")
        left += pen.textlength(text, font=font) + side
