"""Boxes drawn over an image, for reports and for looking."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from effocr.errors import OutputError
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes

Colour = tuple[int, int, int]
"""Red, green, blue, 0..255."""

COLOURS: tuple[Colour, ...] = ((220, 50, 47), (38, 139, 210))
"""Boxes take these in turn, so that neighbours can be told apart."""


def with_boxes(grey: Grey, boxes: Boxes, colours: Sequence[Colour] = COLOURS) -> NDArray[np.uint8]:
    """The image in colour, uint8 (rows, columns, 3) RGB, with one thin frame a box."""
    picture = Image.fromarray(np.repeat(grey[..., None], 3, axis=2))
    pen = ImageDraw.Draw(picture)
    for row, (left, top, right, bottom) in enumerate(np.rint(boxes.array).astype(int).tolist()):
        frame = (left, top, max(left, right - 1), max(top, bottom - 1))
        pen.rectangle(frame, outline=colours[row % len(colours)])
    return np.asarray(picture)


def png(picture: NDArray[Any]) -> bytes:
    """A grey (rows, columns) or RGB (rows, columns, 3) uint8 picture as the bytes of a PNG file."""
    file = io.BytesIO()
    try:
        Image.fromarray(picture).save(file, "PNG")
    except (TypeError, ValueError) as error:
        raise OutputError(f"a picture of the shape {picture.shape} could not be written as PNG.") from error
    return file.getvalue()
