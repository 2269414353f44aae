from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from effocr.data.coco import Annotation, CocoImage, CocoSet, lines_of, read_coco
from effocr.data.lines import TextLine
from effocr.data.split import page_of, part_of, split, split_pages, write_parts
from effocr.data.subset import subset
from effocr.errors import DataError

PROPORTIONS = {"train": 0.7, "dev": 0.15, "test": 0.15}


def coco_of(folder: Path, names: list[str]) -> CocoSet:
    images = tuple(CocoImage(i, name, 20, 10, "a") for i, name in enumerate(names, 1))
    boxes = tuple(Annotation(i, i, "char", (2, 2, 5, 5)) for i in range(1, len(names) + 1))
    return CocoSet(folder / "coco.json", folder, images, boxes)


NAMES = [f"images/p{page:02d}_{line}.png" for page in range(40) for line in range(1 + page % 7)]


def test_no_page_is_in_two_parts_and_no_line_is_lost() -> None:
    parts = split(coco_of(Path(), NAMES), PROPORTIONS, seed=5)
    pages = {name: {page_of(image) for image in part.images} for name, part in parts.items()}
    assert not pages["train"] & pages["dev"] | pages["train"] & pages["test"] | pages["dev"] & pages["test"]
    assert sorted(image.file_name for part in parts.values() for image in part.images) == sorted(NAMES)
    assert all({row.image_id for row in part.annotations} == {i.id for i in part.images} for part in parts.values())
    assert all(image.split == name for name, part in parts.items() for image in part.images)


@pytest.mark.parametrize("seed", range(5))
def test_parts_have_their_share_of_the_lines_up_to_a_page(seed: int) -> None:
    parts = split_pages([name[:10] for name in NAMES], PROPORTIONS, seed)
    shares = {name: len(rows) / len(NAMES) for name, rows in parts.items()}
    assert shares == pytest.approx(PROPORTIONS, abs=7 / len(NAMES))


def test_the_seed_decides() -> None:
    pages = [str(page) for page in range(30)]
    assert split_pages(pages, PROPORTIONS, 1) == split_pages(pages, PROPORTIONS, 1)
    assert split_pages(pages, PROPORTIONS, 1) != split_pages(pages, PROPORTIONS, 2)


def test_every_part_gets_a_page_even_where_one_page_has_nearly_all() -> None:
    parts = split_pages(["big"] * 98 + ["b", "c"], PROPORTIONS)
    assert all(parts.values())


@pytest.mark.parametrize(
    ("image", "page"),
    [
        (CocoImage(1, "images/b013_0100_4.png", 9, 9), "b013_0100"),
        (CocoImage(1, "images/alone.png", 9, 9), "alone"),
        (CocoImage(1, "x_1.png", 9, 9, page="p7"), "p7"),
    ],
)
def test_the_page_is_named_or_told_by_the_file_name(image: CocoImage, page: str) -> None:
    assert page_of(image) == page


@pytest.mark.parametrize(
    ("proportions", "what"),
    [
        ({}, "got none"),
        ({"a": 0.5, "b": 0.6}, "sum to 1, got a 0.5, b 0.6"),
        ({"a": 1.5, "b": -0.5}, "positive"),
        ({"../a": 1.0}, "cannot name a part"),
        ({"a": 0.5, "b": 0.3, "c": 0.2}, "2 pages cannot be split into 3 parts"),
    ],
)
def test_splits_that_cannot_be_made(proportions: dict[str, float], what: str) -> None:
    with pytest.raises(DataError, match=what):
        split_pages(["p1", "p2"], proportions)


def test_parts_written_elsewhere_still_find_their_images(tmp_path: Path) -> None:
    from effocr.data.coco import write_set
    from effocr.image.draw import png

    coco = coco_of(tmp_path, ["a_1.png", "b_1.png"])
    for image in coco.images:
        coco.image_path(image).write_bytes(png(np.zeros((10, 20), np.uint8)))
    write_set(coco, tmp_path / "coco.json")
    paths = write_parts(split(read_coco(tmp_path), {"train": 0.5, "dev": 0.5}), tmp_path / "parts")
    assert [path.name for path in paths] == ["train.json", "dev.json"]
    assert [line.text for path in paths for line in lines_of(read_coco(path))] == ["a", "a"]


