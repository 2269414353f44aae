"""A batch as a picture, for looking at what the net is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import Tensor

from effocr.data.writing import write_bytes
from effocr.image.draw import png
from effocr.image.preparation import CropPreparation, Grey

GAP = 2
MOST_ROWS = 32


def batch_picture(crops: Tensor, preparation: CropPreparation, per_row: int) -> Grey:
    """The crops (N, C, size, size) of a batch as they look to the eye, `per_row` a row."""
    mean, deviation = preparation.means[0], preparation.deviations[0]
    shown = crops[: per_row * MOST_ROWS, 0].numpy() * deviation + mean
    size = shown.shape[-1]
    rows = -(-len(shown) // per_row)
    sheet = np.full((rows * (size + GAP) + GAP, per_row * (size + GAP) + GAP), 128, np.uint8)
    for place, crop in enumerate(np.clip(np.rint(shown * 255), 0, 255).astype(np.uint8)):
        top, left = (GAP + step * (size + GAP) for step in divmod(place, per_row))
        sheet[top : top + size, left : left + size] = crop
    return sheet


def write_picture(crops: Tensor, preparation: CropPreparation, per_row: int, path: Path) -> Path:
    """The picture of a batch as a PNG file."""
    return write_bytes(path, png(batch_picture(crops, preparation, per_row)))
