from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from effocr.data.check import problems
from effocr.data.coco import lines_of, read_coco
from effocr.data.glyphs.files import read_glyphs
from effocr.data.labelled import LabelledLine
from effocr.errors import DataError
from effocr.page.boxes import Boxes
from effocr.page.charset import charset
from effocr.synth.export import write_glyphs, write_lines
from effocr.synth.fonts import ALPHABET, find_fonts, needed_of
from effocr.synth.lines import LineMaker, legible, line_makers
from effocr.synth.recipe import SynthesisRecipe


@pytest.fixture(scope="module")
def recipe(fonts: Path, words: Path) -> SynthesisRecipe:
    return SynthesisRecipe(fonts=(fonts,), words=str(words), charset="ascii")


@pytest.fixture(scope="module")
def maker(recipe: SynthesisRecipe) -> LineMaker:
    return line_makers(recipe)[0]


def test_the_same_seed_gives_the_same_lines(maker: LineMaker) -> None:
    for one, other in zip(maker.block("5/1"), maker.block("5/1"), strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.boxes.array, other.boxes.array)
        assert one.texts == other.texts


def test_another_seed_gives_other_lines(maker: LineMaker) -> None:
    assert maker.block("5/1")[0].text != maker.block("6/1")[0].text


def test_workers_share_the_stream_without_overlap(maker: LineMaker) -> None:
    whole = {line.image.tobytes() for line in islice(maker.lines(3), 20)}
    one, other = ({line.image.tobytes() for line in islice(maker.lines(3, worker, 2), 20)} for worker in (0, 1))
    assert one.isdisjoint(other)
    assert one | other >= whole


def test_boxes_lie_in_the_image_and_in_reading_order(maker: LineMaker) -> None:
    for line in islice(maker.lines(7), 60):
        height, width = line.image.shape
        assert line.boxes.left.min() >= 0 and line.boxes.right.max() <= width
        assert line.boxes.top.min() >= 0 and line.boxes.bottom.max() <= height
        assert (np.diff(line.boxes.centre) > -0.5 * line.band.height).all()
        assert not line.spaces[0]


def test_boxes_of_a_clean_line_hold_the_ink(maker: LineMaker) -> None:
    """Across all degradations the boxes must be darker than what lies between the words, on average."""
    inside, outside = [], []
    for line in islice(maker.lines(11), 60):
        mask = np.zeros(line.image.shape, bool)
        for left, top, right, bottom in line.boxes.array.round().astype(int):
            mask[top:bottom, left:right] = True
        if mask.any() and not mask.all():
            inside.append(float(line.image[mask].mean()))
            band = slice(max(0, int(line.band.baseline - line.band.height)), max(1, int(line.band.baseline)))
            rest = line.image[band][~mask[band]]
            outside.append(float(rest.mean()) if rest.size else 255.0)
    darker = np.array(inside) < np.array(outside)
    assert darker.mean() > 0.85


def test_neighbouring_lines_reach_in(recipe: SynthesisRecipe) -> None:
    alone = line_makers(recipe.model_copy(update={"neighbours": 0.0}))[0]
    crowded = line_makers(recipe.model_copy(update={"neighbours": 1.0}))[0]

    def ink_at_the_top(maker: LineMaker) -> float:
        shares = []
        for line in islice(maker.lines(2), 80):
            over = int(line.band.baseline - line.band.height * 1.35)
            if over > 2:
                rows = line.image[:over].astype(float)
                shares.append(float((np.abs(rows - np.median(line.image)) > 60).mean()))
        return float(np.mean(shares))

    assert ink_at_the_top(crowded) > 3 * ink_at_the_top(alone)


def test_any_number_of_processes_writes_the_same_files(recipe: SynthesisRecipe, tmp_path: Path) -> None:
    one = write_lines(tmp_path / "one", recipe, 12, 4, 1, lambda done, of: None)
    two = write_lines(tmp_path / "two", recipe, 12, 4, 2, lambda done, of: None)
    assert json.loads(one.read_text())["annotations"] == json.loads(two.read_text())["annotations"]
    for image in sorted((tmp_path / "one/images").iterdir()):
        assert image.read_bytes() == (tmp_path / "two/images" / image.name).read_bytes()


def test_written_lines_come_back_as_they_were(recipe: SynthesisRecipe, maker: LineMaker, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "out", recipe, 10, 9, 1, lambda done, of: None)
    coco = read_coco(path)
    assert problems(coco) == []
    for read, made in zip(lines_of(coco), islice(maker.lines(9), 10), strict=True):
        assert read.text == made.text
        np.testing.assert_array_equal(read.image, made.image)
        np.testing.assert_allclose(read.boxes.array, made.boxes.array, atol=0.06)
        assert read.band.height == pytest.approx(made.band.height, abs=0.01)


def test_glyph_crops_have_a_manifest_and_no_texts_in_file_names(recipe: SynthesisRecipe, tmp_path: Path) -> None:
    write_glyphs(tmp_path / "glyphs", recipe, 30, 1, 1, lambda done, of: None)
    glyphs = read_glyphs(tmp_path / "glyphs")
    assert len(glyphs) == 30
    assert all(glyph.text and glyph.source == "Aileron Regular" for glyph in glyphs)


def test_a_font_without_the_charset_is_named(fonts: Path) -> None:
    with pytest.raises(DataError, match=r"Aileron-Regular\.ttf, lacks 2 of 3"):
        find_fonts([fonts], needed="aあ漢")


def test_a_missing_folder_of_fonts_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: no such folder"):
        find_fonts([tmp_path / "nowhere"])


def test_a_glyph_whose_ink_is_gone_becomes_unknown() -> None:
    image = np.full((20, 60), 230, np.uint8)
    for left in (2, 12, 22, 32, 42):
        image[4:16, left : left + 6] = 20
    image[4:16, 22:28] = 228  # the third has all but vanished
    boxes = Boxes.of((left, 4, left + 6, 16) for left in (2, 12, 22, 32, 42))
    line = LabelledLine(image, tuple("abcde"), boxes, np.array([False, False, True, False, False]))
    seen = legible(line)
    assert seen is not None
    assert seen.texts == ("a", "b", "d", "e")
    assert seen.spaces.tolist() == [False, False, True, False]
    assert seen.unknown.array.tolist() == [[22, 4, 28, 16]]
    image[4:16, 32:38] = 229
    assert legible(line) is None


def test_fonts_need_the_charset_but_for_the_rarer_signs_of_english_print() -> None:
    assert set(needed_of(charset("english").texts)) == set(ALPHABET)
    assert needed_of("0123½") == "0123"
    assert needed_of("½¼") == "½¼"
    assert needed_of("яж1é") == "яж1"
