"""Many small pictures on one sheet, in labelled rows of equal cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from effocr.image.draw import Colour
from effocr.image.preparation import Grey

WHITE: Colour = (255, 255, 255)
MISSING: Colour = (244, 193, 190)
RULE: Colour = (190, 190, 190)
INK: Colour = (0, 0, 0)
CAPTION = 11
"""Size of the letters of captions; labels are a little larger."""
LABEL = 13
GAP = 3


@dataclass(frozen=True, eq=False)
class Cell:
    """A picture (None: crossed out) on a ground, and a few characters under it."""

    picture: Grey | None
    caption: str = ""
    ground: Colour = WHITE


class Row(NamedTuple):
    """Cells that follow each other, after a label."""

    label: str
    cells: Sequence[Cell]


def table(rows: Sequence[Row], side: int = 40) -> NDArray[np.uint8]:
    """The rows under each other, in colour: uint8 (rows, columns, 3) RGB; each picture fits a square of `side` pixels.

    Pictures are made smaller where they must be, never larger. No rows give a picture of one white pixel.
    """
    if not rows:
        return np.full((1, 1, 3), 255, np.uint8)
    font = _font(LABEL)
    labels = max(round(font.getlength(row.label)) for row in rows)
    left = labels + 2 * GAP if labels else 0
    caption = CAPTION + 2 if any(cell.caption for row in rows for cell in row.cells) else 0
    width, height = side + GAP, side + caption + GAP
    sheet = Image.new(
        "RGB", (left + max(len(row.cells) for row in rows) * width + GAP, len(rows) * height + GAP), WHITE
    )
    pen = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        top = GAP + number * height
        pen.text((GAP, top + side / 2), row.label, INK, font, anchor="lm")
        for column, cell in enumerate(row.cells):
            _place(sheet, pen, cell, (left + GAP + column * width, top), side)
    return np.asarray(sheet)


def in_rows(cells: Sequence[Cell], columns: int) -> list[Row]:
    """The cells in rows of `columns` without labels."""
    return [Row("", cells[first : first + columns]) for first in range(0, len(cells), columns)]


def stacked(parts: Sequence[tuple[str, NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    """Titled pictures in colour under each other, on white."""
    font = _font(LABEL + 2)
    bar = LABEL + 4 * GAP
    titles = max(round(font.getlength(title)) + 2 * GAP for title, _ in parts)
    width = max(titles, *(picture.shape[1] for _, picture in parts))
    sheet = Image.new("RGB", (width, sum(bar + picture.shape[0] for _, picture in parts)), WHITE)
    pen = ImageDraw.Draw(sheet)
    top = 0
    for title, picture in parts:
        pen.text((GAP, top + bar / 2), title, INK, font, anchor="lm")
        sheet.paste(Image.fromarray(picture), (0, top + bar))
        top += bar + picture.shape[0]
    return np.asarray(sheet)


def _place(sheet: Image.Image, pen: ImageDraw.ImageDraw, cell: Cell, at: tuple[int, int], side: int) -> None:
    left, top = at
    frame = (left, top, left + side - 1, top + side - 1)
    pen.rectangle(frame, cell.ground, RULE)
    if cell.picture is None:
        pen.line((left, top, *frame[2:]), RULE)
        pen.line((left, frame[3], frame[2], top), RULE)
    else:
        picture = Image.fromarray(cell.picture)
        picture.thumbnail((side - 2, side - 2))
        place = (left + (side - picture.width) // 2, top + (side - picture.height) // 2)
        sheet.paste(picture.convert("RGB"), place)
    pen.text((left + side / 2, top + side), cell.caption, INK, _font(CAPTION), anchor="ma")


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
