"""Labelled lines as COCO, the way EffOCR keeps them: one image a line, a box a glyph, and a box a word.

`images[]` hold `id, width, height, file_name, text`, `annotations[]` hold `bbox` [x, y, width, height], `category_id`
(0 a character, 1 a word) and optionally `text`. What effocr adds is optional: `vertical`, `page`, `split`, `source` and
`band` ([baseline, height, slope] along the reading axis) of an image; an annotation with `iscrowd` 1 is a region about
which nothing is known.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effocr.data.labelled import LabelledLine
from effocr.data.lines import field_of
from effocr.data.spelling import CHECK, Spelling, spell
from effocr.data.writing import write_bytes, write_text
from effocr.errors import DataError
from effocr.image.band import Band
from effocr.image.crops import along_x, turned_back
from effocr.image.decode import decode
from effocr.page.boxes import Box, Boxes

COCO_FILE = "coco.json"
CATEGORIES = {"char": 0, "word": 1, "line": 2}
NAMES = {**{name: name for name in CATEGORIES}, "character": "char", "glyph": "char", "chars": "char", "words": "word"}
ROUNDING = 1.0
"""Pixels by which a box may reach over the border of its image; it is cut there."""
BBOX_LENGTH = 4


@dataclass(frozen=True)
class CocoImage:
    """A line image; `extra` keeps the keys that are not known here. `vertical` is None where the file does not say."""

    id: int
    file_name: str
    width: int
    height: int
    text: str | None = None
    vertical: bool | None = None
    page: str = ""
    split: str = ""
    band: Band | None = None
    source: str = ""
    extra: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Annotation:
    """A box on an image: `kind` is char, word or line, or "" for a category that is not known."""

    id: int
    image_id: int
    kind: str
    bbox: tuple[float, float, float, float]
    text: str = ""
    unknown: bool = False
    score: float | None = None

    @property
    def box(self) -> Box:
        """The box, with no area where `bbox` has a negative size."""
        x, y, width, height = self.bbox
        return Box(x, y, x + max(width, 0), y + max(height, 0))


@dataclass(frozen=True)
class CocoSet:
    """The content of one COCO file at `path`; its file names are relative to `folder`."""

    path: Path
    folder: Path
    images: tuple[CocoImage, ...]
    annotations: tuple[Annotation, ...]

    @cached_property
    def by_image(self) -> dict[int, list[Annotation]]:
        """The annotations of each image id, in the order of the file."""
        groups: dict[int, list[Annotation]] = {}
        for annotation in self.annotations:
            groups.setdefault(annotation.image_id, []).append(annotation)
        return groups

    def image_path(self, image: CocoImage) -> Path:
        return self.folder / image.file_name

    def where(self, image: CocoImage) -> str:
        """How messages name an image of this file."""
        return f"{self.path}: image {image.file_name!r}"

    def only(self, images: Sequence[CocoImage]) -> CocoSet:
        """The same set with these of its images only; DataError where ids are not unique."""
        need_unique_ids(self)
        kept = {image.id for image in images}
        annotations = tuple(each for each in self.annotations if each.image_id in kept)
        return CocoSet(self.path, self.folder, tuple(images), annotations)


def read_coco(path: str | os.PathLike[str], images: str | os.PathLike[str] | None = None) -> CocoSet:
    """The set in a COCO file, or in the `coco.json` of a folder; file names start at `images`, its folder by default.

    Raises DataError for a file of another form; whether its content makes sense is what `effocr.data.check` asks.
    """
    path = Path(path)
    path = path / COCO_FILE if path.is_dir() else path
    document = _document(path)
    kinds = _kinds(document, path)
    return CocoSet(
        path,
        path.parent if images is None else Path(images),
        tuple(_image(row, where) for where, row in _rows(document, "images", path)),
        tuple(_annotation(row, kinds, where) for where, row in _rows(document, "annotations", path)),
    )


def write_coco(document: Mapping[str, object], path: str | os.PathLike[str]) -> Path:
    """The COCO file at `path`, written whole or not at all (OutputError); compressed where it is called .gz."""
    path, text = Path(path), json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
    return write_bytes(path, gzip.compress(text.encode(), mtime=0)) if path.suffix == ".gz" else write_text(path, text)


def write_set(coco: CocoSet, path: str | os.PathLike[str]) -> Path:
    """The COCO file at `path` of a set; its file names become relative to the file's folder, the images stay."""
    path = Path(path)
    images = [replace(image, file_name=relative_name(coco.image_path(image), path.parent)) for image in coco.images]
    return write_coco(document_of(images, coco.annotations), path)


