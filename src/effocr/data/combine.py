"""Several COCO sets as one, with their images."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from effocr.data.coco import COCO_FILE, Annotation, CocoImage, CocoSet, document_of, need_unique_ids, write_coco
from effocr.data.split import page_of
from effocr.data.writing import new_folder
from effocr.errors import DataError, unknown_name

PLACEMENTS: dict[str, Callable[[Path, Path], object]] = {"copy": shutil.copyfile, "link": os.link}
"""How images get into the combined folder; hard links need the same disk."""


def combine(sets: Sequence[CocoSet], out: Path, placement: str = "copy") -> Path:
    """A new folder `out` with all images and one `coco.json`, whose path is given back; all ids are numbered anew.

    Raises DataError for sets that are no sound input and OutputError where `out` cannot be made; then it is not there.
    """
    if placement not in PLACEMENTS:
        raise unknown_name("placement", placement, PLACEMENTS)
    if not sets:
        raise DataError("there is no set to combine.")
    _check(sets)
    with new_folder(out) as folder:
        (folder / "images").mkdir()
        images: list[CocoImage] = []
        annotations: list[Annotation] = []
        for number, coco in enumerate(sets, 1):
            for image in coco.images:
                name = f"images/{len(images) + 1:07d}_{number}_{Path(image.file_name).name}"
                PLACEMENTS[placement](coco.image_path(image).resolve(), folder / name)
                images.append(replace(image, id=len(images) + 1, file_name=name, page=page_of(image)))
                annotations += [
                    replace(row, id=len(annotations) + at, image_id=len(images))
                    for at, row in enumerate(coco.by_image.get(image.id, []), 1)
                ]
        write_coco(document_of(images, annotations), folder / COCO_FILE)
    return out / COCO_FILE


def _check(sets: Sequence[CocoSet]) -> None:
    for coco in sets:
        need_unique_ids(coco)
        for image in coco.images:
            if not coco.image_path(image).is_file():
                raise DataError(
                    f"{coco.where(image)}: {coco.image_path(image)} does not exist.",
                    hint=f"List all that is wrong with: effocr data check {coco.path}",
                )
