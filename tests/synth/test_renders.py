"""Renders: what is drawn and what is left out, where it stands, and that the same seed draws the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import PIL
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from effocr.errors import DataError
from effocr.image.preparation import Grey
from effocr.synth import renders as rendering
from effocr.synth.coverage import coverage, coverage_picture, undrawn
from effocr.synth.fonts import Font, named_fonts
from effocr.synth.renders import CASES, MOST_ALIKE, Drawing, RenderRecipe, drawable, render, renders

Bar = tuple[int, int, int, int]
"""Left, bottom, right and top of a filled rectangle, in thousandths of an em."""
TOFU: Bar = (50, 0, 450, 700)


def make_font(path: Path, glyphs: Mapping[str, Sequence[Bar]], family: str = "Bars") -> Path:
    """A font of rectangles, with an empty box for what it lacks; by its ending as TrueType or woff2."""
    names = {char: f"u{ord(char):04X}" for char in glyphs}
    drawn: dict[str, Sequence[Bar]] = {".notdef": [TOFU], **{names[char]: bars for char, bars in glyphs.items()}}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(drawn))
    builder.setupCharacterMap({ord(char): name for char, name in names.items()})
    outlines = {}
    for name, bars in drawn.items():
        pen = TTGlyphPen(None)
        for left, bottom, right, top in bars:
            pen.moveTo((left, bottom))
            for point in ((left, top), (right, top), (right, bottom)):
                pen.lineTo(point)
            pen.closePath()
        outlines[name] = pen.glyph()
    builder.setupGlyf(outlines)
    builder.setupHorizontalMetrics({name: (500, 0) for name in drawn})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.font.flavor = path.suffix[1:] if path.suffix == ".woff2" else None
    builder.save(path)
    return path


def bars_of(text: str, font: Path, **drawing: object) -> Grey:
    image = render(named_fonts([font])[0], text, Drawing.model_validate(drawing))
    assert image is not None
    return image


@pytest.fixture
def aileron(fonts: Path) -> Font:
    return named_fonts([fonts])[0]


def drawn(recipe: RenderRecipe, jobs: int = 1) -> list[tuple[str, str, bytes]]:
    return [(crop.text, crop.source, crop.image.tobytes()) for crop in renders(recipe, jobs)]


def test_every_kind_of_font_file_is_drawn(tmp_path: Path) -> None:
    """EffOCR's package took .ttf only (defect 11)."""
    glyphs = {"a": [(0, 0, 300, 500)], "b": [(0, 0, 300, 700)]}
    for name in ("one.ttf", "two.woff2"):
        make_font(tmp_path / name, glyphs, name[:3])
    collection = TTCollection()
    other = {"a": [(0, 0, 100, 500)], "b": [(0, 0, 100, 700)]}
    parts = [make_font(tmp_path / f"{n}.part", g, f"Part {n}") for n, g in enumerate((glyphs, other))]
    collection.fonts = [TTFont(part) for part in parts]
    collection.save(tmp_path / "three.ttc")
    found = named_fonts([tmp_path])
    assert [font.family for font in found] == ["one", "Part 0", "Part 1", "two"]
    images = [render(font, "a", Drawing(placement="tight", padding=0)) for font in found]
    assert [image.shape for image in images if image is not None] == [(32, 20), (32, 20), (32, 7), (32, 20)]


def test_no_tofu_is_rendered_for_uncovered_characters(tmp_path: Path) -> None:
    """EffOCR's package drew the box for what a font lacks (defect 11)."""
    alike = "klmnopqrs"
    glyphs = {
        "a": [(0, 0, 300, 500)],
        "b": [TOFU],
        "c": [],
        "d": [(0, 0, 99, 700)],
        **{char: [(0, 0, 99, 600)] for char in alike},
    }
    assert len(alike) > MOST_ALIKE
    (font,) = named_fonts([make_font(tmp_path / "font.ttf", glyphs).parent])
    assert drawable(font, ["a", "b", "c", "d", "e", "ad", "ae", *alike]) == ("a", "d", "ad")
    assert [crop.text for crop in renders(RenderRecipe(fonts=(tmp_path,), texts=("b", "a", "e")), 1)] == ["a"]