def lines_of(coco: CocoSet, *, on_error: Callable[[DataError], None] | None = None) -> Iterator[LabelledLine]:
    """The lines of a set, decoded one by one; with `on_error` those that cannot be used are reported and left out."""
    need_unique_ids(coco)
    for image in coco.images:
        try:
            line = line_of(coco, image)
        except DataError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            yield line


def line_of(coco: CocoSet, image: CocoImage) -> LabelledLine:
    """One line of a set. DataError where boxes and text disagree, or boxes and image; ImageError for a bad image."""
    where = coco.where(image)
    rows = [row for row in coco.by_image.get(image.id, []) if row.kind]
    for row in rows:
        if fault := box_fault(row, image):
            raise DataError(f"{where}: {fault}.", hint=CHECK)
    vertical = runs_down(image, known_rows(rows, "char"))
    spelling, boxes = spelling_of(coco, image)
    grey = decode(coco.image_path(image))
    if grey.shape != (image.height, image.width):
        sizes = f"the file is {grey.shape[1]} x {grey.shape[0]} pixels, the entry says {image.width} x {image.height}"
        raise DataError(f"{where}: {sizes}.", hint=CHECK)
    return LabelledLine(
        along_x(grey, vertical=vertical),
        spelling.texts,
        boxes,
        spelling.spaces,
        turned_along_x([row for row in rows if row.unknown], image, vertical),
        image.band,
        vertical,
        image.source or image.file_name,
    )


def need_unique_ids(coco: CocoSet) -> None:
    """DataError where two images share an id, so that their boxes cannot be told apart."""
    seen: dict[int, CocoImage] = {}
    for image in coco.images:
        if image.id in seen:
            names = f"{seen[image.id].file_name!r} and {image.file_name!r}"
            raise DataError(f"{coco.path}: the images {names} share the id {image.id}.", hint=CHECK)
        seen[image.id] = image


def spelling_of(coco: CocoSet, image: CocoImage) -> tuple[Spelling, Boxes]:
    """What the boxes of an image read as, and the boxes in that order, along x; no pixels. DataError as `line_of`."""
    rows = coco.by_image.get(image.id, [])
    glyphs = known_rows(rows, "char")
    vertical = runs_down(image, glyphs)
    boxes = turned_along_x(glyphs, image, vertical)
    words = turned_along_x(known_rows(rows, "word"), image, vertical)
    spelling = spell(boxes, [row.text for row in glyphs], image.text, words, coco.where(image))
    return spelling, boxes.select(spelling.order)


def box_fault(row: Annotation, image: CocoImage) -> str:
    """What is wrong with a box, "" when nothing is."""
    box = row.box
    shown = f"box {row.id} {[round(value, 2) for value in row.bbox]}"
    if box.width <= 0 or box.height <= 0:
        return f"{shown} has no area"
    if min(box.left, box.top) < -ROUNDING or box.right > image.width + ROUNDING or box.bottom > image.height + ROUNDING:
        return f"{shown} lies outside the image of {image.width} x {image.height} pixels"
    if min(box.right, box.bottom) <= 0 or box.left >= image.width or box.top >= image.height:
        return f"{shown} lies on the border of the image of {image.width} x {image.height} pixels"
    return ""


