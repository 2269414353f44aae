"""Crops of glyphs and words: what is cut, how far, and what the manifest keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.data.coco import CocoSet, read_coco
from effocr.data.glyphs.cutting import CLIPS, Cutting, crops_of
from effocr.data.glyphs.files import GlyphCrop, read_glyphs, write_glyphs
from effocr.errors import DataError, UnknownNameError
from effocr.image.draw import png

GLYPHS = [(2, 8, 6, 8), (10, 3, 5, 13), (16, 15, 3, 4), (30, 6, 7, 10), (39, 2, 9, 16)]
"""x, y, width, height of the glyphs of "ab, cd"."""
WORDS = [(2, 3, 17, 17), (30, 2, 18, 16)]
TEXT = "ab, cd"
WIDTH, HEIGHT = 60, 24


def coco(
    folder: Path, glyphs: Any = GLYPHS, words: Any = WORDS, texts: Any = (), vertical: bool = False, **entry: Any
) -> CocoSet:
    """A set of one line of noise; in a vertical one everything is turned, so that it runs down."""
    folder.mkdir(exist_ok=True)
    pixels = noise()
    (folder / "p1_7.png").write_bytes(png(np.rot90(pixels, -1) if vertical else pixels))
    boxes = [(box, 0) for box in glyphs] + [(box, 1) for box in words]
    if vertical:
        boxes = [((HEIGHT - y - h, x, h, w), kind) for (x, y, w, h), kind in boxes]
    width, height = (HEIGHT, WIDTH) if vertical else (WIDTH, HEIGHT)
    image = {"id": 1, "file_name": "p1_7.png", "width": width, "height": height, "text": TEXT} | entry
    rows = [{"id": n, "image_id": 1, "category_id": kind, "bbox": box} for n, (box, kind) in enumerate(boxes)]
    for row, text in zip([row for row in rows if row["category_id"] == 1], texts, strict=False):
        row["text"] = text
    (folder / "coco.json").write_text(json.dumps({"images": [image], "annotations": rows}))
    return read_coco(folder)


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH), np.uint8)


def told(crops: Any) -> list[tuple[str, list[list[int]]]]:
    return [(crop.text, crop.image.tolist()) for crop in crops]


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize(
    ("clip", "rows"),
    [
        ("line", [(0, 24)] * 5),
        ("box", [(8, 16), (3, 16), (15, 19), (6, 16), (2, 18)]),
        ("word", [(3, 20), (3, 20), (3, 20), (2, 18), (2, 18)]),
    ],
)
def test_glyphs_are_clipped_to_line_word_or_box(
    clip: str, rows: list[tuple[int, int]], vertical: bool, tmp_path: Path
) -> None:
    crops = list(crops_of(coco(tmp_path, vertical=vertical), Cutting(clip=clip)))
    cut = [noise()[top:bottom, x : x + w] for (x, _, w, _), (top, bottom) in zip(GLYPHS, rows, strict=True)]
    upright = [np.rot90(each, -1) if vertical else each for each in cut]
    assert told(crops) == [(text, each.tolist()) for text, each in zip("ab,cd", upright, strict=True)]


def test_a_glyph_that_lies_in_no_word_by_four_fifths_keeps_the_lines_height(tmp_path: Path) -> None:
    words = [(2, 3, 17, 17), (30, 10, 18, 8)]  # the second word holds 60 % of c and 50 % of d
    heights = [crop.image.shape[0] for crop in crops_of(coco(tmp_path, words=words), Cutting(clip="word"))]
    assert heights == [17, 17, 17, 24, 24]


@pytest.mark.parametrize("text", ["ab, cd", "ab,cd"])
@pytest.mark.parametrize(
    ("punctuation", "found"), [("apart", [("ab", 2, 15), ("cd", 30, 48)]), ("kept", [("ab,", 2, 19), ("cd", 30, 48)])]
)
def test_words_of_a_text_with_and_without_spaces(
    text: str, punctuation: str, found: list[tuple[str, int, int]], tmp_path: Path
) -> None:
    crops = crops_of(coco(tmp_path, text=text), Cutting("word", punctuation=punctuation))
    assert told(crops) == [(word, noise()[:, left:right].tolist()) for word, left, right in found]


def test_punctuation_alone_is_no_word(tmp_path: Path) -> None:
    lone = coco(tmp_path, glyphs=[*GLYPHS, (50, 8, 8, 2)], text="ab, cd —", words=())
    assert [crop.text for crop in crops_of(lone, Cutting("word"))] == ["ab", "cd"]
    assert [crop.text for crop in crops_of(lone, Cutting("word", punctuation="kept"))] == ["ab,", "cd", "—"]


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize("texts", [("ab,", "cd"), ()], ids=["texts of boxes", "text of line"])
def test_words_without_glyphs_are_cut_all_the_same(texts: tuple[str, ...], vertical: bool, tmp_path: Path) -> None:
    only_words = coco(tmp_path, glyphs=(), words=WORDS, texts=texts, vertical=vertical)
    cut = [noise()[:, 2:19], noise()[:, 30:48]]
    upright = [np.rot90(each, -1) if vertical else each for each in cut]
    found = told(crops_of(only_words, Cutting("word")))
    assert found == [(text, each.tolist()) for text, each in zip(("ab,", "cd"), upright, strict=True)]


def test_boxes_of_words_that_do_not_fit_the_text(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="2 boxes of words without texts, but 3 words"):
        list(crops_of(coco(tmp_path, glyphs=(), text="a b c"), Cutting("word")))


def test_lines_that_cannot_be_used_are_told_and_left_out(tmp_path: Path) -> None:
    bad = coco(tmp_path, text="too long for five boxes")
    faults: list[DataError] = []
    assert list(crops_of(bad, Cutting(), on_error=faults.append)) == []
    assert "p1_7.png" in faults[0].message
    with pytest.raises(DataError, match="5 boxes"):
        list(crops_of(bad, Cutting()))


@pytest.mark.parametrize("wrong", [{"level": "glyhp"}, {"clip": "lines"}, {"punctuation": "off"}])
def test_names_that_are_not_known(wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="known: "):
        Cutting(**wrong)
    assert Cutting().clip == CLIPS[0]


def test_the_manifest_keeps_source_origin_page_and_split(tmp_path: Path) -> None:
    real = list(crops_of(coco(tmp_path / "set", split="train"), Cutting()))
    render = GlyphCrop(noise(), "/", "Font Bold", "render")
    glyphs = read_glyphs(write_glyphs([*real, render], tmp_path / "out").parent)
    assert [(g.source, g.origin, g.page, g.split) for g in glyphs[-2:]] == [
        ("p1_7.png", "real", "p1", "train"),
        ("Font Bold", "render", "", ""),
    ]


def test_a_manifest_from_before_there_were_origins_holds_renders(tmp_path: Path) -> None:
    manifest = write_glyphs([GlyphCrop(noise(), "a", "Font")], tmp_path / "old")
    manifest.write_text('{"file": "images/0000/0000000.png", "text": "a"}\n')
    (glyph,) = read_glyphs(manifest.parent)
    assert (glyph.source, glyph.origin, glyph.page) == ("", "render", "")
    manifest.write_text('{"file": "images/0000/0000000.png", "text": "a", "origin": "relal"}\n')
    with pytest.raises(UnknownNameError, match=r"manifest\.jsonl, row 1") as caught:
        read_glyphs(manifest.parent)
    assert "'real'" in caught.value.hint
