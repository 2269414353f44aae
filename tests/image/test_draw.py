"""Drawing boxes."""

from __future__ import annotations

import numpy as np

from effocr.image.decode import decode
from effocr.image.draw import COLOURS, png, with_boxes
from effocr.page.boxes import Boxes


def test_frames_lie_on_the_borders_of_boxes() -> None:
    grey = np.full((20, 30), 200, np.uint8)
    picture = with_boxes(grey, Boxes.of([(2, 3, 10, 9), (12, 3, 20, 9)]))
    framed = (picture != 200).any(axis=2)
    expected = np.zeros((20, 30), bool)
    for left in (2, 12):
        expected[3:9, left : left + 8] = True
        expected[4:8, left + 1 : left + 7] = False
    assert np.array_equal(framed, expected)
    assert tuple(picture[3, 2]) == COLOURS[0] and tuple(picture[3, 12]) == COLOURS[1]


def test_png_round_trip() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (9, 11), np.uint8)
    assert np.array_equal(decode(png(grey)), grey)
    assert np.array_equal(decode(png(np.repeat(grey[..., None], 3, axis=2))), grey)
