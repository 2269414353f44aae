"""Pictures as files."""

from __future__ import annotations

import numpy as np

from effocr.image.decode import decode
from effocr.image.draw import png


def test_png_round_trip() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (9, 11), np.uint8)
    assert np.array_equal(decode(png(grey)), grey)
    assert np.array_equal(decode(png(np.repeat(grey[..., None], 3, axis=2))), grey)
