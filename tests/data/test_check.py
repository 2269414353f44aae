from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.check import problems
from effocr.data.coco import Annotation, CocoImage, CocoSet


@pytest.fixture
def good(tmp_path: Path) -> CocoSet:
    Image.fromarray(np.full((30, 90), 255, np.uint8)).save(tmp_path / "a_1.png")
    boxes = tuple(Annotation(i + 1, 1, "char", (5 + 25.0 * i, 4, 20, 20)) for i in range(3))
    return CocoSet(tmp_path / "coco.json", tmp_path, (CocoImage(1, "a_1.png", 90, 30, "ab c"),), boxes)


def whats(coco: CocoSet) -> list[str]:
    return [problem.what for problem in problems(coco)]


def test_nothing_is_wrong_with_a_good_set(good: CocoSet) -> None:
    assert problems(good) == []


def test_every_problem_names_its_file_and_says_what_to_do(good: CocoSet) -> None:
    bad = replace(good, images=(replace(good.images[0], text="abcd", width=70),))
    found = problems(bad)
    assert len(found) == 3
    assert all(str(problem).startswith(f"{good.path}: a_1.png: ") and problem.hint for problem in found)


def test_a_text_of_another_length(good: CocoSet) -> None:
    bad = replace(good, images=(replace(good.images[0], text="ab"),))
    assert whats(bad) == ["3 boxes, but 2 characters in the text 'ab'"]


def test_a_line_without_boxes(good: CocoSet) -> None:
    assert whats(replace(good, annotations=())) == [
        "the boxes spell '' (0 characters), the text says 'abc' (3); they part at character 1"
    ]


@pytest.mark.parametrize(
    ("bbox", "what"), [((80, 4, 20, 20), "outside"), ((5, 4, 20, -3), "no area"), ((5, 40, 20, 20), "outside")]
)
def test_boxes_that_do_not_fit(bbox: tuple[float, float, float, float], what: str, good: CocoSet) -> None:
    bad = replace(good, annotations=(*good.annotations[:2], replace(good.annotations[2], bbox=bbox)))
    (problem,) = problems(bad)
    assert what in problem.what
    assert "box 3" in problem.what


def test_ids_that_are_shared(good: CocoSet) -> None:
    twice = replace(
        good, images=good.images * 2, annotations=(*good.annotations[:2], replace(good.annotations[2], id=1))
    )
    assert whats(twice) == ["2 images share the id 1", "2 annotations share the id 1"]


def test_boxes_of_no_image(good: CocoSet) -> None:
    stray = replace(good.annotations[0], id=9, image_id=5)
    assert whats(replace(good, annotations=(*good.annotations, stray))) == [
        "1 boxes belong to the image 5, which does not exist"
    ]


def test_categories_that_are_not_known(good: CocoSet) -> None:
    stain = replace(good.annotations[0], id=9, kind="")
    assert whats(replace(good, annotations=(*good.annotations, stain))) == [
        "1 boxes are of a category other than char, word and line"
    ]


def test_an_image_that_is_missing(good: CocoSet) -> None:
    good.image_path(good.images[0]).unlink()
    assert whats(good) == [f"the image {good.folder / 'a_1.png'} does not exist"]


def test_a_file_that_is_no_image(good: CocoSet) -> None:
    good.image_path(good.images[0]).write_text("<html>404</html>")
    (what,) = whats(good)
    assert "cannot be opened" in what


def test_an_image_of_another_size(good: CocoSet) -> None:
    Image.new("L", (45, 15)).save(good.image_path(good.images[0]))
    assert whats(good) == ["the file is 45 x 15 pixels, the entry says 90 x 30"]


def test_an_image_that_is_turned_by_its_exif_tag(good: CocoSet) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (30, 90)).save(good.image_path(good.images[0]), exif=exif)
    assert problems(good) == []


def test_a_set_of_nothing(good: CocoSet) -> None:
    assert whats(replace(good, images=(), annotations=())) == ["there is no image in it"]
