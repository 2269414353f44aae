"""Many boxes at once, against the same done one by one."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.page.boxes import Boxes


def test_boxes_are_stretched_where_they_are_too_thin_and_nowhere_else() -> None:
    rng = np.random.default_rng(7)
    corners = rng.uniform(0, 40, (300, 2, 2)).astype(np.float32)
    corners[:40, 1] = corners[:40, 0]
    old = Boxes(np.concatenate((corners.min(1), corners.max(1)), axis=1))
    new = old.stretched(3.0, 40, 40)
    for before, after in zip(old.array.tolist(), new.array.tolist(), strict=True):
        for start, end, low, high in zip(before[:2], before[2:], after[:2], after[2:], strict=True):
            if end - start >= 3:
                assert (low, high) == (start, end)
            else:
                assert high - low == pytest.approx(3, abs=1e-4)
                assert 0 <= low <= start + 1e-4 and end - 1e-4 <= high <= 40
                if 1.5 <= (start + end) / 2 <= 38.5:
                    assert (low + high) / 2 == pytest.approx((start + end) / 2, abs=1e-4)


def test_an_image_thinner_than_the_least_and_no_boxes_at_all() -> None:
    assert Boxes.of([(0, 0, 1, 1)]).stretched(2.0, 10, 1).array.tolist() == [[0, 0, 2, 2]]
    assert len(Boxes.of([]).stretched(2.0, 10, 10)) == 0
