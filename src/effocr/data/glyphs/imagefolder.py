"""Crops in folders as EffOCR lays them out for its trainings: one folder a text, named by its code points.

Folders are called `97`, `102_102_105` or, by older scripts, `0x61`. Real crops begin with `PAIRED` and the stem of
their line image, all others are renders and name their font. Lists `train_paired_image_paths.json` (`val`, `test`) say
which part of a split a real crop belongs to. `class_map.json` and `coverage_dict.json` say nothing that the names do
not.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from effocr.data.glyphs.files import GlyphFile
from effocr.data.split import page_of_name
from effocr.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
LISTS = {"train": "train", "val": "dev", "test": "test"}
"""The parts of a split in the names of EffOCR's lists, and ours."""
MARK = "PAIRED"
REAL = (
    re.compile(r"PAIRED-(?P<source>.+)-\d+_\d+-(?:char|word)-[\dx_a-fA-F]*"),
    re.compile(r"PAIRED_(?P<source>.+)_\d+_0x[\da-fA-F]+(?:_\d+)?"),
    re.compile(r"PAIRED[-_]?(?P<source>.+)"),
)
RENDERED = (
    re.compile(r"(?P<source>.+)-(?:char|word)-[\dx_a-fA-F]*"),
    re.compile(r"0x[\da-fA-F]+_\d+_(?P<source>.+)"),
    re.compile(r"(?P<source>.+)"),
)
"""How file names are put together, the newest way first."""


def read_imagefolder(folder: str | os.PathLike[str]) -> list[GlyphFile]:
    """The crops in a folder of folders, sorted by folder and file. DataError for a folder that names no text."""
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder.", hint="Name the folder that holds a folder for each text.")
    parts = _parts(folder)
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    glyphs = [_glyph(file, text, parts) for path in classes for text, file in _files(path)]
    if not glyphs:
        raise DataError(
            f"{folder} holds no folders of crops.", hint="Folders are named by code points: 97 for a, 102_105 for fi."
        )
    return glyphs


def text_of(name: str) -> str:
    """The text that the name of a folder spells in code points. ValueError for another name."""
    return "".join(chr(int(point, 16 if point.lower().startswith("0x") else 10)) for point in name.split("_"))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not files:
        return
    try:
        text = text_of(folder.name)
    except (ValueError, OverflowError) as error:
        message = f"{folder}: the name of a folder of crops is code points joined by '_', got {folder.name!r}."
        raise DataError(message, hint="For example 97 for a, 102_105 for fi, or 0x61.") from error
    yield from ((text, file) for file in files)


def _glyph(file: Path, text: str, parts: dict[str, str]) -> GlyphFile:
    if not file.stem.startswith(MARK):
        return GlyphFile(file, text, _source(file, RENDERED), "render")
    source = _source(file, REAL)
    return GlyphFile(file, text, source, "real", page_of_name(source), parts.get(file.name, ""))


def _source(file: Path, forms: tuple[re.Pattern[str], ...]) -> str:
    matches = (form.fullmatch(file.stem) for form in forms)
    return next((match["source"] for match in matches if match), file.stem)


def _parts(folder: Path) -> dict[str, str]:
    """The part of the split that each listed file name belongs to; empty without lists."""
    parts: dict[str, str] = {}
    for theirs, ours in LISTS.items():
        path = folder / f"{theirs}_paired_image_paths.json"
        if path.is_file():
            parts.update(dict.fromkeys(_listed(path), ours))
    return parts


def _listed(path: Path) -> list[str]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))["images"]
        return [PurePosixPath(row["file_name"].replace("\\", "/")).name for row in rows]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} is no list of images ({type(error).__name__}: {error})."
        raise DataError(message, hint='Wanted: {"images": [{"file_name": ...}, ...]}; remove the file else.') from error
