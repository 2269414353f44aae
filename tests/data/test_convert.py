from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.data.check import problems
from effocr.data.coco import CocoSet, lines_of, read_coco, to_coco, write_coco
from effocr.data.combine import combine
from effocr.data.convert import coco_to_lines, lines_to_coco
from effocr.data.glyphs.cutting import glyph_crops
from effocr.data.glyphs.files import GlyphCrop, GlyphFile, read_glyphs, write_glyphs
from effocr.data.labelled import LabelledLine
from effocr.data.lines import read_lines
from effocr.errors import DataError, OutputError, UnknownNameError
from effocr.image.decode import decode
from effocr.image.draw import png
from effocr.page.boxes import Boxes

BOXES = [(2, 3, 12.25, 17), (14, 2, 30, 18), (40, 5, 55, 15.5), (56, 1, 79, 19)]


def line(seed: int, vertical: bool = False) -> LabelledLine:
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 80), np.uint8)
    spaces = np.array([False, False, True, False])
    return LabelledLine(pixels, ("a", "ffi", "—", "Ω"), Boxes.of(BOXES), spaces, vertical=vertical)


def saved(folder: Path, *lines: LabelledLine) -> CocoSet:
    (folder / "images").mkdir(parents=True)
    names = [f"images/p_{number}.png" for number in range(len(lines))]
    for name, each in zip(names, lines, strict=True):
        (folder / name).write_bytes(png(np.rot90(each.image, -1) if each.vertical else each.image))
    write_coco(to_coco(zip(names, lines, strict=True)), folder / "coco.json")
    return read_coco(folder)


def content(lines: Any) -> list[Any]:
    return [(each.image.tolist(), each.texts, each.boxes.array.tolist(), each.spaces.tolist()) for each in lines]


def test_coco_goes_to_rows_with_boxes_and_back(tmp_path: Path) -> None:
    coco = saved(tmp_path / "set", line(1), line(2, vertical=True))
    rows = coco_to_lines(coco, tmp_path / "rows")
    assert [(each.text, each.vertical, each.page) for each in read_lines(rows.parent)] == [
        ("affi —Ω", False, "p"),
        ("affi —Ω", True, "p"),
    ]
    back = read_coco(lines_to_coco(rows.parent))
    assert problems(back) == []
    assert content(lines_of(back)) == content(lines_of(coco))
    assert [image.page for image in back.images] == ["p", "p"]


def test_rows_without_texts_are_spelled_by_their_text(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(line(1).image))
    row = {"image": "a.png", "text": "ab c", "boxes": BOXES[:3]}
    (tmp_path / "lines.jsonl").write_text(json.dumps(row))
    (back,) = lines_of(read_coco(lines_to_coco(tmp_path)))
    assert back.texts == ("a", "b", "c")
    assert back.text == "ab c"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"boxes": None}, "row 1: 'boxes' is missing"),
        ({"boxes": BOXES[:2]}, "2 boxes, but 3 characters"),
        ({"boxes": [*BOXES[:2], [30, 1, 20, 9]]}, "no area"),
        ({"boxes": [*BOXES[:2], [30, 1, 20]]}, "row 1: box 3 must be a list of 4"),
        ({"texts": ["a"]}, "3 boxes need as many texts, got 1"),
        ({"image": "gone.png"}, r"gone\.png cannot be opened"),
    ],
)
def test_rows_that_cannot_become_coco(change: dict[str, Any], what: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(line(1).image))
    row = {"image": "a.png", "text": "ab c", "boxes": BOXES[:3]} | change
    (tmp_path / "lines.jsonl").write_text(json.dumps(row))
    with pytest.raises(DataError, match=what):
        lines_to_coco(tmp_path)
    assert not (tmp_path / "coco.json").exists()


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize(
    ("level", "texts", "spans"),
    [
        ("word", ["affi", "—Ω"], [(2, 30), (40, 79)]),
        ("glyph", ["a", "ffi", "—", "Ω"], [(2, 13), (14, 30), (40, 55), (56, 79)]),
    ],
)
def test_crops_of_words_and_glyphs_are_full_height_and_upright(
    level: str, texts: list[str], spans: list[tuple[int, int]], vertical: bool, tmp_path: Path
) -> None:
    source = line(4, vertical)
    rows = coco_to_lines(saved(tmp_path / "set", source), tmp_path / "crops", level)
    lines = read_lines(rows.parent)
    assert [each.text for each in lines] == texts
    for each, (left, right) in zip(lines, spans, strict=True):
        cut = source.image[:, left:right]
        assert decode(each.image).tolist() == (np.rot90(cut, -1) if vertical else cut).tolist()
        assert each.vertical == vertical


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    coco = saved(tmp_path / "set", line(1))
    (tmp_path / "set/lines.jsonl").touch()
    with pytest.raises(OutputError, match="exists already"):
        coco_to_lines(coco, tmp_path / "set")
    with pytest.raises(OutputError, match="not an empty folder"):
        coco_to_lines(coco, tmp_path / "set", "word")
    with pytest.raises(OutputError, match="exists already"):
        lines_to_coco(tmp_path / "set")


