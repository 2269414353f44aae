"""Lines cut from the page images that PAGE XML, ALTO and box files belong to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import numpy as np

from effocr.data.coco import (
    COCO_FILE,
    ROUNDING,
    Annotation,
    CocoImage,
    CocoSet,
    document_of,
    runs_down,
    spelling_of,
    write_coco,
)
from effocr.data.foreign.alto import read_alto
from effocr.data.foreign.marked import MarkedGlyph, MarkedLine, MarkedPage, in_pixels
from effocr.data.foreign.page_xml import read_page_xml
from effocr.data.foreign.tesseract import read_box_file
from effocr.data.foreign.xml_tree import name_of, parsed
from effocr.data.lines import LINES_FILE
from effocr.data.writing import new_folder, write_jsonl
from effocr.errors import DataError, EffocrError, ImageError
from effocr.image.decode import decode
from effocr.image.documents import DocumentPage, document_at
from effocr.image.draw import png
from effocr.image.folders import IMAGE_SUFFIXES
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes

SUFFIXES = (".xml", ".box")
DIALECTS: dict[str, Callable[[Path, Element], MarkedPage]] = {"PcGts": read_page_xml, "alto": read_alto}
"""Readers by the name of the root element."""
NUMBERED = re.compile(r"(.+)#(\d+)")
"""A page of a document, as we and others name it."""
NO_PAGES = {"mets"}
"""Roots of files that lie beside pages and hold none."""
OnError = Callable[[EffocrError], None]


@dataclass
class Converted:
    """What became of a number of pages; `boxed` lines have a box for every glyph and went to the COCO file too."""

    lines: int = 0
    boxed: int = 0
    without_text: int = 0


@dataclass
class _Output:
    """The new folder while it is being filled."""

    folder: Path
    rows: list[dict[str, object]] = field(default_factory=list)
    images: list[CocoImage] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)


def marked_files(source: Path) -> list[Path]:
    """The file itself, or the .xml and .box files below a folder, by path."""
    if not source.is_dir():
        return [source]
    return sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def foreign_to_lines(
    source: Path,
    out: Path,
    images: Path | None = None,
    *,
    on_error: OnError | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Converted:
    """A new folder `out` of line images with `lines.jsonl`, and `coco.json` for the lines with a box for every glyph.

    `images` is where page images are if not beside their files. Raises DataError or ImageError naming file, line and
    what to do; with `on_error` that is called instead and the page, or the line, is left out. `progress` is told how
    many files are done, and of how many.
    """
    files = marked_files(source)
    if not files:
        raise DataError(f"{source} holds no .xml and no .box file.", hint="Name the folder that holds them.")
    done = Converted()
    with new_folder(out) as folder:
        (folder / "images").mkdir()
        output = _Output(folder)
        for number, file in enumerate(files, 1):
            inside = file.relative_to(source) if source.is_dir() else Path(file.name)
            try:
                _convert_page(file, inside.with_suffix("").as_posix(), images, output, done, on_error)
            except (DataError, ImageError) as error:
                _report(error, on_error)
            if progress is not None:
                progress(number, len(files))
        if not output.rows:
            raise DataError(f"{source}: there is no line with a text in it.", hint="Are the lines transcribed?")
        write_jsonl(folder / LINES_FILE, output.rows)
        if output.images:
            write_coco(document_of(output.images, output.annotations), folder / COCO_FILE)
    return done


def read_marked(file: Path) -> MarkedPage | None:
    """The page that a PAGE XML, ALTO or box file marks, in the file's coordinates; None for a METS file."""
    if file.suffix.lower() == ".box":
        return read_box_file(file)
    root = parsed(file)
    if name_of(root) in NO_PAGES:
        return None
    if name_of(root) not in DIALECTS:
        raise DataError(
            f"{file}: <{name_of(root)}> is neither PAGE XML (<PcGts>) nor ALTO (<alto>).",
            hint="Export the page as PAGE XML or ALTO.",
        )
    try:
        return DIALECTS[name_of(root)](file, root)
    except RecursionError:
        raise DataError(f"{file}: regions lie in regions too deeply.", hint="Export the page again.") from None


def image_of(page: MarkedPage, images: Path | None = None) -> Path | DocumentPage:
    """The image that a page belongs to: by its name in the file, or by the file's own name, beside it or in `images`.

    Of a PDF or TIFF of several pages it is the one whose number stands after its name ("scan.pdf#3"), or else in the
    file. DataError where there is none.
    """
    named = page.image.removeprefix("file://").replace("\\", "/")
    numbered = NUMBERED.fullmatch(named)
    stem = page.file.name.split(".")[0]
    names = [named, *([numbered[1]] if numbered else [])] if named else []
    names = [each for name in names for each in (name, PurePosixPath(name).name)] + [
        f"{each}{suffix}" for each in dict.fromkeys((page.file.stem, stem)) for suffix in sorted(IMAGE_SUFFIXES)
    ]
    folder = page.file.parent if images is None else images
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        wanted = repr(PurePosixPath(named).name) if named else f"{page.file.stem}.png or the like"
        hint = "Name the folder of the images: --images"
        raise DataError(f"{page.file}: its image, {wanted}, is not in {folder}.", hint=hint)
    number = int(numbered[2]) if numbered and not named.endswith(found.name) else page.number
    return DocumentPage(found, number) if number and len(document_at(found)) > 1 else found


