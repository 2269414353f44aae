"""COCO as EffOCR keeps it, told by counting and by reading it back."""

from __future__ import annotations

import json
from pathlib import Path

from effocr.data.coco import read_coco, spelling_of
from effocr.formats.coco import coco_of, write_coco
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word


def line(top: float, *words: str, vertical: bool = False, spaced: bool = True) -> Line:
    made, place = [], 0
    for text in words:
        boxes = [10.0 * (place + i) for i in range(len(text))]
        glyphs = [
            Glyph(Box(1, at, 9, at + 8) if vertical else Box(at, top, at + 8, top + 9), char, 0.5)
            for at, char in zip(boxes, text, strict=True)
        ]
        made.append(Word(tuple(glyphs)))
        place += len(text) + 1
    return Line(Box(0, top, 100, top + 10), tuple(made), vertical, spaced)


def rows(document: dict[str, list[dict[str, object]]], category: int) -> list[dict[str, object]]:
    return [row for row in document["annotations"] if row["category_id"] == category]


def test_an_image_of_one_line_has_its_glyphs_and_words() -> None:
    document = coco_of([Page((line(2, "an", "ox"),), 100, 14, "a/b.png")])
    assert document["images"] == [
        {"id": 1, "width": 100, "height": 14, "file_name": "a/b.png", "text": "an ox", "vertical": False}
    ]
    assert [category["name"] for category in document["categories"]] == ["char", "word"]
    assert [row["text"] for row in rows(document, 0)] == ["a", "n", "o", "x"]
    assert [(row["text"], row["bbox"], row["score"]) for row in rows(document, 1)] == [
        ("an", [0, 2, 18, 9], 0.25),
        ("ox", [30, 2, 18, 9], 0.25),
    ]
    assert [row["id"] for row in document["annotations"]] == list(range(1, 7))


def test_an_image_of_several_lines_has_a_box_for_each() -> None:
    document = coco_of([Page((line(2, "an"), line(20, "ox")), 100, 40, "page.png"), Page((), 5, 6, "blank.png")])
    assert [(row["text"], row["image_id"], row["bbox"]) for row in rows(document, 2)] == [
        ("an", 1, [0, 2, 100, 10]),
        ("ox", 1, [0, 20, 100, 10]),
    ]
    assert [image["text"] for image in document["images"]] == ["an\nox", ""]


def test_what_is_written_spells_the_text_when_it_is_read_back(tmp_path: Path) -> None:
    pages = [
        Page((line(2, "fine", "day"),), 100, 14, "a.png"),
        Page((line(0, "日本", vertical=True, spaced=False),), 10, 40, "b.png"),
    ]
    (tmp_path / "coco.json").write_text(write_coco(pages), encoding="utf-8")
    coco = read_coco(tmp_path)
    spelled = [spelling_of(coco, image)[0].texts for image in coco.images]
    assert spelled == [tuple("fineday"), tuple("日本")]
    assert [image.vertical for image in coco.images] == [False, True]
    assert json.loads(write_coco([]))["images"] == []


def test_pages_of_a_document_are_told_apart() -> None:
    pages = [Page((), 9, 9, "book.pdf", number=number) for number in (1, 2)]
    assert [image["file_name"] for image in coco_of(pages)["images"]] == ["book.pdf#1", "book.pdf#2"]
