"""Training a recognizer: lines with boxes in; `encoder.onnx` and `index.safetensors` out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeGuard

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from effocr.data.labelled import LabelledLine
from effocr.data.writing import write_text
from effocr.image.preparation import StripPreparation
from effocr.index.choosing import choose_exemplars, edited, joined
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats
from effocr.page.charset import in_usual_form
from effocr.synth.lines import LineMaker, glyph_texts, line_makers
from effocr.synth.text import characters_of
from effocr.train.exemplars import hard_negatives
from effocr.train.material import Batches, Collate, Mixture, RealMaterial, real_lines, rescanned
from effocr.train.nets.class_vectors import picture_vectors
from effocr.train.nets.encoder import DIMENSIONS, StripNet, WindowNet, supervised_contrastive
from effocr.train.nets.growing import NAMED_TEMPERATURE, TOGETHER, WithExemplars, grown
from effocr.train.recipes import GrownRecipe, RecognizerRecipe, Running
from effocr.train.running import LAST, Progress, Trained, fit, load_weights, steps_done
from effocr.train.strips import STILL, CollateStrips, CollateWindows, PrepareStrip, StripItem, item_width, windows_of

STRIP = "strip"
HARD_NEGATIVES = "hard-negatives.json"
EXEMPLAR_LINES = 4000
VALIDATION_EXEMPLAR_LINES = 500
VALIDATION_LINES = 200
CLASS_VECTOR = "class vector"
WHOLE = 1_000_000
"""Columns: no strip is cut."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """Embeddings (N, D) of glyphs, their texts, and where they came from."""

    vectors: Floats
    texts: tuple[str, ...]
    sources: tuple[str, ...]


class RecognizerTraining(Trained):
    """Minimises the supervised contrastive loss; validates with the search that reads.

    Where exemplars learn beside the net, it minimises how unlikely the true text is among them as well.
    """

    def __init__(self, net: nn.Module, running: Running, temperature: float, prepare: PrepareStrip) -> None:
        super().__init__(net.to(memory_format=torch.channels_last), running)  # type: ignore[call-overload]
        self.temperature = temperature
        self.prepare = whole_strips(prepare)
        self.exemplar_lines: list[LabelledLine] = []
        self._hits: list[float] = []
        self._index: GlyphIndex | None = None

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        *inputs, texts = batch
        first = inputs[0].contiguous(memory_format=torch.channels_last)
        embeddings = self.encoder(first, *inputs[1:]).float()
        with torch.autocast(self.device.type, enabled=False):  # what is near is weighed in single precision
            return self._losses(embeddings, texts)

    def _losses(self, embeddings: Tensor, texts: Tensor) -> dict[str, Tensor]:
        if classifies(self.net):
            near = embeddings @ self.net.class_vectors().float().T / self.temperature
            return {"total": F.cross_entropy(near, texts)}
        together = supervised_contrastive(embeddings, texts, self.temperature)
        if not isinstance(self.net, WithExemplars):
            return {"total": together}
        named = self.net.named(embeddings, texts, NAMED_TEMPERATURE)
        return {"total": named + TOGETHER * together, "named": named, "together": together}

    @property
    def encoder(self) -> nn.Module:
        """The net that embeds."""
        return self.net.encoder if isinstance(self.net, WithExemplars) else self.net

    def on_validation_epoch_start(self) -> None:
        self._hits = []
        if classifies(self.net):
            self._index = class_index(self.net, self.prepare)
            return
        seen = embed(self.encoder, self.exemplar_lines, self.prepare, self.device)
        self._index = choose_exemplars(seen.vectors, seen.texts, seen.sources, 1)

    def validation_step(self, number: int, _: int) -> None:
        seen = embed(self.encoder, [self.held_out[number]], self.prepare, self.device)
        if self._index is not None and len(seen.texts):
            read = self._index.nearest(seen.vectors, 1).rows[:, 0]
            self._hits += [self._index.texts[row] == text for row, text in zip(read, seen.texts, strict=True)]

    def on_validation_epoch_end(self) -> None:
        self.log("fonts/precision_at_1", float(np.mean(self._hits)) if self._hits else 0.0)


def classifies(net: nn.Module) -> TypeGuard[WindowNet]:
    """Whether a net has a vector for each text."""
    return isinstance(net, WindowNet) and net.classes is not None


def class_index(net: WindowNet, prepare: PrepareStrip) -> GlyphIndex:
    """The class vectors of a classifier as exemplars: the nearest is the class that it answers with."""
    vectors = net.class_vectors().detach().float().cpu().numpy()
    texts = tuple(prepare.names[number] for number in range(len(vectors)))
    return GlyphIndex(vectors, texts, (CLASS_VECTOR,) * len(vectors))


@torch.no_grad()
def embed(
    net: nn.Module, lines: Sequence[LabelledLine], prepare: PrepareStrip, device: torch.device | str = "cpu"
) -> Embedded:
    """The glyphs of `lines` whose texts have a number, embedded line by line."""
    names = prepare.names
    random = Random(0)
    vectors: list[Floats] = []
    texts: list[str] = []
    sources: list[str] = []
    for line in lines:
        item = prepare(line, random)
        if item is None or not (known := item.texts >= 0).any():
            continue
        item = StripItem(item.pixels, item.extents[known], item.texts[known])
        vectors.append(_embed_item(net, item, device))
        texts += [names[int(number)] for number in item.texts]
        sources += [line.source] * len(item.texts)
    whole = np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32)
    return Embedded(whole, tuple(texts), tuple(sources))


def _embed_item(net: nn.Module, item: StripItem, device: torch.device | str) -> Floats:
    if isinstance(net, WindowNet):
        out = net(torch.from_numpy(windows_of(item)).to(device))
    else:
        strip = torch.from_numpy(np.ascontiguousarray(item.pixels))[None, None].to(device)
        owners = torch.zeros(len(item.extents), dtype=torch.long, device=device)
        out = net(strip, torch.from_numpy(item.extents).to(device), owners)
    vectors: Floats = out.float().cpu().numpy()
    return vectors


def new_net(recipe: RecognizerRecipe) -> StripNet | WindowNet:
    """The encoder that a recipe names, untrained."""
    if recipe.encoder == STRIP:
        return StripNet(recipe.size, recipe.channels)
    classes = len(strips_of(recipe).names) if recipe.head == "classifier" else 0
    return WindowNet(recipe.encoder, size=recipe.size, channels=recipe.channels, classes=classes)


def train_recognizer(recipe: RecognizerRecipe, out: Path, progress: Progress) -> Path:
    """The run of a recipe in the folder `out`; gives the path of its bundle, or else of its `encoder.onnx`.

    A first run learns from synthetic lines; hard negatives mined with its index then shape what the second run draws,
    which mixes in the real lines; a larger net may go on from there.
    """
    from effocr.train.finish import write_recognizer

    net = new_net(recipe)
    if recipe.start:
        load_weights(net, recipe.start)
    real = real_lines(recipe.real.sources)
    makers = line_makers(recipe.synthesis)
    if classifies(net) and not recipe.start and not steps_done(out / "first" / LAST):
        net.begin_with(picture_vectors([*strips_of(recipe).names.values()], makers[0].families, DIMENSIONS))
    first, second = recipe.running.runs(recipe.second_run if real or recipe.hard_negatives else 0.0)
    mixture = Mixture(makers[0])
    _run(net, recipe, first, makers, mixture, out / "first", progress)
    if second:
        sets = mined(net, recipe, makers, real, out) if recipe.hard_negatives else []
        makers = line_makers(recipe.synthesis, sets)
        mixture = Mixture(makers[0], real, recipe.real.share if real else 0.0)
        for number in range(1, recipe.repeats + 1):
            again = second.model_copy(update={"seed": second.seed + 1000 * (number - 1)})
            folder = out / ("second" if number == 1 else f"second-{number}")
            _run(net, recipe, again, makers, mixture, folder, progress)
    if recipe.grown and isinstance(net, StripNet):
        net = _grown(net, recipe.grown, recipe, makers, mixture, out, progress)
    return write_recognizer(net, recipe, makers, real, out)


def _grown(
    net: StripNet,
    wanted: GrownRecipe,
    recipe: RecognizerRecipe,
    makers: tuple[LineMaker, LineMaker],
    mixture: Mixture,
    out: Path,
    progress: Progress,
) -> StripNet:
    """A larger net that went on from `net`."""
    larger = grown(net, recipe.size, wanted.channels, wanted.hidden)
    index = exemplars_of(larger, recipe, makers[0], mixture.real.lines, EXEMPLAR_LINES // 4)
    beside = WithExemplars(larger, index, strips_of(recipe).numbers)
    for number in range(wanted.repeats):
        more = {"steps": wanted.steps, "learning_rate": wanted.learning_rate / 2**number}
        running = recipe.running.model_copy(update={**more, "seed": recipe.running.seed + 9000 + 1000 * number})
        _run(beside, recipe, running, makers, mixture, out / f"grown-{number + 1}", progress)
    return larger


def _run(
    net: nn.Module,
    recipe: RecognizerRecipe,
    running: Running,
    makers: tuple[LineMaker, LineMaker],
    mixture: Mixture,
    folder: Path,
    progress: Progress,
) -> None:
    """One run from the weights that `net` has; it has the trained ones afterwards."""
    prepare = strips_of(recipe)
    module = RecognizerTraining(net, running, recipe.temperature, prepare)
    collate: Collate = CollateWindows(recipe.per_text) if isinstance(net, WindowNet) else CollateStrips(recipe.per_text)

    def batches(step: int) -> Batches:
        return Batches(mixture, running.seed + step, running.batch, prepare, collate, item_width)

    seed = recipe.running.seed
    if not classifies(net):
        module.exemplar_lines = list(islice(makers[0].lines(seed + 2_000_003), VALIDATION_EXEMPLAR_LINES))
    module.held_out = list(islice(makers[1].lines(seed + 1_000_003), VALIDATION_LINES))
    fit(module, batches, folder, progress)
    load_weights(net, folder / LAST)
    net.cpu().eval()


def strips_of(recipe: RecognizerRecipe) -> PrepareStrip:
    """How lines become strips for a recipe's encoder, with every text of its charset and its ligatures numbered."""
    drawn = dict.fromkeys((*glyph_texts(characters_of(recipe.synthesis)), *recipe.ligatures))
    read = {text: in_usual_form(text) if recipe.forms == "usual" else text for text in drawn}
    numbers = {text: number for number, text in enumerate(dict.fromkeys(read.values()))}
    others = {text: numbers[plain] for text, plain in read.items() if text not in numbers}
    return PrepareStrip(window_of(recipe), {**others, **numbers}, recipe.widest)


