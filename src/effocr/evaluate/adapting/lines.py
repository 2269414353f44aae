"""Transcribed lines in whatever form they come: lines.jsonl, COCO, PAGE XML, ALTO."""

from __future__ import annotations

import shutil
from pathlib import Path

from effocr.data.coco import COCO_FILE, CocoSet, read_coco, spelling_of
from effocr.data.foreign.conversion import foreign_to_lines, marked_files
from effocr.data.lines import LINES_FILE, TextLine, read_lines
from effocr.data.split import page_of
from effocr.errors import DataError
from effocr.image.folders import IMAGE_SUFFIXES


def transcribed_lines(folder: Path, work: Path) -> list[TextLine]:
    """The lines of a folder with their texts, in its order.

    Lines of pages (PAGE XML, ALTO) are cut out into `work`, once. DataError where there is nothing of these forms.
    """
    if (folder / LINES_FILE).is_file():
        return read_lines(folder)
    if folder.is_file() or (folder / COCO_FILE).is_file():
        return _of_coco(read_coco(folder))
    if folder.is_dir() and marked_files(folder):
        cut = work / "lines"
        if not (cut / LINES_FILE).is_file():
            shutil.rmtree(cut, ignore_errors=True)
            foreign_to_lines(folder, cut)
        return read_lines(cut)
    raise DataError(
        f"{folder} holds no transcribed lines.",
        hint="It needs a lines.jsonl (image, text), a coco.json, or pages in PAGE XML or ALTO with their images.",
    )


def bare_lines(folder: Path) -> list[TextLine]:
    """Line images without texts: those of a lines.jsonl, else the images in the folder, by name."""
    if (folder / LINES_FILE).is_file():
        return read_lines(folder)
    images = sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    if not images:
        raise DataError(f"{folder} holds no images.", hint="Name a folder of line images, or one with a lines.jsonl.")
    return [TextLine(path, "", page=path.stem.rpartition("_")[0]) for path in images]


def _of_coco(coco: CocoSet) -> list[TextLine]:
    lines = []
    for image in coco.images:
        text = image.text if image.text is not None else spelling_of(coco, image)[0].text
        lines.append(TextLine(coco.image_path(image), text, bool(image.vertical), image.split, page_of(image)))
    return lines
