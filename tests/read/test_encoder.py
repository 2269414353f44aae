"""The encoder of strips looks at coarse ones more than once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from effocr.image.coarse import LOOKS
from effocr.image.crops import Strip
from effocr.page.boxes import Box, Boxes, Floats
from effocr.read.encoder import StripEncoder

DIMENSIONS = 3


class Net:
    """Embeds a glyph as the direction of its ends and of the sum of its strip; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, ...]] = []

    def answers(self, strips: Sequence[Floats], ends: Sequence[Floats]) -> list[Floats]:
        self.asked += [strip.shape for strip in strips]
        found = []
        for strip, some in zip(strips, ends, strict=True):
            rows = np.column_stack((some, np.full(len(some), strip.sum() / 1000, np.float32)))
            found.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
        return found


@pytest.fixture
def encoder() -> StripEncoder:
    made = object.__new__(StripEncoder)
    made._net, made.dimensions = Net(), DIMENSIONS  # type: ignore[assignment]
    return made


def wave(period: float) -> Strip:
    rows = np.sin(np.arange(32, dtype=np.float32) * np.float32(2 * np.pi / period)) + np.float32(1)
    return Strip(np.repeat(rows[:, None], 80, axis=1), 1.0)


BOXES = Boxes.of([Box(4, 0, 12, 30), Box(20, 0, 33, 30)])


def test_a_fine_strip_is_looked_at_once(encoder: StripEncoder) -> None:
    found = encoder.encode([wave(4)], [BOXES], [False])
    assert encoder._net.asked == [(1, 1, 32, 80)]  # type: ignore[attr-defined]
    assert found.shape == (2, DIMENSIONS)


def test_the_mean_of_all_looks_at_a_coarse_strip_counts(encoder: StripEncoder) -> None:
    strips = [wave(4), wave(24), wave(5)]
    found = encoder.encode(strips, [BOXES] * 3, [False] * 3)
    widths = [shape[3] for shape in encoder._net.asked]  # type: ignore[attr-defined]
    assert widths == [80, 80, 80, *(80 + right for right in LOOKS)]
    alone = [encoder.encode([strip], [BOXES], [False]) for strip in strips]
    np.testing.assert_allclose(found, np.concatenate(alone), rtol=1e-6)
    once = Net().answers([strips[1].pixels], [BOXES.array[:, ::2]])[0]
    assert np.abs(alone[1] - once).max() > 1e-3
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-6)


def test_lines_without_glyphs_are_passed_over(encoder: StripEncoder) -> None:
    found = encoder.encode([wave(24), wave(24)], [Boxes.of([]), BOXES], [False, False])
    assert len(encoder._net.asked) == 1 + len(LOOKS)  # type: ignore[attr-defined]
    assert found.shape == (2, DIMENSIONS)
    assert encoder.encode([], [], []).shape == (0, DIMENSIONS)
