"""Training a localizer: lines with boxes in, `localizer.onnx` out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor

from effocr.data.labelled import LabelledLine
from effocr.evaluate.boxes import BoxCounts, box_scores
from effocr.image.preparation import LinePreparation
from effocr.page.boxes import Boxes, Floats
from effocr.read.decode import decode_columns
from effocr.synth.lines import line_makers
from effocr.train.backends.choice import train_detector
from effocr.train.export import export_localizer
from effocr.train.localizer_targets import COLUMNS_PER_CELL, Targets, localizer_loss, stacked, targets_of
from effocr.train.material import Batches, Mixture, real_lines
from effocr.train.nets.localizer import LocalizerNet
from effocr.train.recipes import LocalizerRecipe, Running
from effocr.train.running import LAST, Progress, Trained, fit, load_weights

THRESHOLD = 0.48
VALIDATION_LINES = 150
HELD_OUT = 0.1
"""The part of real lines that is validated on where there is neither a synthesis nor a set for it."""

OWN = "effocr"


@dataclass(frozen=True)
class Item:
    """A prepared line, (height, columns), and what should be answered."""

    pixels: Floats
    targets: Targets


@dataclass(frozen=True)
class PrepareLine:
    """Makes items of lines, cut to `widest` columns at a random place."""

    preparation: LinePreparation
    widest: int

    def __call__(self, line: LabelledLine, random: Random) -> Item | None:
        if not len(line.boxes):
            return None
        prepared = self.preparation.prepare(line.image)
        width = prepared.pixels.shape[1]
        targets = targets_of(
            line, prepared.scale_x, prepared.scale_y, self.preparation.height, width // COLUMNS_PER_CELL
        )
        if width <= self.widest:
            return Item(prepared.pixels, targets)
        start = random.randrange(0, width - self.widest, COLUMNS_PER_CELL)
        cells = slice(start // COLUMNS_PER_CELL, (start + self.widest) // COLUMNS_PER_CELL)
        cut = Targets(*(getattr(targets, name)[..., cells] for name in Targets.__dataclass_fields__))
        return Item(prepared.pixels[:, start : start + self.widest], cut)


def item_width(item: Item) -> int:
    return int(item.pixels.shape[1])


def collate(items: list[Item]) -> tuple[Tensor, tuple[Tensor, ...]]:
    """(B, 1, height, W) and the targets, padded to the widest item."""
    width = max(map(item_width, items))
    lines = np.stack([np.pad(item.pixels, ((0, 0), (0, width - item_width(item))), mode="edge") for item in items])
    padded = []
    for item in items:
        missing = width // COLUMNS_PER_CELL - len(item.targets.heat)
        fields = (getattr(item.targets, name) for name in Targets.__dataclass_fields__)
        padded.append(Targets(*(np.pad(f, [(0, 0)] * (f.ndim - 1) + [(0, missing)]) for f in fields)))
    return torch.from_numpy(lines)[:, None], stacked(padded)


class LocalizerTraining(Trained):
    """Minimises the localizer's losses; validates with the decoding that reads."""

    def __init__(self, net: LocalizerNet, running: Running, preparation: LinePreparation) -> None:
        super().__init__(net.to(memory_format=torch.channels_last), running)  # type: ignore[call-overload]
        self.preparation = preparation
        self._counts: dict[str, BoxCounts] = {}

    def loss(self, batch: tuple[Tensor, tuple[Tensor, ...]]) -> dict[str, Tensor]:
        lines, targets = batch
        answers = self.net(lines.contiguous(memory_format=torch.channels_last))
        return localizer_loss(answers, targets, self.preparation.height)

    def on_validation_epoch_start(self) -> None:
        self._counts = {}

    def validation_step(self, number: int, _: int) -> None:
        name, line = self.held_out[number]
        counts = box_scores(self.found(line), line.boxes, line.unknown)
        self._counts[name] = self._counts[name] + counts if name in self._counts else counts

    def found(self, line: LabelledLine) -> Boxes:
        """The boxes found on a line, in pixels of its image."""
        prepared = self.preparation.prepare(line.image)
        pixels = torch.from_numpy(prepared.pixels)[None, None].to(self.device)
        columns = self.net(pixels)[0].float().cpu().numpy()
        (peaks,) = decode_columns([columns], self.preparation.height, COLUMNS_PER_CELL, THRESHOLD)
        return prepared.to_image(Boxes(peaks.boxes))

    def on_validation_epoch_end(self) -> None:
        for name, counts in self._counts.items():
            figures = {"precision": counts.precision, "recall": counts.recall, "iou": counts.mean_iou}
            self.log_dict({f"{name}/{figure}": value for figure, value in figures.items()})


def train_localizer(recipe: LocalizerRecipe, out: Path, progress: Progress) -> Path:
    """The run of a recipe in the folder `out`; gives the path of its `localizer.onnx`.

    A first run learns from synthetic lines; where the recipe names real ones, a second mixes them in. Without a
    synthesis there is one run, from real lines alone.
    """
    if recipe.backend != OWN:
        return train_detector(recipe, out, progress)
    real = real_lines(recipe.real.sources)
    net = LocalizerNet(recipe.height, recipe.channels)
    if recipe.start:
        load_weights(net, recipe.start)
    if recipe.synthesis is None:
        kept, held_out = (real, ()) if recipe.validate_on else real.parted(HELD_OUT)
        validation = [("real", line) for line in held_out[:VALIDATION_LINES]]
        _run(net, recipe, recipe.running, Mixture(None, kept), validation, out / "first", progress)
    else:
        maker, other = line_makers(recipe.synthesis)
        lines = other.lines(seed=recipe.running.seed + 1_000_003)
        validation = [("fonts", next(lines)) for _ in range(VALIDATION_LINES)]
        first, second = recipe.running.runs(recipe.second_run if real else 0.0)
        _run(net, recipe, first, Mixture(maker), validation, out / "first", progress)
        if second:
            mixture = Mixture(maker, real, recipe.real.share)
            _run(net, recipe, second, mixture, validation, out / "second", progress)
    return export_localizer(net, LinePreparation(recipe.height), out / "localizer.onnx")


def _run(
    net: LocalizerNet,
    recipe: LocalizerRecipe,
    running: Running,
    mixture: Mixture,
    validation: list[tuple[str, LabelledLine]],
    folder: Path,
    progress: Progress,
) -> None:
    """One run from the weights that `net` has; it has the trained ones afterwards."""
    preparation = LinePreparation(recipe.height)
    module = LocalizerTraining(net, running, preparation)
    prepare = PrepareLine(preparation, recipe.widest)

    def batches(step: int) -> Batches:
        return Batches(mixture, running.seed + step, running.batch, prepare, collate, item_width)

    module.held_out += validation
    for source in recipe.validate_on:
        name = source.coco.parent.name if source.coco.stem == "coco" else source.coco.name.partition(".")[0]
        module.held_out += [(name, line) for line in real_lines([source]).lines[:VALIDATION_LINES]]
    fit(module, batches, folder, progress)
    load_weights(net, folder / LAST)
