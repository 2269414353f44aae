from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from effocr.synth.fonts import find_fonts
from effocr.synth.ink import Setting, draw_ink, units


@pytest.fixture(scope="module")
def setting(fonts: Path) -> Setting:
    return Setting(font=find_fonts([fonts])[0], size=40)


def test_boxes_are_tight_to_the_ink_of_glyphs_that_do_not_touch(setting: Setting) -> None:
    ink = draw_ink("a b.g", setting, Random(0))
    assert ink is not None
    columns = (ink.pixels > 0).any(0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(int), [0]])))
    np.testing.assert_array_equal(ink.boxes[:, 0], edges[::2])
    np.testing.assert_array_equal(ink.boxes[:, 2], edges[1::2])
    for left, top, right, bottom in ink.boxes.astype(int):
        rows = np.flatnonzero((ink.pixels[:, left:right] > 0).any(1))
        assert (top, bottom) == (rows[0], rows[-1] + 1)


def test_spaces_stand_before_the_glyphs_that_follow_them(setting: Setting) -> None:
    ink = draw_ink("to be", setting, Random(0))
    assert ink is not None
    assert ink.texts == ("t", "o", "b", "e")
    assert ink.spaces.tolist() == [False, False, True, False]


def test_the_band_runs_from_the_top_of_an_ascender_to_its_foot(setting: Setting) -> None:
    ink = draw_ink("l", setting, Random(0))
    assert ink is not None
    assert abs(ink.baseline - ink.boxes[0, 3]) <= 1
    assert abs(ink.ascender - ink.boxes[0, 1]) <= 2


def test_a_ligature_of_the_font_is_one_glyph_with_a_longer_text(setting: Setting) -> None:
    assert [read for read, _ in units("office fly", setting)] == ["o", "f", "fi", "c", "e", " ", "fl", "y"]
    apart = Setting(font=setting.font, size=40, ligatures=False)
    assert "".join(read for read, _ in units("fly", apart)) == "fly"
    assert len(units("fly", apart)) == 3


def test_small_capitals_read_as_capitals_and_are_smaller(setting: Setting) -> None:
    small = draw_ink("Hh", Setting(font=setting.font, size=60, small_capitals=True), Random(0))
    assert small is not None
    assert small.texts == ("H", "H")
    heights = small.boxes[:, 3] - small.boxes[:, 1]
    assert heights[1] < 0.9 * heights[0]


def test_nothing_to_draw_gives_none(setting: Setting) -> None:
    assert draw_ink("  ", setting, Random(0)) is None
