"""Quarter turns: what lies in a box of the turned page lies in the box that is brought back."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.crops import along_x, turned_back
from effocr.image.turning import Turn
from effocr.page.boxes import Boxes

PAGE = np.arange(7 * 11, dtype=np.uint8).reshape(7, 11)


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
@pytest.mark.parametrize("vertical", [False, True])
def test_pixels_in_a_box_are_the_same_before_and_after(clockwise: int, vertical: bool) -> None:
    turn = Turn.of(PAGE, clockwise=clockwise, vertical=vertical)
    turned = turn.turned(PAGE)
    assert np.array_equal(turned, along_x(np.rot90(PAGE, -clockwise // 90), vertical=vertical))
    left, top, right, bottom = (round(edge) for edge in turn.boxes_back(Boxes.of([(1, 2, 4, 6)]))[0])
    assert sorted(PAGE[top:bottom, left:right].ravel()) == sorted(turned[2:6, 1:4].ravel())
    assert turn.boxes_there(turn.boxes_back(Boxes.of([(1, 2, 4, 6)])))[0] == (1, 2, 4, 6)
    assert turn.points_back([(1.5, 2.5)]) == (
        tuple(edge + 0.5 for edge in turn.boxes_back(Boxes.of([(1, 2, 2, 3)]))[0][:2]),
    )


def test_no_turn_copies_nothing_and_moves_nothing() -> None:
    turn = Turn.of(PAGE)
    boxes = Boxes.of([(1, 2, 4, 6)])
    assert turn.turned(PAGE) is PAGE and turn.boxes_back(boxes) is boxes


def test_a_vertical_line_goes_back_as_ever() -> None:
    boxes = Boxes.of([(1, 2, 4, 6), (5, 0, 7, 7)])
    turn = Turn.of(PAGE, vertical=True)
    assert np.array_equal(turn.boxes_back(boxes).array, turned_back(boxes, PAGE.shape[1]).array)
