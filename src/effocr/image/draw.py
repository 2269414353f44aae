"""Pictures for reports and for looking."""

from __future__ import annotations

import io
from typing import Any

from numpy.typing import NDArray
from PIL import Image

from effocr.errors import OutputError

Colour = tuple[int, int, int]
"""Red, green, blue, 0..255."""


def png(picture: NDArray[Any]) -> bytes:
    """A grey (rows, columns) or RGB (rows, columns, 3) uint8 picture as the bytes of a PNG file."""
    file = io.BytesIO()
    try:
        Image.fromarray(picture).save(file, "PNG")
    except (TypeError, ValueError) as error:
        raise OutputError(f"a picture of the shape {picture.shape} could not be written as PNG.") from error
    return file.getvalue()
