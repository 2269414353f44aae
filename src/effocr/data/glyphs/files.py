"""Crops with known text on disk: a folder of images and its `manifest.jsonl`; texts never stand in file names.

A row has `file`, `text`, `source` (the font, or the line image), `origin` (`ORIGINS`) and, where they are known, `page`
and `split`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from effocr.data.lines import field_of, rows_of
from effocr.data.writing import new_folder, write_jsonl
from effocr.errors import DataError, unknown_name
from effocr.image.decode import decode
from effocr.image.draw import png
from effocr.image.preparation import Grey

MANIFEST_FILE = "manifest.jsonl"
FILES_A_FOLDER = 1000
Origin = Literal["real", "render"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)
"""Whether a crop was printed and scanned, or drawn with a font."""


@dataclass(frozen=True, eq=False)
class GlyphCrop:
    """The pixels of one glyph or word, its text, and where it came from: a line image, or a font.

    Crops of one `page` ("" where it is not known) belong into one part of a split; `split` names the part.
    """

    image: Grey
    text: str
    source: str
    origin: Origin = "real"
    page: str = ""
    split: str = ""


@dataclass(frozen=True)
class GlyphFile:
    """A crop on disk."""

    file: Path
    text: str
    source: str
    origin: Origin = "real"
    page: str = ""
    split: str = ""


def write_glyphs(crops: Iterable[GlyphCrop], folder: str | os.PathLike[str]) -> Path:
    """The manifest of a new folder that holds the crops; the folder is there when all are written, or not at all."""
    folder = Path(folder)
    rows: list[dict[str, object]] = []
    with new_folder(folder) as part:
        for number, crop in enumerate(crops):
            name = f"images/{number // FILES_A_FOLDER:04d}/{number:07d}.png"
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(png(crop.image))
            row: dict[str, object] = {"file": name, "text": crop.text, "source": crop.source, "origin": crop.origin}
            rows.append(row | {key: value for key, value in (("page", crop.page), ("split", crop.split)) if value})
        write_jsonl(part / MANIFEST_FILE, rows)
    return folder / MANIFEST_FILE


def read_glyphs(folder: str | os.PathLike[str]) -> list[GlyphFile]:
    """The crops that a folder's manifest lists, in its order. Raises DataError naming file and row."""
    path = Path(folder) / MANIFEST_FILE
    return [_glyph_file(row, path.parent, where) for where, row in rows_of(path)]


def load(glyphs: Iterable[GlyphFile]) -> Iterator[GlyphCrop]:
    """The crops of files, decoded one by one. Raises ImageError naming a file that is no image."""
    for glyph in glyphs:
        yield GlyphCrop(decode(glyph.file), glyph.text, glyph.source, glyph.origin, glyph.page, glyph.split)


def _glyph_file(row: dict[str, object], folder: Path, where: str) -> GlyphFile:
    file = folder / field_of(row, "file", str, where)
    if not file.is_file():
        raise DataError(f"{where}: the image {file} does not exist.", hint="Copy it there or remove this row.")
    return GlyphFile(
        file,
        field_of(row, "text", str, where),
        field_of(row, "source", str, where, ""),
        _origin(field_of(row, "origin", str, where, "render"), where),  # before there were origins, all was rendered
        field_of(row, "page", str, where, ""),
        field_of(row, "split", str, where, ""),
    )


def _origin(name: str, where: str) -> Origin:
    for origin in ORIGINS:
        if name == origin:
            return origin
    raise unknown_name(f"origin in {where}:", name, ORIGINS)
