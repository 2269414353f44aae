"""What is wrong with a COCO file, all of it, before a training stumbles over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from effocr.data.coco import Annotation, CocoImage, CocoSet, box_fault, spelling_of
from effocr.errors import DataError

_ORIENTATION = 0x0112
_FIRST_TURNED = 5
_RENUMBER = "Give every entry its own id; `effocr data combine` numbers them anew."
_COPY = "Copy it there, or say where the images are."


@dataclass(frozen=True)
class Problem:
    """Something wrong in `file`, at the image of that name ("" where it concerns no single one), and what to do."""

    file: Path
    image: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.image}: {self.what}" if self.image else f"{self.file}: {self.what}"


def problems(coco: CocoSet) -> list[Problem]:
    """Everything that is wrong with a set, in the order of its images; none for a good one."""
    found = [Problem(coco.path, "", what, hint) for what, hint in _faults_of_set(coco)]
    for image in coco.images:
        rows = coco.by_image.get(image.id, [])
        found += [
            Problem(coco.path, image.file_name, what, hint)
            for what, hint in [
                *_faults_of_file(coco, image),
                *_faults_of_boxes(image, rows),
                *_faults_of_text(coco, image),
            ]
        ]
    return found


def _faults_of_set(coco: CocoSet) -> Iterator[tuple[str, str]]:
    if not coco.images:
        yield "there is no image in it", "Make lines with: effocr synth lines"
    for kind, ids in (
        ("image", [each.id for each in coco.images]),
        ("annotation", [each.id for each in coco.annotations]),
    ):
        for number, count in Counter(ids).items():
            if count > 1:
                yield f"{count} {kind}s share the id {number}", _RENUMBER
    known = {image.id for image in coco.images}
    for image_id, count in Counter(each.image_id for each in coco.annotations).items():
        if image_id not in known:
            yield (
                f"{count} boxes belong to the image {image_id}, which does not exist",
                "Remove them, or add the image.",
            )


def _faults_of_file(coco: CocoSet, image: CocoImage) -> Iterator[tuple[str, str]]:
    path = coco.image_path(image)
    if not path.is_file():
        yield f"the image {path} does not exist", _COPY
        return
    try:
        width, height = upright_size(path)
    except Exception as error:  # Pillow raises nearly anything on damaged headers
        yield f"the image cannot be opened: {error}", "Copy the file again, or remove its entry."
        return
    if (width, height) != (image.width, image.height):
        what = f"the file is {width} x {height} pixels, the entry says {image.width} x {image.height}"
        yield what, "The boxes belong to another size of this image: mend the entry, or replace the file."


def upright_size(path: Path) -> tuple[int, int]:
    """Width and height of an image file as `decode` gives it, from its header alone; raises what Pillow raises."""
    with Image.open(path) as file:
        width, height = file.size
        turned = file.getexif().get(_ORIENTATION, 1) >= _FIRST_TURNED
        return (height, width) if turned else (width, height)


def _faults_of_boxes(image: CocoImage, rows: list[Annotation]) -> Iterator[tuple[str, str]]:
    strange = sum(not row.kind for row in rows)
    if strange:
        yield f"{strange} boxes are of a category other than char, word and line", "They are passed over; rename it."
    for row in rows:
        if fault := box_fault(row, image):
            yield fault, "Mend or remove this box."


def _faults_of_text(coco: CocoSet, image: CocoImage) -> Iterator[tuple[str, str]]:
    try:
        spelling_of(coco, image)
    except DataError as error:
        yield error.message.removeprefix(f"{coco.where(image)}: ").removesuffix("."), "Mend the text, or its boxes."
