"""Lines as the training data of a generic detector: PNG files with boxes of chars and words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from effocr.data.coco import line_words, read_coco, to_coco
from effocr.data.labelled import LabelledLine
from effocr.data.writing import new_folder, write_text
from effocr.errors import DataError
from effocr.page.boxes import Boxes
from effocr.synth.lines import line_makers
from effocr.train.material import real_lines
from effocr.train.recipes import LocalizerRecipe

CHAR, WORD = 0, 1
CLASSES = ("char", "word")
TRAINING, VALIDATION = "train", "val"
HELD_OUT = 0.1
"""The part of the lines that is validated on where the recipe names no set for it."""


@dataclass(frozen=True)
class DetectorData:
    """A data set in `folder`: `images/PART`, and as COCO `PART.json`, with the first of `CLASSES` or both."""

    folder: Path
    classes: tuple[str, ...]

    def images(self, part: str) -> Path:
        return self.folder / "images" / part

    def coco(self, part: str) -> Path:
        return self.folder / f"{part}.json"

    def names(self, part: str) -> list[str]:
        """File names of the images of a part, in order."""
        return [Path(image.file_name).name for image in read_coco(self.coco(part)).images]


def data_of(recipe: LocalizerRecipe, folder: Path) -> DetectorData:
    """The data set of a recipe in `folder`, which is written where it is not there yet."""
    data = DetectorData(folder, CLASSES if recipe.detector.words else CLASSES[:1])
    if not folder.exists():
        training, validation = lines_for(recipe)
        write_data(data, training, validation)
    return data


def lines_for(recipe: LocalizerRecipe) -> tuple[Sequence[LabelledLine], Sequence[LabelledLine]]:
    """Lines to train and to validate on; real ones, and synthetic ones where the recipe has a synthesis."""
    real, late = real_lines(recipe.real.sources), real_lines(recipe.validate_on).lines
    if not late:
        real, late = real.parted(HELD_OUT)
    early = real.lines
    if recipe.synthesis is not None:
        number, seed = recipe.detector.synthetic, recipe.running.seed
        makers = line_makers(recipe.synthesis)
        early += tuple(islice(makers[0].lines(seed), number))
        late = late or tuple(islice(makers[1].lines(seed + 1_000_003), max(1, round(number * HELD_OUT))))
    if not early or not late:
        raise DataError(
            f"{len(early)} lines to train on and {len(late)} to validate on are too few.",
            hint="Give more real lines, or [synthesis].",
        )
    return early, late


def write_data(data: DetectorData, training: Iterable[LabelledLine], validation: Iterable[LabelledLine]) -> None:
    """Writes the images and the COCO files of a new data set, whole or not at all."""
    with new_folder(data.folder) as folder:
        for part, lines in ((TRAINING, training), (VALIDATION, validation)):
            (folder / "images" / part).mkdir(parents=True)
            named: list[tuple[str, LabelledLine]] = []
            for number, line in enumerate(lines):
                name = f"images/{part}/{number:06d}.png"
                shown = shown_line(line)
                Image.fromarray(shown.image).save(folder / name)
                named.append((name, shown))
            document = to_coco(named)
            document["annotations"] = [row for row in document["annotations"] if row["category_id"] < len(data.classes)]
            document["categories"] = [{"id": number, "name": name} for number, name in enumerate(data.classes)]
            write_text(folder / f"{part}.json", json.dumps(document, ensure_ascii=False))


def shown_line(line: LabelledLine) -> LabelledLine:
    """The line as a detector learns it: along x, and what is unknown covered with paper, for it has no box."""
    image = line.image.copy()
    paper = np.uint8(np.median(image))
    for left, top, right, bottom in line.unknown.array.round().astype(int).tolist():
        image[max(0, top) : bottom, max(0, left) : right] = paper
    return replace(line, image=image, unknown=Boxes.of(()), vertical=False)


def rows_of(line: LabelledLine, classes: int) -> list[tuple[int, float, float, float, float]]:
    """Class, centre and size of every box, as parts of the width and of the height of the line."""
    high, wide = line.image.shape
    boxes = [(CHAR, line.boxes[row]) for row in range(len(line.boxes))]
    if classes > WORD:
        boxes += [(WORD, line.boxes.select(word).union()) for word in line_words(line.spaces)]
    return [
        (
            kind,
            (box.left + box.right) / 2 / wide,
            (box.top + box.bottom) / 2 / high,
            box.width / wide,
            box.height / high,
        )
        for kind, box in boxes
    ]
