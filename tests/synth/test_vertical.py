"""Vertical lines: glyphs stand in squares one below the other, signs take their forms, and all is turned along x."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import features

from effocr.data.check import problems
from effocr.data.coco import lines_of, read_coco
from effocr.synth import layout
from effocr.synth.export import write_lines
from effocr.synth.fonts import find_fonts
from effocr.synth.ink import Setting, draw_column, draw_ink, glyph_in_square
from effocr.synth.lines import line_makers
from effocr.synth.recipe import SynthesisRecipe


def square_font(folder: Path, *, vertical_forms: bool) -> Path:
    """A font: 一 fills the left half of its em, っ and （ stand low on the left; （ may have a form for columns."""
    shapes = {"one": (0, -120, 500, 880), "low": (0, -120, 300, 200), "form": (100, 700, 900, 800)}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *shapes])
    builder.setupCharacterMap({ord("一"): "one", ord("っ"): "low", ord("（"): "low"})
    glyphs = {".notdef": rectangle(0, 0, 10, 10)} | {name: rectangle(*edges) for name, edges in shapes.items()}
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (1000, glyphs[name].xMin) for name in glyphs})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    if vertical_forms:
        builder.addOpenTypeFeatures("languagesystem DFLT dflt; feature vert { sub low by form; } vert;")
    folder.mkdir(exist_ok=True)
    builder.save(folder / "squares.ttf")
    return folder / "squares.ttf"


def rectangle(left: int, bottom: int, right: int, top: int) -> Any:
    pen = TTGlyphPen(None)
    pen.moveTo((left, bottom))
    for corner in ((left, top), (right, top), (right, bottom)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def placed(path: Path, char: str) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a character in a square of 100 pixels."""
    found = glyph_in_square(path, 100, char)
    assert found is not None
    ink, left, top = found
    return left, top, left + ink.shape[1], top + ink.shape[0]


def test_glyphs_of_columns_stand_in_their_squares(tmp_path: Path) -> None:
    path = square_font(tmp_path, vertical_forms=False)
    assert placed(path, "一") == pytest.approx((0, 0, 50, 100), abs=1)
    assert placed(path, "っ") == pytest.approx((10, 58, 40, 90), abs=1)  # up and to the right
    assert placed(path, "（") == pytest.approx((0, 0, 32, 30), abs=1)  # low at the left becomes high at the left


def test_signs_take_the_vertical_form_of_their_font(tmp_path: Path) -> None:
    if not features.check("raqm"):
        pytest.skip("this Pillow cannot shape")
    path = square_font(tmp_path, vertical_forms=True)
    assert placed(path, "（") == pytest.approx((10, 8, 90, 18), abs=1)
    assert placed(path, "一") == pytest.approx((0, 0, 50, 100), abs=1)


def test_a_column_is_turned_with_its_top_to_the_left(tmp_path: Path) -> None:
    (font,) = find_fonts([square_font(tmp_path, vertical_forms=False).parent], needed="一っ")
    ink = draw_column("一 っ一", Setting(font=font, size=100, word_space=0.5), Random(0))
    assert ink is not None
    assert ink.texts == ("一", "っ", "一")
    assert ink.spaces.tolist() == [False, True, False]
    along = ink.boxes[:, [0, 2]] - ink.boxes[0, 0]
    np.testing.assert_allclose(along, [[0, 100], [208, 240], [250, 350]], atol=1.5)
    for left, top, right, bottom in ink.boxes.astype(int):
        assert (ink.pixels[top:bottom, left:right] > 0).mean() > 0.95
    # The left half of the em is the lower half of the turned line; its band leaves 6 % of an em free on either side.
    assert ink.baseline - ink.ascender == pytest.approx(88, abs=1)
    assert ink.boxes[0, 3] - ink.baseline == pytest.approx(6, abs=1)


