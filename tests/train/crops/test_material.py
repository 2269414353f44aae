from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from effocr.data.glyphs.files import GlyphFile
from effocr.errors import DataError, UnknownNameError
from effocr.train.crops.material import crop_material, few, page_of, split_crops
from effocr.train.crops.recipe import CropFolders


def crop(text: str, origin: str = "real", page: str = "", split: str = "", source: str = "font") -> GlyphFile:
    return GlyphFile(Path(f"{text}.png"), text, source, origin, page, split)  # type: ignore[arg-type]


def test_pages_are_never_shared_between_parts(folders: list[Path]) -> None:
    material = crop_material(CropFolders(folders=tuple(folders), proportions=(0.5, 0.25, 0.25)))
    pages = [{page_of(each) for each in part} for part in (material.real, material.val, material.test)]
    assert [len(part) for part in pages] == [2, 1, 1]
    assert len(set.union(*pages)) == 4
    assert {each.origin for each in material.val + material.test} == {"real"}
    assert len(material.renders) == 6 and set(material.renders) <= set(material.train)


def test_another_seed_gives_other_parts_and_the_same_seed_the_same(folders: list[Path]) -> None:
    def val(seed: int) -> tuple[GlyphFile, ...]:
        return crop_material(CropFolders(folders=tuple(folders), proportions=(0.5, 0.25, 0.25), seed=seed)).val

    assert val(3) == val(3)
    assert len({val(seed)[0].source for seed in range(8)}) > 1


def test_crops_that_name_a_split_keep_it() -> None:
    crops = [crop("a", split="train"), crop("b", split="dev"), crop("c", split="test"), crop("d", "render")]
    parts = split_crops(crops, (0.5, 0.25, 0.25), 0)
    assert {part: [each.text for each in found] for part, found in parts.items()} == {
        "train": ["a", "d"],
        "val": ["b"],
        "test": ["c"],
    }
    with pytest.raises(UnknownNameError, match="split of"):
        split_crops([crop("a", split="trian")], (1, 0, 0), 0)


def test_without_real_crops_fonts_are_held_out() -> None:
    crops = [crop(text, "render", source=f"font {number}") for number in range(4) for text in "ab"]
    parts = split_crops(crops, (0.5, 0.25, 0.25), 0)
    assert [len({each.source for each in part}) for part in parts.values()] == [2, 1, 1]


@pytest.mark.parametrize(("use", "origins"), [("both", {"real", "render"}), ("real", {"real"}), ("render", {"render"})])
def test_a_training_can_use_real_crops_or_renders_alone(use: str, origins: set[str], folders: list[Path]) -> None:
    material = crop_material(CropFolders.model_validate({"folders": folders, "use": use}))
    assert {each.origin for each in material.train} == origins
    assert len(material.renders) == 6, "the index needs renders whatever is trained on"
    assert {each.origin for each in material.val} == {"real"}


def test_few_shots_are_real_crops_drawn_once(folders: list[Path]) -> None:
    material = crop_material(CropFolders(folders=tuple(folders), few_shot=2))
    assert set(Counter(each.text for each in material.real).values()) == {2}
    assert len(material.renders) == 6
    assert few(material.real, 1, 5) == few(material.real, 1, 5)
    assert few(material.real, None, 5) == list(material.real)


def test_too_little_material_says_what_is_missing(folders: list[Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="0 texts to train on"):
        crop_material(CropFolders(folders=(folders[1],), use="real", proportions=(1, 0, 0)))
