"""Varied lines: more or less ink, wider or narrower, with boxes that follow."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from effocr.data.labelled import LabelledLine
from effocr.image.band import Band
from effocr.testing import bar_boxes, draw_bars
from effocr.train.adapt.variation import VariedMaterial, other_ink, spaced_out, stretched, varied


@pytest.fixture
def line() -> LabelledLine:
    spaces = np.array([False, False, False])
    return LabelledLine(draw_bars("abc"), tuple("abc"), bar_boxes("abc"), spaces, exact_band=Band(40, 36, 0.01))


def test_more_ink_is_darker_and_less_is_lighter(line: LabelledLine) -> None:
    means = [float(other_ink(line.image, more).mean()) for more in (1.0, 0.5, 0.0, -0.5, -1.0)]
    assert means == sorted(means) and means[2] == line.image.mean()


def test_boxes_and_band_follow_a_stretch(line: LabelledLine) -> None:
    wide = stretched(line, 1.5)
    scale = wide.image.shape[1] / line.image.shape[1]
    assert wide.boxes.array == pytest.approx(line.boxes.array * [scale, 1, scale, 1])
    assert wide.band.slope == pytest.approx(0.01 / scale)
    dark = np.flatnonzero((wide.image < 128).any(axis=0))
    assert abs(dark[0] - wide.boxes.left[0]) < 2 and abs(dark[-1] + 1 - wide.boxes.right[-1]) < 2


def test_spacing_out_adds_paper_and_moves_glyphs_whole(line: LabelledLine) -> None:
    words = replace(line, spaces=np.array([False, False, True]))
    wide = spaced_out(words, 0.5)
    assert wide.boxes.right - wide.boxes.left == pytest.approx(line.boxes.right - line.boxes.left)
    gaps = (wide.boxes.left[1:] - wide.boxes.right[:-1]) - (line.boxes.left[1:] - line.boxes.right[:-1])
    assert gaps == pytest.approx([18, 45])
    for old, new in zip(line.boxes.array.astype(int), wide.boxes.array.astype(int), strict=True):
        assert np.array_equal(line.image[:, old[0] : old[2]], wide.image[:, new[0] : new[2]])


def test_a_draw_is_decided_by_its_random_numbers(line: LabelledLine) -> None:
    material = VariedMaterial(((line,),), (1.0,))
    one, other = (material.draw(Random(3)) for _ in range(2))
    assert np.array_equal(one.image, other.image) and np.array_equal(one.boxes.array, other.boxes.array)
    assert len({varied(line, Random(seed)).image.tobytes() for seed in range(8)}) > 3