def runs_down(image: CocoImage, glyphs: Sequence[Annotation]) -> bool:
    """Whether a line is vertical: as the file says, or else taller than wide with glyphs that follow each other down.

    EffOCR calls every image that is taller than wide vertical, which a line of one letter is too.
    """
    if image.vertical is not None:
        return image.vertical
    if image.height <= image.width or len(glyphs) <= 1:
        return False
    centres = np.array([(row.bbox[0] + row.bbox[2] / 2, row.bbox[1] + row.bbox[3] / 2) for row in glyphs])
    across, down = np.ptp(centres, axis=0)
    return bool(down > across)


def to_coco(lines: Iterable[tuple[str, LabelledLine]]) -> dict[str, Any]:
    """The COCO document of lines, each with the file name of its image; vertical lines stand upright again."""
    images: list[CocoImage] = []
    annotations: list[Annotation] = []
    for number, (file_name, line) in enumerate(lines, 1):
        height, width = line.image.shape
        if line.vertical:
            height, width = width, height
        images.append(
            CocoImage(
                number,
                file_name,
                width,
                height,
                line.text,
                vertical=line.vertical,
                band=line.exact_band,
                source="" if line.source == file_name else line.source,
            )
        )
        annotations += _annotations(line, number, width, len(annotations))
    return document_of(images, annotations)


def document_of(images: Iterable[CocoImage], annotations: Iterable[Annotation]) -> dict[str, Any]:
    """The COCO document of images and annotations, with effocr's numbers for the categories."""
    rows = [_annotation_row(row) for row in annotations if row.kind]
    used = {CATEGORIES["char"], CATEGORIES["word"]} | {row["category_id"] for row in rows}
    return {
        "info": {},
        "licenses": [],
        "categories": [{"id": number, "name": name} for name, number in CATEGORIES.items() if number in used],
        "images": [_image_row(image) for image in images],
        "annotations": rows,
    }


