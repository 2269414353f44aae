"""Which way lines run, from the image alone."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.preparation import Grey
from effocr.read.pages.direction import runs_down

PAPER, INK = 235, 25


def column_page(lines: int = 14, pitch: int = 60, glyphs: int = 20) -> Grey:
    """A page of vertical lines: squares of ink close to each other down the page, farther apart across."""
    page = np.full((glyphs * 42 + 80, lines * pitch + 80), PAPER, np.uint8)
    random = np.random.default_rng(0)
    for line in range(lines):
        for glyph in range(glyphs):
            top, left = 40 + glyph * 42, 40 + line * pitch
            page[top : top + 38, left : left + 38][random.random((38, 38)) < 0.5] = INK
    return page


@pytest.mark.parametrize("vertical", [True, False])
def test_what_is_said_counts_whatever_the_shape(vertical: bool) -> None:
    for shape in ((20, 300), (300, 20), (900, 700)):
        assert runs_down(vertical, np.full(shape, PAPER, np.uint8)) is vertical


@pytest.mark.parametrize(
    ("shape", "down"), [((284, 19), True), ((24, 18), True), ((25, 70), False), ((31, 636), False)]
)
def test_a_clip_runs_along_its_longer_side(shape: tuple[int, int], down: bool) -> None:
    assert runs_down("by_shape", np.full(shape, PAPER, np.uint8)) is down


def test_a_page_runs_as_its_lines_do_whatever_its_shape() -> None:
    page = column_page()
    assert runs_down("by_shape", page)
    assert not runs_down("by_shape", np.ascontiguousarray(np.rot90(page)))
    assert runs_down("by_shape", column_page(lines=24)), "a page that is wider than high"
