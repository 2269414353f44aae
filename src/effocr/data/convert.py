"""Between `lines.jsonl` and COCO.

Rows with `boxes` ([[left, top, right, bottom], ...] in reading order, and optionally `texts`, one a box) become COCO;
COCO becomes such rows, or crops of its words or glyphs with a row each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from effocr.data.check import upright_size
from effocr.data.coco import (
    BBOX_LENGTH,
    COCO_FILE,
    Annotation,
    CocoImage,
    CocoSet,
    line_of,
    line_words,
    need_unique_ids,
    numbers,
    relative_name,
    runs_down,
    spelling_of,
    to_coco,
    write_coco,
)
from effocr.data.glyphs.cutting import cut
from effocr.data.glyphs.files import FILES_A_FOLDER
from effocr.data.labelled import LabelledLine
from effocr.data.lines import LINES_FILE, field_of, rows_of
from effocr.data.split import page_of
from effocr.data.writing import new_folder, write_jsonl
from effocr.errors import DataError, OutputError, unknown_name
from effocr.image.crops import turned_back
from effocr.image.draw import png

LEVELS = ("line", "word", "glyph")
Piece = tuple[str, float, float]
"""Text, left and right of a part of a line."""


def lines_to_coco(folder: str | os.PathLike[str], out: str | os.PathLike[str] | None = None) -> Path:
    """The COCO file, `coco.json` in the folder by default, of a folder whose `lines.jsonl` has boxes in every row.

    Raises DataError naming file and row where boxes are missing or do not fit the text, OutputError where `out` exists.
    """
    path = Path(folder) / LINES_FILE
    target = _new_file(Path(folder) / COCO_FILE if out is None else Path(out))
    images: list[CocoImage] = []
    annotations: list[Annotation] = []
    for where, row in rows_of(path):
        images.append(_image(row, len(images) + 1, path.parent, where))
        annotations += _boxes(row, images[-1].id, len(annotations), where)
    coco = CocoSet(path, path.parent, tuple(images), tuple(annotations))
    names = (relative_name(coco.image_path(image), target.parent) for image in images)
    document = to_coco((name, line_of(coco, image)) for name, image in zip(names, images, strict=True))
    for entry, image in zip(document["images"], images, strict=True):
        entry.update({key: value for key, value in (("page", image.page), ("split", image.split)) if value})
    return write_coco(document, target)


def coco_to_lines(coco: CocoSet, out: str | os.PathLike[str], level: str = "line") -> Path:
    """The `lines.jsonl` in the folder `out` of a set's lines, or of crops of its words or glyphs (`LEVELS`).

    Lines keep their images where they are; crops make a new folder. Raises DataError for lines that cannot be used.
    """
    if level not in LEVELS:
        raise unknown_name("level", level, LEVELS)
    need_unique_ids(coco)
    if level == "line":
        target = _new_file(Path(out) / LINES_FILE)
        return write_jsonl(target, [_line_row(coco, image, target.parent) for image in coco.images])
    with new_folder(Path(out)) as folder:
        write_jsonl(folder / LINES_FILE, list(_crops(coco, folder, level)))
    return Path(out) / LINES_FILE


def _image(row: dict[str, Any], number: int, folder: Path, where: str) -> CocoImage:
    name = field_of(row, "image", str, where)
    try:
        width, height = upright_size(folder / name)
    except Exception as error:  # Pillow raises nearly anything on damaged headers
        raise DataError(f"{where}: the image {folder / name} cannot be opened: {error}.") from error
    text, vertical = field_of(row, "text", str, where), field_of(row, "vertical", bool, where, False)
    page, split = field_of(row, "page", str, where, ""), field_of(row, "split", str, where, "")
    return CocoImage(number, name, width, height, text, vertical, page, split)


def _boxes(row: dict[str, Any], image_id: int, count: int, where: str) -> Iterator[Annotation]:
    boxes = field_of(row, "boxes", list, where)
    texts = field_of(row, "texts", list, where, [""] * len(boxes))
    if len(texts) != len(boxes) or not all(isinstance(text, str) for text in texts):
        raise DataError(f"{where}: {len(boxes)} boxes need as many texts, got {len(texts)}.", hint="Mend this row.")
    for number, (box, text) in enumerate(zip(boxes, texts, strict=True), 1):
        left, top, right, bottom = numbers(box, BBOX_LENGTH, f"{where}: box {number}")
        yield Annotation(count + number, image_id, "char", (left, top, right - left, bottom - top), text)


def _line_row(coco: CocoSet, image: CocoImage, folder: Path) -> dict[str, object]:
    spelling, boxes = spelling_of(coco, image)
    glyphs = [row for row in coco.by_image.get(image.id, []) if row.kind == "char"]
    vertical = runs_down(image, glyphs)
    upright = turned_back(boxes, image.width) if vertical else boxes
    row: dict[str, object] = {
        "image": relative_name(coco.image_path(image), folder),
        "text": spelling.text,
        "vertical": vertical,
        "page": page_of(image),
        "boxes": np.round(upright.array.astype(np.float64), 2).tolist(),
        "texts": list(spelling.texts),
    }
    return row | ({"split": image.split} if image.split else {})


def _crops(coco: CocoSet, folder: Path, level: str) -> Iterator[dict[str, object]]:
    """A row for each word or glyph of a set, its crop written to `folder`."""
    number = 0
    for image in coco.images:
        line = line_of(coco, image)
        for text, left, right in _words(line) if level == "word" else _glyphs(line):
            name = f"images/{number // FILES_A_FOLDER:04d}/{number:07d}.png"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(png(cut(line, left, right)))
            row: dict[str, object] = {"image": name, "text": text, "vertical": line.vertical, "page": page_of(image)}
            yield row | {"source": image.file_name} | ({"split": image.split} if image.split else {})
            number += 1


def _glyphs(line: LabelledLine) -> Iterator[Piece]:
    yield from zip(line.texts, line.boxes.left.tolist(), line.boxes.right.tolist(), strict=True)


def _words(line: LabelledLine) -> Iterator[Piece]:
    for glyphs in line_words(line.spaces):
        box = line.boxes.select(glyphs).union()
        yield "".join(line.texts[row] for row in glyphs), box.left, box.right


def _new_file(path: Path) -> Path:
    if path.exists():
        raise OutputError(f"{path} exists already.", hint="Remove it, or choose another place.")
    return path
