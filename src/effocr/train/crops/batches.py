"""Batches of prepared crops for the training, the pictures on disk behind them, and a batch as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from effocr.data.glyphs.files import GlyphFile
from effocr.data.writing import write_bytes
from effocr.image.crops import prepared_crops
from effocr.image.decode import decode
from effocr.image.draw import png
from effocr.image.preparation import CropPreparation, Grey
from effocr.train.crops.augment import Augmentation, augmented
from effocr.train.crops.samplers import Batching

GAP = 2
MOST_ROWS = 32
"""Of a picture of a batch: pixels between crops, and rows of crops."""
REMEMBERED = 256_000_000
"""Bytes of decoded crops that each process keeps."""


@dataclass
class Pictures:
    """The pixels of crop files, decoded once as long as there is room; what it remembers does not travel."""

    room: int = REMEMBERED
    _kept: dict[Path, Grey] = field(default_factory=dict, repr=False)

    def __call__(self, file: Path) -> Grey:
        if (known := self._kept.get(file)) is not None:
            return known
        pixels = decode(file)
        if pixels.nbytes <= self.room:
            self.room -= pixels.nbytes
            self._kept[file] = pixels
        return pixels

    def __getstate__(self) -> dict[str, object]:
        return {"room": REMEMBERED, "_kept": {}}


@dataclass(frozen=True)
class PrepareCrops:
    """Makes the net's input (N, C, size, size) of crops, varied as their origin asks."""

    preparation: CropPreparation
    augmentations: Mapping[str, Augmentation | None]
    pictures: Pictures = field(default_factory=Pictures)

    def __call__(self, crops: Sequence[GlyphFile], random: Random) -> Tensor:
        pixels = [self._varied(self.pictures(crop.file), crop.origin, random) for crop in crops]
        return torch.from_numpy(np.ascontiguousarray(prepared_crops(pixels, self.preparation)))

    def _varied(self, grey: Grey, origin: str, random: Random) -> Grey:
        how = self.augmentations.get(origin)
        return augmented(grey, how, random) if how else grey


class CropBatches(IterableDataset[tuple[Tensor, Tensor]]):
    """(crops (N, C, size, size), numbers of their texts (N,)) without end, from batch `start` on.

    A batch depends on its number alone: neither on how many processes prepare batches, nor on where a run went on.
    """

    def __init__(
        self, crops: Sequence[GlyphFile], batching: Batching, prepare: PrepareCrops, texts: Sequence[str], start: int
    ) -> None:
        super().__init__()
        self._crops, self._batching, self._prepare, self._start = crops, batching, prepare, start
        self._numbers = {text: number for number, text in enumerate(texts)}

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        cv2.setNumThreads(1)
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        for number in count(self._start + worker, workers):
            yield self.batch(number)

    def batch(self, number: int) -> tuple[Tensor, Tensor]:
        """The batch of that number."""
        crops = [self._crops[row] for row in self._batching.batch(number)]
        pixels = self._prepare(crops, Random(f"crops {self._batching.seed}/{number}"))
        return pixels, torch.tensor([self._numbers[crop.text] for crop in crops])


def batch_picture(crops: Tensor, preparation: CropPreparation, per_row: int) -> Grey:
    """The crops (N, C, size, size) of a batch as they look to the eye, `per_row` a row."""
    mean, deviation = preparation.means[0], preparation.deviations[0]
    shown = crops[: per_row * MOST_ROWS, 0].numpy() * deviation + mean
    size = shown.shape[-1]
    rows = -(-len(shown) // per_row)
    sheet = np.full((rows * (size + GAP) + GAP, per_row * (size + GAP) + GAP), 128, np.uint8)
    for place, crop in enumerate(np.clip(np.rint(shown * 255), 0, 255).astype(np.uint8)):
        top, left = (GAP + step * (size + GAP) for step in divmod(place, per_row))
        sheet[top : top + size, left : left + size] = crop
    return sheet


def write_picture(crops: Tensor, preparation: CropPreparation, per_row: int, path: Path) -> Path:
    """The picture of a batch as a PNG file."""
    return write_bytes(path, png(batch_picture(crops, preparation, per_row)))
