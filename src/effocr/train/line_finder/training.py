"""The run of a line finder's recipe: synthetic pages, and real ones among them where the recipe names some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from effocr.evaluate.pages.lines import LineCounts, line_counts
from effocr.image.preparation import inked
from effocr.page.boxes import Box, Floats
from effocr.read.pages.maps import MapLine, lines_of_maps
from effocr.synth.pages.pages import PageMaker, page_makers
from effocr.synth.pages.truth import LabelledPage, PageLine
from effocr.train.export import export_line_finder
from effocr.train.line_finder.net import LineFinderNet
from effocr.train.line_finder.real import RealPages, real_pages
from effocr.train.line_finder.targets import PageTargets, line_finder_loss, page_targets
from effocr.train.recipes import LineFinderRecipe, Running
from effocr.train.running import LAST, Progress, Trained, fit, load_weights

VALIDATION_PAGES = 40
LEAST_SEEN = 0.4
"""A line is validated on when this part of it lies on the page."""


class PageBatches(IterableDataset[Any]):
    """Batches of pages without end: (B, 1, H, W) and their targets."""

    def __init__(self, maker: PageMaker, real: RealPages, share: float, running: Running, seed: int) -> None:
        super().__init__()
        self._maker, self._real, self._share = maker, real, share
        self._batch, self._seed = running.batch, seed

    def __iter__(self) -> Iterator[tuple[Tensor, tuple[Tensor, ...]]]:
        cv2.setNumThreads(1)
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        random = Random(f"pages {self._seed}/{worker}")
        pages = self._maker.pages(self._seed, worker, workers)
        size = self._maker.recipe.width, self._maker.recipe.height
        while True:
            real = (self._real and random.random() < self._share for _ in range(self._batch))
            yield collate([self._real.draw(random, size) if drawn else next(pages) for drawn in real], random)


def collate(pages: Sequence[LabelledPage], random: Random) -> tuple[Tensor, tuple[Tensor, ...]]:
    """The pages of a batch, each a little lighter or darker, and what should be answered."""
    inks, targets = [], []
    for page in pages:
        inks.append(inked(page.image) * random.uniform(0.8, 1.2) + random.uniform(-0.08, 0.08))
        targets.append(page_targets(page))
    names = PageTargets.__dataclass_fields__
    stacked = (torch.from_numpy(np.stack([getattr(target, name) for target in targets])) for name in names)
    return torch.from_numpy(np.stack(inks).astype(np.float32))[:, None], tuple(stacked)


class LineFinderTraining(Trained):
    """Minimises the losses of the maps; validates with the decoding that reads."""

    def __init__(self, net: LineFinderNet, running: Running) -> None:
        super().__init__(net.to(memory_format=torch.channels_last), running)  # type: ignore[call-overload]
        self._counts: dict[str, LineCounts] = {}

    def loss(self, batch: tuple[Tensor, tuple[Tensor, ...]]) -> dict[str, Tensor]:
        pages, targets = batch
        return line_finder_loss(self.net(pages.contiguous(memory_format=torch.channels_last)), targets)

    def on_validation_epoch_start(self) -> None:
        self._counts = {}

    def validation_step(self, number: int, _: int) -> None:
        name, page = self.held_out[number]
        rows, columns = page.image.shape
        maps = self.net(torch.from_numpy(inked(page.image))[None, None].to(self.device))[0].float().cpu().numpy()
        found = [box_of(line.baseline, line.above, line.below) for line in lines_of_maps(maps)]
        counts = line_counts([box for line in page.lines if (box := seen_box(line, columns, rows))], found)
        self._counts[name] = self._counts.get(name, LineCounts()) + counts

    def on_validation_epoch_end(self) -> None:
        for name, counts in self._counts.items():
            self.log_dict({f"{name}/recall": counts.recall, f"{name}/precision": counts.precision})


def box_of(baseline: Floats, above: float, below: float) -> Box:
    """The box around a line."""
    (left, top), (right, bottom) = baseline.min(0).tolist(), baseline.max(0).tolist()
    return Box(left, top - above, right, bottom + below)


def seen_box(line: PageLine | MapLine, columns: int, rows: int) -> Box | None:
    """The part of a line's box that lies on the page; None where that is little."""
    box = box_of(line.baseline, line.above, line.below)
    seen = Box(max(0.0, box.left), max(0.0, box.top), min(float(columns), box.right), min(float(rows), box.bottom))
    width, height = max(0.0, seen.right - seen.left), max(0.0, seen.bottom - seen.top)
    whole = (box.right - box.left) * (box.bottom - box.top)
    return seen if width * height > LEAST_SEEN * whole else None


def train_line_finder(recipe: LineFinderRecipe, out: Path, progress: Progress) -> Path:
    """The run of a recipe in the folder `out`; gives the path of its `line_finder.onnx`.

    A first run learns from synthetic pages; where the recipe names real ones, a second mixes them in.
    """
    maker, other = page_makers(recipe.synthesis, recipe.pages)
    real = real_pages(recipe.real.sources)
    net = LineFinderNet(recipe.channels, recipe.joined)
    if recipe.start:
        load_weights(net, recipe.start)
    first, second = recipe.running.runs(recipe.second_run if real else 0.0)
    runs = [("first", first, 0.0)] if first.steps else []
    runs += [("second", second, recipe.real.share)] if second else []
    validation = [
        ("fonts", other.page(f"held out {recipe.running.seed}/{number}")) for number in range(VALIDATION_PAGES)
    ]
    for name, running, share in runs:
        module = LineFinderTraining(net, running)
        module.held_out += validation

        def batches(step: int, running: Running = running, share: float = share) -> PageBatches:
            return PageBatches(maker, real, share, running, running.seed + step)

        fit(module, batches, out / name, progress)
        load_weights(net, out / name / LAST)
    return export_line_finder(net, out / "line_finder.onnx")