def window_of(recipe: RecognizerRecipe) -> StripPreparation:
    """How strips are cut for a recipe's encoder."""
    window = StripPreparation(recipe.size, recipe.above, recipe.below)
    return window if recipe.proportions == "evened" else replace(window, glyph_width=None)


def whole_strips(prepare: PrepareStrip) -> PrepareStrip:
    """The same preparation as reading has it: nothing is cut off, and everything stays in its place."""
    return replace(prepare, widest=WHOLE, jitter=STILL)


def exemplars_of(
    net: nn.Module, recipe: RecognizerRecipe, maker: LineMaker, real: Sequence[LabelledLine], lines: int
) -> GlyphIndex:
    """Exemplars of synthetic lines, of real ones as they are, and of real ones as other scans would show them."""
    prepare = whole_strips(strips_of(recipe))
    if classifies(net):
        return class_index(net, prepare)
    drawn = list(islice(maker.lines(recipe.running.seed + 3_000_017), lines))
    random = Random(f"exemplars {recipe.running.seed}")
    scans = [rescanned(line, random) for line in real]
    parts = [embed(net, material, prepare) for material in (drawn, real, scans) if material]
    most = recipe.exemplars_per_text
    parts = [part for part in parts if part.texts]
    chosen = joined([choose_exemplars(part.vectors, part.texts, part.sources, most) for part in parts])
    return edited(chosen, np.concatenate([part.vectors for part in parts]), [t for part in parts for t in part.texts])


def mined(
    net: nn.Module, recipe: RecognizerRecipe, makers: tuple[LineMaker, LineMaker], real: RealMaterial, out: Path
) -> list[list[str]]:
    """Sets of texts that the first run's index mistakes for each other, kept in the run's folder; mined only once."""
    path = out / HARD_NEGATIVES
    if not path.exists():
        index = exemplars_of(net, recipe, makers[0], real.lines, EXEMPLAR_LINES // 4)
        prepare = whole_strips(strips_of(recipe))
        asked = embed(
            net, [*islice(makers[0].lines(recipe.running.seed + 4_000_037), EXEMPLAR_LINES // 4), *real.lines], prepare
        )
        found = hard_negatives(index, asked.vectors, asked.texts, recipe.hard_negatives)
        write_text(path, json.dumps(found, ensure_ascii=False, indent=1))
    return [[text, *others] for text, others in json.loads(path.read_text(encoding="utf-8")).items()]