TEXT_LINES = [TextLine(Path(name), "a") for name in NAMES]


def pages_of(lines: list[TextLine]) -> set[str]:
    return {line.page or line.image.stem.rpartition("_")[0] for line in lines}


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_parts_of_the_pages_hold_every_line_once_and_share_no_page(count: int) -> None:
    parts = [part_of(TEXT_LINES, f"{part}/{count}") for part in range(1, count + 1)]
    assert all(parts)
    assert sorted(line.image for part in parts for line in part) == sorted(line.image for line in TEXT_LINES)
    assert sum(len(pages_of(part)) for part in parts) == len(pages_of(TEXT_LINES))
    assert max(len(pages_of(part)) for part in parts) - min(len(pages_of(part)) for part in parts) <= 1


@pytest.mark.parametrize("part", ["1/1", "1/5", "5/5", "3/40"])
def test_all_but_a_part_is_what_the_part_leaves_in_the_same_order(part: str) -> None:
    chosen = part_of(TEXT_LINES, part)
    assert part_of(TEXT_LINES, f"!{part}") == [line for line in TEXT_LINES if line not in chosen]
    assert chosen == [line for line in TEXT_LINES if line in chosen]


def test_a_page_goes_to_the_same_part_however_many_of_its_lines_there_are() -> None:
    few = TEXT_LINES[::3] + [line for line in TEXT_LINES if line.image.stem.endswith("_0")]
    assert pages_of(few) == pages_of(TEXT_LINES)
    assert pages_of(part_of(few, "2/5")) == pages_of(part_of(TEXT_LINES, "2/5"))


def test_all_pages_are_all_lines_and_a_named_page_comes_before_the_file_name() -> None:
    lines = [TextLine(Path(f"{name}.png"), "a", page=page) for name, page in (("x_1", "p"), ("y_1", "p"), ("z_1", "q"))]
    assert part_of(lines, "all") == lines
    assert sorted(len(part_of(lines, part)) for part in ("1/2", "2/2")) == [1, 2]


@pytest.mark.parametrize("pages", ["", "0/5", "6/5", "1/0", "1", "1/5 ", "!!1/5", "-1/5", "1/5!", "some", "ALL", "1/x"])
def test_other_forms_of_a_part_are_refused_with_an_example(pages: str) -> None:
    with pytest.raises(DataError, match="no part") as caught:
        part_of(TEXT_LINES, pages)
    assert "1/5" in caught.value.hint


def test_a_subset_is_an_even_stride_or_drawn_with_a_seed() -> None:
    coco = coco_of(Path(), NAMES)
    assert [image.id for image in subset(coco, 3).images] == [1, len(NAMES) // 3 + 1, 2 * len(NAMES) // 3 + 1]
    drawn = subset(coco, 10, seed=1)
    assert drawn.images == subset(coco, 10, seed=1).images != subset(coco, 10, seed=2).images
    assert [image.id for image in drawn.images] == sorted({image.id for image in drawn.images})
    assert {row.image_id for row in drawn.annotations} == {image.id for image in drawn.images}


def test_a_subset_of_more_than_there_is_has_all() -> None:
    coco = coco_of(Path(), NAMES)
    assert subset(coco, 10_000).images == subset(coco, 10_000, seed=3).images == coco.images


def test_a_subset_of_nothing() -> None:
    with pytest.raises(DataError, match="at least 1"):
        subset(coco_of(Path(), NAMES), 0)


def test_ids_that_are_shared_cannot_be_split() -> None:
    coco = coco_of(Path(), NAMES)
    twice = CocoSet(coco.path, coco.folder, coco.images + coco.images[:1], coco.annotations)
    with pytest.raises(DataError, match="share the id 1"):
        subset(twice, 2)