def test_lower_case_that_is_drawn_as_small_capitals_is_left_out(tmp_path: Path) -> None:
    shapes = {char: [(0, 0, 100 + 60 * n, 500), (0, 0, 50, 700)] for n, char in enumerate("AEGRBD")}
    small = {char.lower(): [tuple(n * 7 // 10 for n in bar) for bar in bars] for char, bars in shapes.items()}
    (font,) = named_fonts([make_font(tmp_path / "font.ttf", {**shapes, **small}).parent])  # type: ignore[dict-item]
    assert drawable(font, list("AaBb")) == ("A", "B")


def test_letters_keep_their_place_and_their_size_on_the_line(aileron: Font) -> None:
    images = {text: render(aileron, text, Drawing(size=60)) for text in "oO,'gH."}
    ink = {text: np.flatnonzero((image < 128).any(1)) for text, image in images.items() if image is not None}
    assert {image.shape[0] for image in images.values() if image is not None} == {images["H"].shape[0]}  # type: ignore[union-attr]
    assert ink["'"].max() < ink[","].min() and abs(ink["."].max() - ink["H"].max()) <= 1
    assert len(ink["o"]) < 0.85 * len(ink["O"])
    assert ink["g"].max() > ink["H"].max() + 5


def test_placements_show_as_much_as_they_promise(tmp_path: Path) -> None:
    font = make_font(tmp_path / "font.ttf", {"a": [(100, 100, 300, 200)], "山": [(100, 100, 300, 200)]})
    shapes = {name: bars_of("a", font, size=100, padding=0, placement=name).shape for name in ("tight", "centred")}
    assert shapes == {"tight": (10, 20), "centred": (100, 100)}
    column = bars_of("a", font, size=100, padding=0, placement="column")
    assert column.shape == (10, 100)
    assert bars_of("山", font, size=100, padding=0).shape == (100, 100)  # auto
    line = bars_of("山", font, size=100, padding=0, placement="line")
    assert line.shape == (100, 20) and np.flatnonzero((line == 0).all(1)).tolist() == list(range(68, 78))
    centred = bars_of("a", font, size=100, padding=0, placement="centred")
    assert np.argwhere(centred == 0).mean(0).tolist() == pytest.approx([49.5, 49.5], abs=0.6)


def test_padding_and_squares_add_white(tmp_path: Path) -> None:
    font = make_font(tmp_path / "font.ttf", {"a": [(0, 0, 300, 500)]})
    tight = bars_of("a", font, size=100, padding=0, placement="tight")
    padded = bars_of("a", font, size=100, padding=0.2, placement="tight")
    assert padded.tolist() == np.pad(tight, 20, constant_values=255).tolist()
    square = bars_of("a", font, size=100, padding=0, placement="tight", shape="square")
    assert square.shape == (50, 50) and square[:, 10:40].tolist() == tight.tolist()


def test_words_are_drawn_in_three_cases_at_random_sizes(fonts: Path) -> None:
    recipe = RenderRecipe(fonts=(fonts,), words=("quick", "McAdam"), seed=3)
    crops = list(renders(recipe, 1))
    assert [crop.text for crop in crops] == ["quick", "QUICK", "Quick", "mcadam", "MCADAM", "Mcadam"]
    heights = [crop.image.shape[0] for crop in crops]
    assert len(set(heights)) > 2 and max(heights) <= 1.9 * min(heights)
    assert all(crop.origin == "render" and crop.source == "Aileron Regular" for crop in crops)
    assert drawn(recipe) == drawn(recipe) != drawn(recipe.model_copy(update={"seed": 4}))
    kept = RenderRecipe(fonts=(fonts,), words=("McAdam",), cases=("kept",))
    assert [crop.text for crop in renders(kept, 1)] == ["McAdam"]
    assert set(CASES) == {"lower", "upper", "title", "kept"}


def test_processes_that_are_spawned_draw_the_same(fonts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EffOCR's package handed lambdas to its processes, which fails where these are spawned (defect 14)."""
    monkeypatch.setattr(rendering, "TEXTS_A_TASK", 7)
    recipe = RenderRecipe(fonts=(fonts,), texts=tuple("abcdefghijk"), words=("fly", "of"))
    assert drawn(recipe, jobs=2) == drawn(recipe, jobs=1)


def test_pillow_10_draws(aileron: Font) -> None:
    """EffOCR's package called what Pillow 10 took away: getsize, ANTIALIAS (defect 12)."""
    assert int(PIL.__version__.partition(".")[0]) >= 10
    assert render(aileron, "g", Drawing()) is not None


def test_every_text_is_drawn_by_so_many_fonts(tmp_path: Path) -> None:
    for number in range(5):
        glyphs = {char: [(0, 0, 100 + 50 * number, 500)] for char in "ab"} | ({"c": [(0, 0, 9, 900)]} if number else {})
        make_font(tmp_path / f"{number}.ttf", glyphs, f"Bars {number}")
    recipe = RenderRecipe(fonts=(tmp_path,), texts=tuple("abc"), most=3)
    assert Counter(crop.text for crop in renders(recipe, 1)) == {"a": 3, "b": 3, "c": 3}
    assert Counter(text for text, *_ in drawn(recipe.model_copy(update={"most": None}))) == {"a": 5, "b": 5, "c": 4}
    some = RenderRecipe(fonts=(tmp_path,), texts=("a",), excluded=("bars 2", "4.TTF"))
    assert [crop.source for crop in renders(some, 1)] == ["Bars 0 Regular", "Bars 1 Regular", "Bars 3 Regular"]


def test_ligatures_of_the_font_are_drawn_for_their_letters(tmp_path: Path) -> None:
    glyphs = {"f": [(0, 0, 100, 700)], "i": [(0, 0, 100, 500)], "ﬁ": [(0, 0, 333, 600)]}
    font = make_font(tmp_path / "font.ttf", glyphs)
    one = bars_of("fi", font, placement="tight")
    assert one.tolist() == bars_of("ﬁ", font, placement="tight").tolist()


def test_marks_that_do_not_join_their_letter_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    glyphs = {"x": [(0, 0, 300, 500)], "\u0302": [(0, 600, 300, 700)]}
    (font,) = named_fonts([make_font(tmp_path / "font.ttf", glyphs)])
    monkeypatch.setattr(rendering, "CAN_SHAPE", False)
    assert drawable(font, ["x", "x\u0302"]) == ("x",)


@pytest.mark.skipif(not rendering.CAN_SHAPE, reason="this Pillow has no layout that composes marks")
def test_marks_stand_on_their_letter(tmp_path: Path) -> None:
    glyphs = {"x": [(0, 0, 300, 500)], "\u0302": [(0, 600, 300, 700)]}
    font = make_font(tmp_path / "font.ttf", glyphs)
    assert drawable(named_fonts([font])[0], ["x\u0302"]) == ("x\u0302",)
    plain, marked = (bars_of(text, font, size=100, padding=0, placement="tight") for text in ("x", "x\u0302"))
    assert marked.shape[0] > plain.shape[0] and marked.shape[1] < 1.5 * plain.shape[1]


def test_fonts_and_texts_that_do_not_meet(fonts: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none of 1 fonts draws any of the 1 texts"):
        list(renders(RenderRecipe(fonts=(fonts,), texts=("漢",)), 1))
    with pytest.raises(DataError, match="no font that is not excluded by aileron"):
        list(renders(RenderRecipe(fonts=(fonts,), texts=("a",), excluded=("aileron",)), 1))
    with pytest.raises(DataError, match="no such folder of fonts"):
        list(renders(RenderRecipe(fonts=(tmp_path / "gone",), texts=("a",)), 1))


@pytest.mark.parametrize("content", [b"", b"ttcf", b"ttcf\x00\x01\x00\x00\xff\xff\xff\xff", b"<html>"])
def test_broken_font_files_are_passed_over(content: bytes, fonts: Path, tmp_path: Path) -> None:
    for suffix in (".ttc", ".ttf", ".woff2"):
        (tmp_path / f"broken{suffix}").write_bytes(content)
    assert [font.family for font in named_fonts([tmp_path, fonts])] == ["Aileron"]


def test_fonts_of_ornaments_are_used_only_where_they_are_named(tmp_path: Path) -> None:
    file = make_font(tmp_path / "Ornaments.ttf", {"a": [(0, 0, 300, 500)]})
    with pytest.raises(DataError, match="no font"):
        named_fonts([tmp_path])
    assert len(named_fonts([file])) == 1


def test_coverage_tells_what_fonts_draw(fonts: Path, tmp_path: Path) -> None:
    make_font(tmp_path / "bars.ttf", {"a": [(0, 0, 300, 500)]})
    covered = coverage(named_fonts([tmp_path, fonts]), ("a", "b", "漢"), 1)
    assert [(each.font.family, each.missing) for each in covered] == [("Bars", ("b", "漢")), ("Aileron", ("漢",))]
    assert undrawn(covered) == ["漢"]
    one, both = coverage_picture(covered[:1]), coverage_picture(covered)
    assert both.shape[0] > one.shape[0] and both.shape[2] == 3
