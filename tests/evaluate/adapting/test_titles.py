"""Titles set in the capitals of lines: what stands in them is what their boxes say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from effocr.data.labelled import LabelledLine
from effocr.evaluate.adapting.titles import FEWEST_CAPITALS, capitals, titles
from effocr.image.band import Band
from effocr.page.boxes import Boxes

HEIGHT, BASE, RISE = 40, 30, 20
LETTERS = "AbCDEFGh"


def line(texts: str = LETTERS, *, rise: int = RISE) -> LabelledLine:
    """Grey blocks as high as capitals, each in a level of its own, on paper of 240."""
    image = np.full((HEIGHT, 14 * len(texts) + 4), 240, np.uint8)
    boxes = []
    for number in range(len(texts)):
        left = 4 + 14 * number
        image[BASE - rise : BASE, left : left + 8] = 10 * (number + 1)
        boxes.append((left, BASE - rise, left + 8, BASE))
    nowhere = np.zeros(len(texts), bool)
    return LabelledLine(image, tuple(texts), Boxes.of(boxes), nowhere, exact_band=Band(BASE, RISE), source="book")


def test_capitals_are_cut_out_and_small_letters_are_not() -> None:
    found = list(capitals(line()))
    assert [capital.text for capital in found] == list("ACDEFG")
    box = found[1].box
    inside = found[1].columns[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]
    assert inside.shape == (RISE, 8) and np.ptp(inside) == 0 and inside[0, 0] < 60
    assert (np.delete(found[1].columns, np.s_[round(box.top) : round(box.bottom)], axis=0) == 255).all()


def test_a_capital_that_its_neighbour_reaches_into_is_left_out() -> None:
    boxes = line().boxes.array.copy()
    boxes[3, 0] -= 9
    assert [capital.text for capital in capitals(replace(line(), boxes=Boxes(boxes)))] == list("AEFG")


@pytest.mark.parametrize("rise", [RISE, RISE // 2])
def test_every_box_of_a_title_holds_its_letter_as_high_as_the_band(rise: int) -> None:
    made = titles([line(rise=rise)], 12, 3)
    assert len(made) == 12
    for title in made:
        assert set(title.texts) <= set("ACDEFG") and not title.spaces[0]
        for left, top, right, bottom in title.boxes.array.tolist():
            assert abs(bottom - title.band.baseline) < 1.5 and abs(bottom - top - title.band.height) < 2
            inside = title.image[round(top) + 2 : round(bottom) - 2, round(left) + 1 : round(right) - 1]
            assert inside.max() < 100
        dark = (title.image < 100).any(0)
        assert dark.sum() <= (title.boxes.right - title.boxes.left).sum() + 2 * len(title.boxes)


def test_words_of_a_title_stand_further_apart_than_its_letters() -> None:
    for title in titles([line()], 40, 5):
        gaps = (title.boxes.left[1:] - title.boxes.right[:-1]) / title.band.height
        words, letters = gaps[title.spaces[1:]], gaps[~title.spaces[1:]]
        if len(words) and len(letters):
            assert words.min() > letters.max()


def test_the_seed_decides_and_few_capitals_make_no_titles() -> None:
    first, again, other = (titles([line()], 6, seed) for seed in (1, 1, 2))
    assert [title.text for title in first] == [title.text for title in again] != [title.text for title in other]
    assert titles([line("ABCDE"[: FEWEST_CAPITALS - 1])], 6, 1) == ()
    assert titles([replace(line(), vertical=True)], 6, 1) == ()
