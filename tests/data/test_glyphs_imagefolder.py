"""Folders that EffOCR's trainings read, laid out in its older and its newer way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from effocr.data.glyphs.files import GlyphFile, load, read_glyphs, write_glyphs
from effocr.data.glyphs.imagefolder import read_imagefolder, text_of
from effocr.errors import DataError
from effocr.image.draw import png

NEWER = {
    "97/PAIRED-page1_003-120_44-char-97.png": GlyphFile(Path(), "a", "page1_003", "real", "page1", "train"),
    "97/PAIRED-sn-84020558-12-7_8-char-97.png": GlyphFile(Path(), "a", "sn-84020558-12", "real", "sn-84020558-12"),
    "102_102_105/Noto-Serif-word-102_102_105.png": GlyphFile(Path(), "ffi", "Noto-Serif", "render"),
    "116_104_101/PAIRED-page2_001-1_2-word-116_104_101.png": GlyphFile(
        Path(), "the", "page2_001", "real", "page2", "dev"
    ),
}
OLDER = {
    "12354/PAIRED_pr1954_p10_2_577_0x3042_31.png": GlyphFile(
        Path(), "あ", "pr1954_p10_2", "real", "pr1954_p10", "test"
    ),
    "12354/0x3042_12_NotoSerifCJKjp-Regular.png": GlyphFile(Path(), "あ", "NotoSerifCJKjp-Regular", "render"),
    "0x20B9F/0x20B9F_3_Mincho_A.png": GlyphFile(Path(), "𠮟", "Mincho_A", "render"),
}


def laid_out(folder: Path, names: dict[str, GlyphFile]) -> Path:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png(np.full((6 + number, 5), number, np.uint8)))
    lists: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    for name, glyph in names.items():
        if glyph.split:
            lists[glyph.split].append(name)
    for theirs, ours in (("train", "train"), ("val", "dev"), ("test", "test")):
        rows = [{"file_name": f"/data/old/{name}"} for name in lists[ours]]
        (folder / f"{theirs}_paired_image_paths.json").write_text(json.dumps({"images": rows}))
    (folder / "class_map.json").write_text('{"0": "a"}')
    (folder / "coverage_dict.json").write_text("{}")
    (folder / "notes").mkdir()
    return folder


def told(glyph: GlyphFile) -> tuple[str, ...]:
    return glyph.text, glyph.source, glyph.origin, glyph.page, glyph.split


@pytest.mark.parametrize("names", [NEWER, OLDER], ids=["newer", "older"])
def test_names_tell_text_origin_source_page_and_split(names: dict[str, GlyphFile], tmp_path: Path) -> None:
    folder = laid_out(tmp_path, names)
    found = {glyph.file.relative_to(folder).as_posix(): told(glyph) for glyph in read_imagefolder(folder)}
    assert found == {name: told(glyph) for name, glyph in names.items()}


def test_they_become_a_folder_with_a_manifest(tmp_path: Path) -> None:
    theirs = read_imagefolder(laid_out(tmp_path / "old", NEWER))
    ours = read_glyphs(write_glyphs(load(theirs), tmp_path / "new").parent)
    assert list(map(told, ours)) == list(map(told, theirs))
    for one, other in zip(load(ours), load(theirs), strict=True):
        np.testing.assert_array_equal(one.image, other.image)


def test_code_points_spell_a_text() -> None:
    assert [text_of(name) for name in ("97", "0x61", "97_0x2014_128512")] == ["a", "a", "a—😀"]


@pytest.mark.parametrize("name", ["ab", "97_", "-1", "1114112", "0xzz"])
def test_a_folder_that_names_no_text(name: str, tmp_path: Path) -> None:
    laid_out(tmp_path, {f"{name}/x.png": GlyphFile(Path(), "", "")})
    with pytest.raises(DataError, match="code points joined by '_'") as caught:
        read_imagefolder(tmp_path)
    assert repr(name) in caught.value.message


def test_no_folders_and_broken_lists(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no folders"):
        read_imagefolder(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        read_imagefolder(tmp_path / "gone")
    (laid_out(tmp_path / "set", NEWER) / "val_paired_image_paths.json").write_text('{"images": [3]}')
    with pytest.raises(DataError, match=r"val_paired_image_paths\.json is no list"):
        read_imagefolder(tmp_path / "set")
