"""Which strips are coarse, and what they look like from beside."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from effocr.image.coarse import LOOKS, is_coarse, moved
from effocr.page.boxes import Floats

SIZE = (120, 32)


def strip(part: float) -> Floats:
    """Noise at a part of the resolution that the strip has."""
    width, height = round(SIZE[0] * part), round(SIZE[1] * part)
    grey = np.random.default_rng(3).integers(0, 256, (height, width), np.uint8)
    return np.asarray(Image.fromarray(grey).resize(SIZE, Image.Resampling.BICUBIC), np.float32)


@pytest.mark.parametrize(("part", "coarse"), [(1.0, False), (0.5, False), (0.2, True)])
def test_a_strip_with_nothing_fine_is_coarse(part: float, coarse: bool) -> None:
    assert is_coarse(strip(part)) is coarse
    assert is_coarse(strip(part) * np.float32(0.01) + np.float32(7)) is coarse  # faint print is not coarse for that


def test_an_empty_strip_is_not_coarse() -> None:
    assert not is_coarse(np.zeros((32, 100), np.float32))


@pytest.mark.parametrize("right", LOOKS)
def test_a_moved_strip_begins_with_its_first_column_over_and_over(right: int) -> None:
    pixels = strip(1.0)
    found = moved(pixels, right)
    assert found.shape == (32, 120 + right) and found.dtype == pixels.dtype
    np.testing.assert_array_equal(found[:, right:], pixels)
    np.testing.assert_array_equal(found[:, :right], np.repeat(pixels[:, :1], right, axis=1))


def test_every_way_to_divide_columns_by_four_is_looked_at() -> None:
    assert sorted([0, *LOOKS]) == [0, 1, 2, 3]