def _convert_page(
    file: Path, name: str, images: Path | None, output: _Output, done: Converted, on_error: OnError | None
) -> None:
    marked = read_marked(file)
    if marked is None:
        return
    grey = decode(image_of(marked, images))
    page = in_pixels(marked, grey.shape[1], grey.shape[0])
    for line in page.lines:
        if not line.text.strip():
            done.without_text += 1
            continue
        try:
            _convert_line(page, line, grey, name, output, done)
        except DataError as error:
            _report(error, on_error)


def _convert_line(page: MarkedPage, line: MarkedLine, grey: Grey, name: str, output: _Output, done: Converted) -> None:
    where = f"{page.file}: line {line.name!r}"
    line = _on_image(line, grey, where)
    left, top, right, bottom = _region(line)
    crop = np.ascontiguousarray(grey[top:bottom, left:right])
    image = f"images/{len(output.rows):06d}_{PurePosixPath(name).name}.png"
    text = " ".join(line.text.split())
    rows = list(_annotations(line, (left, top), len(output.images) + 1, len(output.annotations)))
    entry = CocoImage(len(output.images) + 1, image, crop.shape[1], crop.shape[0], text, line.vertical, name)
    glyphs = [row for row in rows if row.kind == "char"]
    vertical = _runs_down(entry, glyphs)
    (output.folder / image).write_bytes(png(crop))
    output.rows.append({"image": image, "text": text, "vertical": vertical, "page": name})
    done.lines += 1
    if glyphs:
        _check_spelling(entry, rows, where)
        output.images.append(entry)
        output.annotations += rows
        done.boxed += 1


def _check_spelling(image: CocoImage, rows: list[Annotation], where: str) -> None:
    """DataError where the glyphs of a line do not spell its text."""
    coco = CocoSet(Path(where), Path(), (image,), tuple(rows))
    try:
        spelling_of(coco, image)
    except DataError as error:
        hint = "Mend the file; with --faults skip such lines go to lines.jsonl only, without boxes."
        raise DataError(f"{where}: {error.message.removeprefix(f'{coco.where(image)}: ')}", hint=hint) from None


def _on_image(line: MarkedLine, grey: Grey, where: str) -> MarkedLine:
    """The line with its boxes cut at the borders of the image. DataError where one is not on image and line at all.

    Boxes that reach over a border by less than half the line's height are common, and so are words that stand out of a
    line that slopes.
    """
    height, width = grey.shape
    slack = max(ROUNDING, min(line.box.width, line.box.height) / 2)
    marks = [("line", MarkedGlyph(line.box, line.text)), *(("word", word) for word in line.words)]
    for kind, mark in [*marks, *(("glyph", glyph) for glyph in line.glyphs)]:
        if fault := _fault(mark.box, line.box, slack, width, height):
            shown = ", ".join(f"{edge:g}" for edge in mark.box)
            raise DataError(
                f"{where}: the {kind} {mark.text[:30]!r} at ({shown}) {fault}.",
                hint="Mend it in the file, or leave such lines out: --faults skip",
            )
    words, glyphs = (
        tuple(replace(mark, box=_cut(mark.box, width, height)) for mark in some) for some in (line.words, line.glyphs)
    )
    return replace(line, box=_cut(line.box, width, height), words=words, glyphs=glyphs)


def _fault(box: Box, line: Box, slack: float, width: int, height: int) -> str:
    inside = _cut(box, width, height)
    over = max(-box.left, -box.top, box.right - width, box.bottom - height)
    if over > slack or (over > 0 and min(inside.width, inside.height) <= 0):
        return f"lies outside the image of {width} x {height} pixels"
    if min(box.width, box.height) <= 0:
        return "has no area"
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    if not (line.left - slack <= x <= line.right + slack and line.top - slack <= y <= line.bottom + slack):
        return "lies outside its line"
    return ""


def _cut(box: Box, width: int, height: int) -> Box:
    return Boxes.of([box]).clipped(width, height)[0] if box.left <= box.right and box.top <= box.bottom else box


def _region(line: MarkedLine) -> tuple[int, int, int, int]:
    """Where a line with all its words and glyphs lies, in whole pixels."""
    marks = (*line.words, *line.glyphs)
    left, top, right, bottom = Boxes.of([line.box, *(mark.box for mark in marks)]).union()
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _annotations(line: MarkedLine, origin: tuple[int, int], image_id: int, count: int) -> Iterator[Annotation]:
    marks = [*(("char", mark) for mark in line.glyphs), *(("word", mark) for mark in line.words)]
    for number, (kind, mark) in enumerate(marks, count + 1):
        bbox = (mark.box.left - origin[0], mark.box.top - origin[1], mark.box.width, mark.box.height)
        yield Annotation(number, image_id, kind, bbox, " ".join(mark.text.split()))


def _runs_down(image: CocoImage, glyphs: Sequence[Annotation]) -> bool:
    """Whether a line is vertical; one without glyphs where it is taller than wide and has letters to show for it."""
    if glyphs or image.vertical is not None:
        return runs_down(image, glyphs)
    return image.height > image.width and len((image.text or "").replace(" ", "")) > 1


def _report(error: EffocrError, on_error: OnError | None) -> None:
    if on_error is None:
        raise error
    on_error(error)