def test_a_level_that_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="known: glyph, line, word"):
        coco_to_lines(saved(tmp_path / "set", line(1)), tmp_path / "out", "glyhp")


@pytest.mark.parametrize("placement", ["copy", "link"])
def test_combined_sets_hold_the_lines_of_all(placement: str, tmp_path: Path) -> None:
    sets = [saved(tmp_path / "a", line(1), line(2)), saved(tmp_path / "b", line(3, vertical=True))]
    path = combine(sets, tmp_path / "both", placement)
    both = read_coco(path)
    assert problems(both) == []
    assert content(lines_of(both)) == [row for coco in sets for row in content(lines_of(coco))]
    assert (both.image_path(both.images[0]).stat().st_nlink == 2) == (placement == "link")


def test_a_set_with_a_missing_image_is_not_combined(tmp_path: Path) -> None:
    coco = saved(tmp_path / "a", line(1))
    coco.image_path(coco.images[0]).unlink()
    with pytest.raises(DataError, match="does not exist"):
        combine([coco], tmp_path / "both")
    assert os.listdir(tmp_path) == ["a"]


def test_file_names_that_lead_out_of_the_set_stay_in_the_combined_one(tmp_path: Path) -> None:
    coco = saved(tmp_path / "a", line(1))
    image = replace(coco.images[0], file_name="../images/p_0.png")
    moved = CocoSet(coco.path, coco.folder / "images", (image,), coco.annotations)
    (combined,) = read_coco(combine([moved], tmp_path / "both")).images
    assert Path(combined.file_name).parts == ("images", "0000001_1_p_0.png")


def test_nothing_to_combine_and_no_such_placement(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no set"):
        combine([], tmp_path / "both")
    with pytest.raises(UnknownNameError, match="known: copy, link"):
        combine([saved(tmp_path / "a", line(1))], tmp_path / "both", "move")


def test_glyph_crops_come_back_from_their_manifest(tmp_path: Path) -> None:
    crops = [GlyphCrop(line(i).image[:, : 5 + i], text, "Font Bold") for i, text in enumerate(("/", "ffi", ".", "天"))]
    manifest = write_glyphs(crops, tmp_path / "glyphs")
    glyphs = read_glyphs(manifest.parent)
    assert [(each.text, each.source) for each in glyphs] == [(crop.text, "Font Bold") for crop in crops]
    assert [decode(each.file).tolist() for each in glyphs] == [crop.image.tolist() for crop in crops]
    assert all(each.file.stem.isdigit() for each in glyphs)


def test_glyphs_cut_from_a_vertical_line_stand_upright() -> None:
    upright = [crop.image.shape for crop in glyph_crops(line(1, vertical=True))]
    assert upright == [(11, 20), (16, 20), (15, 20), (23, 20)]


def test_a_writing_of_glyphs_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def crops() -> Any:
        yield from glyph_crops(line(1))
        raise DataError("the font broke.")

    with pytest.raises(DataError):
        write_glyphs(crops(), tmp_path / "glyphs")
    assert os.listdir(tmp_path) == []


def test_a_manifest_with_a_broken_row(tmp_path: Path) -> None:
    write_glyphs(glyph_crops(line(1)), tmp_path / "glyphs")
    manifest = tmp_path / "glyphs/manifest.jsonl"
    assert isinstance(read_glyphs(tmp_path / "glyphs")[0], GlyphFile)
    manifest.write_text(manifest.read_text()[:-9])
    with pytest.raises(DataError, match=r"manifest\.jsonl, row 4: not JSON"):
        read_glyphs(tmp_path / "glyphs")