def test_vertical_lines_are_written_upright_and_come_back(tmp_path: Path) -> None:
    folder = square_font(tmp_path / "fonts", vertical_forms=False).parent
    (tmp_path / "chars.txt").write_text("一っ（", encoding="utf-8")
    recipe = SynthesisRecipe(
        fonts=(folder,), charset=str(tmp_path / "chars.txt"), texts="characters", vertical=1.0, held_out=0.0
    )
    path = write_lines(tmp_path / "out", recipe, 8, 1, 1, lambda done, of: None)
    coco = read_coco(path)
    assert problems(coco) == []
    maker, _ = line_makers(recipe)
    for read, drawn, image in zip(lines_of(coco), islice(maker.lines(1), 8), coco.images, strict=True):
        assert read.vertical and image.vertical
        assert (image.height, image.width) == drawn.image.shape[::-1]
        assert read.text == drawn.text
        np.testing.assert_array_equal(read.image, drawn.image)
        np.testing.assert_allclose(read.boxes.array, drawn.boxes.array, atol=0.06)


def squares(tmp_path: Path, **settings: Any) -> Setting:
    (font,) = find_fonts([square_font(tmp_path, vertical_forms=False).parent], needed="一っ")
    return Setting(font=font, size=100, squares=True, **settings)


def test_the_band_of_square_characters_is_that_of_their_columns(tmp_path: Path) -> None:
    along = draw_ink("一一", squares(tmp_path), Random(0))
    down = draw_column("一一", squares(tmp_path), Random(0))
    assert along is not None and down is not None
    assert along.baseline - along.ascender == pytest.approx(down.baseline - down.ascender, abs=1)
    # The square's foot lies 6 % of an em under the band, its top as far over it.
    assert along.boxes[0, 3] - along.baseline == pytest.approx(6, abs=1)
    assert along.ascender - along.boxes[0, 1] == pytest.approx(6, abs=1)


@pytest.mark.parametrize("draw", [draw_ink, draw_column])
def test_brackets_of_lines_set_solid_take_half_a_square(draw: Any, tmp_path: Path) -> None:
    plain = draw("一（一", squares(tmp_path), Random(0))
    solid = draw("一（一", squares(tmp_path, half_stops=True), Random(0))
    for ink, distance in ((plain, 200), (solid, 150)):
        assert ink.boxes[2, 0] - ink.boxes[0, 0] == pytest.approx(distance, abs=1)


def test_ruby_lies_over_the_band_and_is_no_part_of_the_line(tmp_path: Path) -> None:
    line, small = (draw_ink("一一一", replace(squares(tmp_path), size=size), Random(0)) for size in (100, 50))
    assert line is not None and small is not None
    bare = layout.scene(line, None, None, 100, Random(3))
    view = replace(bare, ink=np.pad(bare.ink, ((80, 0), (0, 0))), band=bare.band.shifted(0, 80))
    marked = view.ink.copy()
    layout.place_over(replace(view, ink=marked), small, 40.0, gap=5.0)
    added = np.argwhere(marked > view.ink)
    assert len(added) > 0.9 * (small.pixels > 0).sum()
    assert added[:, 0].max() < view.band.baseline - view.band.height
    assert added[:, 1].min() == pytest.approx(40 + small.boxes[0, 0], abs=1)


def test_each_line_is_scanned_as_often_as_the_recipe_says(tmp_path: Path) -> None:
    folder = square_font(tmp_path / "fonts", vertical_forms=False).parent
    (tmp_path / "chars.txt").write_text("一っ（", encoding="utf-8")
    charset = str(tmp_path / "chars.txt")
    recipe = SynthesisRecipe(
        fonts=(folder,),
        charset=charset,
        texts="characters",
        fewest_characters=9,
        held_out=0.0,
        scans=3,
        ruby=0.5,
        degradation="light",
    )
    maker, _ = line_makers(recipe)
    assert maker.texts_stand_in_squares
    lines = maker.block(5)
    assert len(lines) > 9
    assert len({line.text for line in lines}) <= 5
    assert len({line.image.shape for line in lines}) > 5
