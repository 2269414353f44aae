"""What the recognizer's nets are given: strips of lines, glyph extents on them, and texts as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from effocr.data.labelled import LabelledLine
from effocr.image.band import Band
from effocr.image.crops import NARROWEST, Strip, cut_strip, cut_windows
from effocr.image.preparation import StripPreparation
from effocr.page.boxes import Boxes, Floats

UNKNOWN = -1


@dataclass(frozen=True)
class Jitter:
    """How far training strays from the exact place: deviations of the band (parts of its height), extents (columns)."""

    height: float = 0.05
    baseline: float = 0.03
    extent: float = 0.5
    extent_share: float = 0.03


STILL = Jitter(0, 0, 0, 0)


@dataclass(frozen=True)
class StripItem:
    """A strip (size, W), extents (n, 2) in its columns, and the number of each glyph's text."""

    pixels: Floats
    extents: Floats
    texts: NDArray[np.int64]
    vertical: bool = False


@dataclass(frozen=True)
class PrepareStrip:
    """Makes strip items of lines, cut to `widest` columns at a random place; texts without a number are `UNKNOWN`."""

    window: StripPreparation
    numbers: Mapping[str, int]
    widest: int
    jitter: Jitter = Jitter()

    @property
    def names(self) -> dict[int, str]:
        """The text of each number: of several the last."""
        return {number: text for text, number in self.numbers.items()}

    def __call__(self, line: LabelledLine, random: Random) -> StripItem | None:
        if not len(line.boxes):
            return None
        jitter, band = self.jitter, line.band
        height = band.height * float(np.exp(random.gauss(0, jitter.height)))
        band = Band(band.baseline + random.gauss(0, jitter.baseline) * band.height, height, band.slope)
        strip = cut_strip(line.image, band, line.boxes, self.window)
        extents = np.stack([line.boxes.left, line.boxes.right], 1) * np.float32(strip.scale_x)
        noise = np.random.default_rng(random.getrandbits(32)).standard_normal(extents.shape).astype(np.float32)
        widths = extents[:, 1:] - extents[:, :1]
        extents = extents + noise * (jitter.extent + jitter.extent_share * widths)
        extents[:, 1] = np.maximum(extents[:, 1], extents[:, 0] + NARROWEST)
        texts = np.array([self.numbers.get(text, UNKNOWN) for text in line.texts], np.int64)
        return replace(self._cut(strip, extents.astype(np.float32), texts, random), vertical=line.vertical)

    def _cut(self, strip: Strip, extents: Floats, texts: NDArray[np.int64], random: Random) -> StripItem:
        width = strip.pixels.shape[1]
        start = random.randrange(0, width - self.widest) if width > self.widest else 0
        end = min(width, start + self.widest)
        whole = (extents[:, 0] >= start - 1) & (extents[:, 1] <= end + 1)
        return StripItem(strip.pixels[:, start:end], extents[whole] - start, texts[whole])


def item_width(item: StripItem) -> int:
    return int(item.pixels.shape[1])


@dataclass(frozen=True)
class CollateStrips:
    """(strips (B, 1, size, W), extents (N, 2), owners (N,), texts (N,)) of at most `per_text` glyphs of each text."""

    per_text: int

    def __call__(self, items: Sequence[StripItem]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        width = -(-max(map(item_width, items)) // 8) * 8
        strips = np.stack([np.pad(item.pixels, ((0, 0), (0, width - item_width(item))), mode="edge") for item in items])
        extents = np.concatenate([item.extents for item in items])
        texts = np.concatenate([item.texts for item in items])
        owners = np.repeat(np.arange(len(items)), [len(item.texts) for item in items])
        kept = some_of_each(texts, self.per_text)
        return (
            torch.from_numpy(strips)[:, None],
            torch.from_numpy(extents[kept]),
            torch.from_numpy(owners[kept]),
            torch.from_numpy(texts[kept]),
        )


@dataclass(frozen=True)
class CollateWindows:
    """The same glyphs as windows: (windows (N, 2, size, size), texts (N,))."""

    per_text: int

    def __call__(self, items: Sequence[StripItem]) -> tuple[Tensor, Tensor]:
        texts = np.concatenate([item.texts for item in items])
        windows = np.concatenate([windows_of(item) for item in items])
        kept = some_of_each(texts, self.per_text)
        return torch.from_numpy(windows[kept]), torch.from_numpy(texts[kept])


def windows_of(item: StripItem) -> Floats:
    """The windows (n, 2, size, size) of an item's glyphs, upright."""
    none = np.zeros(len(item.extents), np.float32)
    boxes = Boxes(np.stack([item.extents[:, 0], none, item.extents[:, 1], none], 1))
    return cut_windows(Strip(item.pixels, 1.0), boxes, vertical=item.vertical)


def some_of_each(texts: NDArray[np.int64], most: int) -> NDArray[np.intp]:
    """Rows of at most `most` glyphs of every text, evenly spread over the batch; unknown texts are left out."""
    order = np.argsort(texts, kind="stable")
    ordered = texts[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    counts = np.searchsorted(ordered, ordered, side="right") - starts
    rank = np.arange(len(texts)) - starts
    # of `count` glyphs keep those where rank * most / count steps to a new whole number
    kept = (counts <= most) | (rank * most // counts != (rank - 1) * most // counts)
    return np.sort(order[kept & (ordered != UNKNOWN)])
