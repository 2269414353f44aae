"""Readings as predictions JSON and COCO, read back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from effocr.data.coco import line_of, read_coco
from effocr.evaluate.metrics import score
from effocr.evaluate.results import write_predictions, write_results_coco
from effocr.evaluate.run import Evaluation, Row
from effocr.image.draw import png
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word


def page(source: Path, *words: str) -> Page:
    made, left = [], 2.0
    for text in words:
        glyphs = []
        for char in text:
            glyphs.append(Glyph(Box(left, 3, left + 4, 11), char, 0.75, (Alternative("x", 0.25),), 7, "a font"))
            left += 5
        made.append(Word(tuple(glyphs)))
        left += 6
    return Page((Line(Box(0, 0, 90, 14), tuple(made)),), 90, 14, str(source), bundle="fake 1")


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    folder = tmp_path / "set" / "images"
    folder.mkdir(parents=True)
    for name in ("a", "b"):
        (folder / f"{name}.png").write_bytes(png(np.full((14, 90), 200, np.uint8)))
    rows = (
        Row(folder / "a.png", "the sun", "thc sun", page(folder / "a.png", "thc", "sun")),
        Row(folder / "b.png", "", "", page(folder / "b.png")),
        Row(folder / "gone.png", "lost", "", error="gone.png: no such file."),
    )
    return Evaluation(score((row.text, row.predicted) for row in rows), 1.0, 1, rows, "fake 1")


def test_predictions_hold_texts_words_glyphs_and_why_a_line_failed(evaluation: Evaluation, tmp_path: Path) -> None:
    document = json.loads(write_predictions(evaluation, tmp_path / "p.json").read_text(encoding="utf-8"))
    assert (document["schema"], document["bundle"]) == ("effocr.predictions/1", "fake 1")
    first, empty, failed = document["lines"]
    assert (first["text"], first["predicted"], first["error"]) == ("the sun", "thc sun", "")
    assert [word["text"] for word in first["words"]] == ["thc", "sun"]
    glyph = first["words"][0]["glyphs"][2]
    assert (glyph["text"], glyph["score"], glyph["box"]) == ("c", 0.75, [12, 3, 16, 11])
    assert (glyph["alternatives"], glyph["exemplar"]) == ([["x", 0.25]], 7)
    assert (empty["words"], failed["words"], failed["error"]) == ([], [], "gone.png: no such file.")


def test_coco_is_read_as_labelled_lines_wherever_it_is_written(evaluation: Evaluation, tmp_path: Path) -> None:
    path = write_results_coco(evaluation, tmp_path / "elsewhere" / "results.json")
    coco = read_coco(path)
    assert [image.text for image in coco.images] == ["thc sun", ""]
    line = line_of(coco, coco.images[0])
    assert line.text == "thc sun"
    assert line.boxes.array.tolist() == [list(glyph.box) for glyph in evaluation.rows[0].glyphs]
