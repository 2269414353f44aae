"""Pages as COCO, the way EffOCR keeps labelled lines, so that a reading can be looked at, corrected and learned from.

Every image has its `text`, every glyph (category 0), word (1) and, on images of several lines, line (2) a box, a text
and a score; file names are the pages' names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from effocr.formats.layout import page_name
from effocr.page.boxes import Box
from effocr.page.result import Line, Page

CATEGORIES = {"char": 0, "word": 1, "line": 2}


def write_coco(pages: Sequence[Page]) -> str:
    """One COCO document of all pages."""
    return json.dumps(coco_of(pages), ensure_ascii=False) + "\n"


def coco_of(pages: Sequence[Page]) -> dict[str, Any]:
    """The COCO document of pages; ids of images and annotations count from 1."""
    images = [_image(page, number) for number, page in enumerate(pages, 1)]
    rows = [(number, *found) for number, page in enumerate(pages, 1) for found in _found(page)]
    lines = any(category == "line" for _, category, *_ in rows)
    names = [name for name in CATEGORIES if name != "line" or lines]
    return {
        "info": {},
        "licenses": [],
        "categories": [{"id": CATEGORIES[name], "name": name} for name in names],
        "images": images,
        "annotations": [_annotation(number, *row) for number, row in enumerate(rows, 1)],
    }


def _image(page: Page, number: int) -> dict[str, Any]:
    row = {
        "id": number,
        "width": page.width,
        "height": page.height,
        "file_name": page_name(page),
        "text": page.to_text(),
    }
    return row | {"vertical": any(line.vertical for line in page.lines)}


def _found(page: Page) -> Iterator[tuple[str, Box, str, float]]:
    """Category, box, text and score of all that is on a page; the box of an only line says nothing."""
    for line in page.lines:
        if len(page.lines) > 1:
            yield "line", line.box, line.text, line.score
        yield from _in_line(line)


def _in_line(line: Line) -> Iterator[tuple[str, Box, str, float]]:
    for word in line.words:
        yield "word", word.box, word.text, word.score
        yield from (("char", glyph.box, glyph.text, glyph.score) for glyph in word.glyphs)


def _annotation(number: int, image: int, category: str, box: Box, text: str, score: float) -> dict[str, Any]:
    return {
        "id": number,
        "image_id": image,
        "category_id": CATEGORIES[category],
        "bbox": [round(value, 2) for value in (box.left, box.top, box.width, box.height)],
        "area": round(box.width * box.height, 2),
        "iscrowd": 0,
        "text": text,
        "score": round(score, 4),
    }
