"""Endless batches of lines for both trainings: synthetic, real, or a mixture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np
from torch.utils.data import IterableDataset, get_worker_info

from effocr.data.coco import lines_of, read_coco
from effocr.data.labelled import LabelledLine
from effocr.errors import DataError
from effocr.synth import degrade
from effocr.synth.lines import LineMaker
from effocr.train.recipes import CocoSource

LINES_SORTED = 4
"""Batches that are filled together, sorted by width, so that little of a batch is padding."""

COARSER = 0.75
"""How often another scan is coarser."""
ENLARGED = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
"""How coarse scans are brought back to the size of finer ones."""

Prepare = Callable[[LabelledLine, Random], Any]
Collate = Callable[[list[Any]], Any]


@dataclass(frozen=True)
class RealMaterial:
    """Sets of real lines, drawn from by weight."""

    sets: tuple[tuple[LabelledLine, ...], ...] = ()
    weights: tuple[float, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sets)

    def draw(self, random: Random) -> LabelledLine:
        (lines,) = random.choices(self.sets, self.weights)
        return random.choice(lines)

    @property
    def lines(self) -> tuple[LabelledLine, ...]:
        """The lines of all sets."""
        return tuple(line for lines in self.sets for line in lines)

    def parted(self, share: float) -> tuple[RealMaterial, tuple[LabelledLine, ...]]:
        """All but the last lines of each set, and those: as many as `share` says, but never the whole of a set.

        Files are in the order of their pages, so that few pages lie on both sides.
        """
        late = [min(len(lines) - 1, math.ceil(len(lines) * share)) for lines in self.sets]
        early = tuple(lines[: len(lines) - number] for lines, number in zip(self.sets, late, strict=True))
        rest = [lines[len(lines) - number :] for lines, number in zip(self.sets, late, strict=True)]
        return RealMaterial(early, self.weights), tuple(line for lines in rest for line in lines)


@dataclass(frozen=True)
class Mixture:
    """Where lines come from: `maker` makes synthetic ones, `real` are drawn with the chance `share`."""

    maker: LineMaker | None
    real: RealMaterial = RealMaterial()
    share: float = 0.0

    def lines(self, seed: int, worker: int, workers: int) -> Iterator[LabelledLine]:
        """Lines without end; each of `workers` gets its own."""
        random = Random(f"mixture {seed}/{worker}")
        synthetic = self.maker.lines(seed, worker, workers) if self.maker else None
        while True:
            if synthetic is None or (self.real and random.random() < self.share):
                yield rescanned(self.real.draw(random), random)
            else:
                yield next(synthetic)


class Batches(IterableDataset[Any]):
    """Batches without end; `prepare` makes an item of a line, or None to leave it out, `collate` a batch of items."""

    def __init__(
        self, mixture: Mixture, seed: int, batch: int, prepare: Prepare, collate: Collate, width: Callable[[Any], int]
    ) -> None:
        super().__init__()
        self._mixture, self._seed, self._batch = mixture, seed, batch
        self._prepare, self._collate, self._width = prepare, collate, width

    def __iter__(self) -> Iterator[Any]:
        cv2.setNumThreads(1)
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        lines = self._mixture.lines(self._seed, worker, workers)
        random = Random(f"batches {self._seed}/{worker}")
        while True:
            items: list[Any] = []
            while len(items) < self._batch * LINES_SORTED:
                if (item := self._prepare(next(lines), random)) is not None:
                    items.append(item)
            items.sort(key=self._width)
            groups = [items[at : at + self._batch] for at in range(0, len(items), self._batch)]
            random.shuffle(groups)
            yield from map(self._collate, groups)


def real_lines(sources: Sequence[CocoSource]) -> RealMaterial:
    """The lines of COCO files; those that cannot be used are left out. DataError where nothing is left of a file."""
    sets: list[tuple[LabelledLine, ...]] = []
    for source in sources:
        faults: list[DataError] = []
        found = lines_of(read_coco(source.coco, source.images), on_error=faults.append)
        lines = tuple(line for line in found if len(line.boxes))
        if not lines:
            fault = faults[0].message if faults else "no lines."
            raise DataError(
                f"{source.coco}: none of its lines can be trained on; the first fault: {fault}",
                hint=f"effocr data check {source.coco}",
            )
        sets.append(lines)
    return RealMaterial(tuple(sets), tuple(source.weight for source in sources))


def rescanned(line: LabelledLine, random: Random) -> LabelledLine:
    """A real line as another scan would have given it: resolution, contrast, blur, noise, JPEG; boxes follow."""
    image = line.image
    boxes, unknown, band = line.boxes, line.unknown, line.exact_band
    if random.random() < COARSER:
        rows, columns = image.shape
        factor = min(1.0, max(random.uniform(0.35, 1.05), 14 / rows))
        width, height = max(8, round(columns * factor)), max(8, round(rows * factor))
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        if random.random() < 0.5:
            image = np.asarray(cv2.resize(image, (columns, rows), interpolation=random.choice(ENLARGED)), np.uint8)
        fx, fy = image.shape[1] / columns, image.shape[0] / rows
        boxes, unknown = boxes.scaled(fx, fy), unknown.scaled(fx, fy)
        band = band.scaled(fx, fy) if band else None
    if random.random() < 0.7:
        grey = image.astype(np.float32) / np.float32(255)
        if random.random() < 0.4:
            grey = degrade.blurred(grey, random.uniform(0.3, 0.9))
        if random.random() < 0.5:
            grey = np.clip(grey, 0, 1) ** random.uniform(0.6, 1.6)
        if random.random() < 0.5:
            grey = grey + random.uniform(0.005, 0.05) * degrade.white_noise((grey.shape[0], grey.shape[1]), random)
        if random.random() < 0.25:
            grey = degrade.stored(grey, random)
        image = np.clip(grey * 255, 0, 255).astype(np.uint8)
    return LabelledLine(
        image,
        line.texts,
        boxes,
        line.spaces,
        unknown=unknown,
        exact_band=band,
        vertical=line.vertical,
        source=line.source,
    )