def relative_name(image: Path, folder: Path) -> str:
    """How a file in `folder` names an image; with forward slashes."""
    try:
        return Path(os.path.relpath(image, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return image.resolve().as_posix()


def _document(path: Path) -> dict[str, Any]:
    hint = f"effocr wants COCO as EffOCR keeps it: images, annotations, categories ({path.name})."
    try:
        content = path.read_bytes()
        document = json.loads((gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}.", hint="Check the path.") from error
    except (ValueError, RecursionError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is not JSON: {error}.", hint=hint) from error
    if not isinstance(document, dict):
        raise DataError(f"{path} holds a {type(document).__name__}, not an object.", hint=hint)
    for key in ("images", "annotations"):
        if not isinstance(document.get(key), list):
            raise DataError(f"{path} has no list {key!r}.", hint=hint)
    return document


def _rows(document: dict[str, Any], key: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, row in enumerate(document[key]):
        where = f"{path}: {key}[{number}]"
        if not isinstance(row, dict):
            raise DataError(f"{where}: an object is wanted, got {type(row).__name__}.")
        yield where, row


def _kinds(document: dict[str, Any], path: Path) -> dict[int, str]:
    """The kind of each category number; EffOCR's own numbers where the file has no categories."""
    if not document.get("categories"):
        return {number: name for name, number in CATEGORIES.items()}
    kinds = {}
    for where, row in _rows(document, "categories", path):
        kinds[field_of(row, "id", int, where)] = NAMES.get(field_of(row, "name", str, where).lower(), "")
    return kinds


def _image(row: dict[str, Any], where: str) -> CocoImage:
    known = CocoImage.__dataclass_fields__.keys()
    return CocoImage(
        field_of(row, "id", int, where),
        field_of(row, "file_name", str, where),
        field_of(row, "width", int, where),
        field_of(row, "height", int, where),
        None if row.get("text") is None else field_of(row, "text", str, where),
        None if row.get("vertical") is None else field_of(row, "vertical", bool, where),
        field_of(row, "page", str, where, ""),
        field_of(row, "split", str, where, ""),
        None if row.get("band") is None else Band(*numbers(row["band"], 3, f"{where}: 'band'")),
        field_of(row, "source", str, where, ""),
        {key: value for key, value in row.items() if key not in known},
    )


def _annotation(row: dict[str, Any], kinds: dict[int, str], where: str) -> Annotation:
    x, y, width, height = numbers(row.get("bbox"), BBOX_LENGTH, f"{where}: 'bbox'")
    return Annotation(
        field_of(row, "id", int, where),
        field_of(row, "image_id", int, where),
        kinds.get(field_of(row, "category_id", int, where), ""),
        (x, y, width, height),
        "" if row.get("text") is None else field_of(row, "text", str, where),
        bool(row.get("iscrowd", 0)),
        None if row.get("score") is None else numbers([row["score"]], 1, f"{where}: 'score'")[0],
    )


def line_words(spaces: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """The rows of the glyphs of each word; none for a line without glyphs."""
    rows = np.arange(len(spaces))
    return [word for word in np.split(rows, np.flatnonzero(spaces)) if len(word)]


def numbers(value: object, length: int, where: str) -> tuple[float, ...]:
    def is_number(each: object) -> bool:
        return isinstance(each, int | float) and not isinstance(each, bool) and bool(np.isfinite(each))

    if not isinstance(value, list) or len(value) != length or not all(map(is_number, value)):
        raise DataError(f"{where} must be a list of {length} finite numbers, got {value!r}.", hint="Mend or remove it.")
    return tuple(float(each) for each in value)


def known_rows(rows: Sequence[Annotation], kind: str) -> list[Annotation]:
    """The boxes of a kind, less the regions about which nothing is known."""
    return [row for row in rows if row.kind == kind and not row.unknown]


def turned_along_x(rows: Sequence[Annotation], image: CocoImage, vertical: bool) -> Boxes:
    """Boxes cut at the borders of the image, and turned with it where the line is vertical."""
    boxes = Boxes.of(row.box for row in rows).clipped(image.width, image.height)
    if not vertical:
        return boxes
    left, top, right, bottom = boxes.array.T
    return Boxes(np.stack([top, image.width - right, bottom, image.width - left], 1))


def _annotations(line: LabelledLine, image_id: int, width: int, count: int) -> list[Annotation]:
    """The boxes of a line: its glyphs, its words, and the regions that are not known; ids go on after `count`."""
    upright = [turned_back(boxes, width) if line.vertical else boxes for boxes in (line.boxes, line.unknown)]
    glyphs, unknown = upright
    words = line_words(line.spaces)
    rows: list[tuple[Box, str, str, bool]] = []
    rows += [(glyphs[i], "char", text, False) for i, text in enumerate(line.texts)]
    rows += [(glyphs.select(word).union(), "word", "".join(line.texts[i] for i in word), False) for word in words]
    rows += [(unknown[i], "char", "", True) for i in range(len(unknown))]
    return [
        Annotation(count + number, image_id, kind, (box.left, box.top, box.width, box.height), text, crowd)
        for number, (box, kind, text, crowd) in enumerate(rows, 1)
    ]


def _image_row(image: CocoImage) -> dict[str, object]:
    row: dict[str, object] = {key: getattr(image, key) for key in ("id", "width", "height", "file_name")}
    band = None if image.band is None else [image.band.baseline, image.band.height, image.band.slope]
    optional = {"text": image.text, "vertical": image.vertical, "band": band}
    row.update({key: value for key, value in optional.items() if value is not None})
    named = {"page": image.page, "split": image.split, "source": image.source}
    row.update({key: value for key, value in named.items() if value})
    return {**(image.extra or {}), **row}


def _annotation_row(row: Annotation) -> dict[str, object]:
    x, y, width, height = (round(value, 2) for value in row.bbox)
    out: dict[str, object] = {"id": row.id, "image_id": row.image_id, "category_id": CATEGORIES[row.kind]}
    out |= {"bbox": [x, y, width, height], "area": round(width * height, 2), "iscrowd": int(row.unknown)}
    out |= {"text": row.text} if row.text else {}
    return out | ({} if row.score is None else {"score": round(row.score, 4)})
