"""Glyph crops with known text: a folder of images and its `manifest.jsonl`; texts never stand in file names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.data.lines import field_of, rows_of
from effocr.data.writing import new_folder, write_jsonl
from effocr.errors import DataError
from effocr.image.draw import png
from effocr.image.preparation import Grey

MANIFEST_FILE = "manifest.jsonl"
FILES_A_FOLDER = 1000


@dataclass(frozen=True, eq=False)
class GlyphCrop:
    """The pixels of one glyph, its text, and where it came from: a font, or a line of a data set."""

    image: Grey
    text: str
    source: str


@dataclass(frozen=True)
class GlyphFile:
    """A glyph crop on disk."""

    file: Path
    text: str
    source: str


def write_glyphs(crops: Iterable[GlyphCrop], folder: str | os.PathLike[str]) -> Path:
    """The manifest of a new folder that holds the crops; the folder is there when all are written, or not at all."""
    folder = Path(folder)
    rows: list[dict[str, object]] = []
    with new_folder(folder) as part:
        for number, crop in enumerate(crops):
            name = f"images/{number // FILES_A_FOLDER:04d}/{number:07d}.png"
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(png(crop.image))
            rows.append({"file": name, "text": crop.text, "source": crop.source})
        write_jsonl(part / MANIFEST_FILE, rows)
    return folder / MANIFEST_FILE


def read_glyphs(folder: str | os.PathLike[str]) -> list[GlyphFile]:
    """The crops that a folder's manifest lists, in its order. Raises DataError naming file and row."""
    path = Path(folder) / MANIFEST_FILE
    glyphs = []
    for where, row in rows_of(path):
        file = path.parent / field_of(row, "file", str, where)
        if not file.is_file():
            raise DataError(f"{where}: the image {file} does not exist.", hint="Copy it there or remove this row.")
        glyphs.append(GlyphFile(file, field_of(row, "text", str, where), field_of(row, "source", str, where, "")))
    return glyphs


def glyph_crops(line: LabelledLine) -> Iterator[GlyphCrop]:
    """The glyphs of a line, each over the line's full height (width where it is vertical), upright."""
    for row, text in enumerate(line.texts):
        box = line.boxes[row]
        yield GlyphCrop(cut(line, box.left, box.right), text, line.source)


def cut(line: LabelledLine, left: float, right: float) -> Grey:
    """The columns of a line from `left` to `right`, at least one, standing as they do in the labelled image."""
    first = min(max(int(np.floor(left)), 0), line.image.shape[1] - 1)
    columns = line.image[:, first : max(int(np.ceil(right)), first + 1)]
    return np.ascontiguousarray(np.rot90(columns, -1) if line.vertical else columns)
