"""Training an encoder further on a few lines, so that its glyphs come near to the exemplars of their texts."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from effocr.image.preparation import StripPreparation
from effocr.index.glyph_index import GlyphIndex
from effocr.train.material import Batches, Mixture, RealMaterial
from effocr.train.nets.encoder import StripNet, supervised_contrastive
from effocr.train.nets.growing import NAMED_TEMPERATURE, TOGETHER, WithExemplars
from effocr.train.recipes import Running
from effocr.train.running import LAST, Progress, Trained, fit, load_weights
from effocr.train.strips import CollateStrips, PrepareStrip, item_width

WIDEST = 480
KEPT = 1.0
"""How much it counts that what the lines do not show stays where it was (after arXiv:1606.09282)."""
PER_TEXT = 12
MEANS = 4


class EncoderTuning(Trained):
    """Minimises how unlikely the true text is among the exemplars; those of texts that the lines have move along.

    The others stay where they are, and hold the encoder to what it knew.
    """

    net: WithExemplars

    def __init__(self, net: StripNet, running: Running, index: GlyphIndex, movable: Tensor) -> None:
        numbers = {text: number for number, text in enumerate(index.distinct_texts)}
        super().__init__(WithExemplars(net, index, numbers, movable), running)
        self._before = copy.deepcopy(net).eval().requires_grad_(False)

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        strips, extents, owners, texts = batch
        embeddings: Tensor = self.net.encoder(strips, extents, owners)
        named = self.net.named(embeddings, texts, NAMED_TEMPERATURE)
        together = supervised_contrastive(embeddings, texts, 0.1)
        kept = self._kept(strips, extents, owners)
        return {"total": named + TOGETHER * together + KEPT * kept, "named": named, "together": together, "kept": kept}

    def _kept(self, strips: Tensor, extents: Tensor, owners: Tensor) -> Tensor:
        """How far embeddings of shapes that the lines do not show have moved: of every third line, turned over."""
        some = owners % 3 == 0
        rows, across = strips[::3], strips.shape[3]
        near, owners = extents[some], owners[some] // 3
        turned = [(rows.flip(3), across - near.flip(1)), (rows.flip(2), near), (rows.flip(2, 3), across - near.flip(1))]
        rows, near = turned[int(torch.randint(3, ()))]
        with torch.no_grad():
            before: Tensor = self._before(rows, near, owners)
        now: Tensor = self.net.encoder(rows, near, owners)
        return 1 - F.cosine_similarity(now, before).mean()

    def validation_step(self, number: int, _: int) -> None:
        """Nothing: lines held out are read, with the whole reader, when the training is done."""


def tune_encoder(
    net: StripNet,
    window: StripPreparation,
    index: GlyphIndex,
    material: RealMaterial,
    running: Running,
    folder: Path,
    progress: Progress,
) -> None:
    """Trains `net` in place on lines with boxes; an interrupted training in `folder` goes on."""
    seen = {text for line in material.lines for text in line.texts}
    numbers = {text: number for number, text in enumerate(index.distinct_texts)}
    module = EncoderTuning(net, running, index, torch.tensor([text in seen for text in index.texts]))
    module.held_out = [0]
    prepare = PrepareStrip(window, numbers, WIDEST)
    mixture = Mixture(None, material, 1.0)

    def batches(step: int) -> Batches:
        return Batches(mixture, running.seed + step, running.batch, prepare, CollateStrips(PER_TEXT), item_width)

    fit(module, batches, folder, progress)
    load_weights(module.net, folder / LAST)
    net.cpu().eval()
