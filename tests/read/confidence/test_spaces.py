"""What gaps say of words in spaced-out type."""

from __future__ import annotations

import numpy as np

from effocr.page.boxes import Boxes
from effocr.read.confidence.spaces import in_spaced_type

LIKELY = 0.9


def line(gaps: list[float]) -> Boxes:
    """Boxes of 10 pixels with these gaps between them."""
    lefts = np.concatenate(([0.0], np.cumsum(np.array(gaps) + 10)))
    return Boxes(np.stack([lefts, lefts * 0, lefts + 10, lefts * 0 + 20], 1).astype(np.float32))


def spaces(*chances: float) -> np.ndarray:
    return np.array([0.0, *chances], np.float32)


def test_a_gap_as_wide_as_the_others_parts_no_words() -> None:
    told = in_spaced_type(spaces(0, 0, LIKELY, 0, LIKELY), line([10, 10, 11, 10, 30]), 20)
    assert (told > 0.5).tolist() == [False, False, False, False, False, True]


def test_a_gap_much_wider_than_the_others_parts_words_that_the_net_doubts() -> None:
    told = in_spaced_type(spaces(0, 0.4, 0, 0, 0.1), line([10, 20, 10, 10, 20]), 20)
    assert (told > 0.5).tolist() == [False, False, True, False, False, False]


def test_ordinary_type_stays() -> None:
    before = spaces(0, 0.4, LIKELY, 0, 0)
    assert in_spaced_type(before, line([1, 9, 5, 1, 2]), 20) is before
    alone = np.zeros(1, np.float32)
    assert in_spaced_type(alone, line([]), 20) is alone
    nothing = np.zeros(0, np.float32)
    assert in_spaced_type(nothing, Boxes.of(()), 20) is nothing
