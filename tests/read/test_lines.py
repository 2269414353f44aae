"""Line finders: lines that are there are found, and one line is never cut in two."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.errors import UnknownNameError
from effocr.image.preparation import Grey
from effocr.page.boxes import Box
from effocr.read.pages.finders import line_finder
from effocr.read.sockets import FoundLine

TEXTS = ("Jiggling bygone types", "were set by hand, and", "pages of five columns", "quietly filled up.")


def clip(texts: tuple[str, ...], *, size: int = 26, pitch: float = 1.25, ink: int = 20, paper: int = 230) -> Grey:
    """A clip of lines in a real typeface, `pitch` times the font size apart."""
    font = ImageFont.load_default(size)
    step = round(size * pitch)
    image = Image.new("L", (round(14 * size), step * len(texts) + size // 3), paper)
    for row, text in enumerate(texts):
        ImageDraw.Draw(image).text((4, row * step + size // 6), text, fill=ink, font=font)
    return np.asarray(image)


@pytest.mark.parametrize("name", ["auto", "projection"])
@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("size", [14, 26, 60])
def test_lines_of_a_clip_are_found_in_order(name: str, count: int, size: int) -> None:
    boxes = [line.box for line in line_finder(name).find(clip(TEXTS[:count], size=size))]
    assert len(boxes) == count
    step = round(size * 1.25)
    for row, box in enumerate(boxes):
        x_height = row * step + size * 0.75
        assert box.top < x_height < box.bottom and box.height < 2 * step
        assert (box.left, box.right) == (0, 14 * size)


def test_light_print_on_dark_paper() -> None:
    assert len(line_finder("auto").find(clip(TEXTS, ink=240, paper=20))) == 4


def test_a_short_last_line_is_not_lost() -> None:
    assert len(line_finder("auto").find(clip((*TEXTS[:3], "up.")))) == 4


@pytest.mark.parametrize(
    "text", ["one", "i", "i: j; =", "HEADLINES IN CAPITALS", "jgpqy jgpqy", "— — —", "... ...", "Ä É ÿ"]
)
@pytest.mark.parametrize("size", [16, 40])
def test_one_line_stays_whole(text: str, size: int) -> None:
    page = clip((text,), size=size)
    rows, columns = page.shape
    assert line_finder("auto").find(page) == [FoundLine(Box(0, 0, columns, rows))]


@pytest.mark.parametrize("reach", [0.1, 0.25, 0.4])
def test_neighbours_that_reach_in_are_no_lines(reach: float) -> None:
    page = clip(TEXTS[:3], size=30)
    step = round(30 * 1.25)
    part = round(reach * step)
    line = page[step - part : 2 * step + part]
    assert len(line_finder("auto").find(line)) == 1


def test_a_rule_is_no_line() -> None:
    page = clip(TEXTS[:1], size=30).copy()
    page[-3:-1] = 0
    assert len(line_finder("auto").find(page)) == 1


@pytest.mark.parametrize("name", ["auto", "none", "projection"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (200, 300), (7, 9)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_images_are_one_region(name: str, shape: tuple[int, int], level: int) -> None:
    assert line_finder(name).find(np.full(shape, level, np.uint8)) == [FoundLine(Box(0, 0, shape[1], shape[0]))]


@pytest.mark.parametrize("name", ["auto", "none", "projection"])
def test_noise_gives_boxes_inside_the_image(name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 200), np.uint8)
    for line in line_finder(name).find(noise):
        box = line.box
        assert 0 <= box.left < box.right <= 200 and 0 <= box.top < box.bottom <= 300


def test_none_never_cuts() -> None:
    page = clip(TEXTS)
    assert line_finder("none").find(page) == [FoundLine(Box(0, 0, page.shape[1], page.shape[0]))]


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="projection"):
        line_finder("projektion")
