"""Training an encoder further on a few lines, so that its glyphs come near to the exemplars of their texts."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from effocr.image.preparation import StripPreparation
from effocr.index.glyph_index import GlyphIndex
from effocr.train.material import Batches, Mixture, RealMaterial
from effocr.train.nets.encoder import StripNet, supervised_contrastive
from effocr.train.recipes import Running
from effocr.train.running import LAST, Progress, Trained, fit, load_weights
from effocr.train.strips import CollateStrips, PrepareStrip, item_width

TEMPERATURE = 0.08
TOGETHER = 0.5
"""How much it counts that glyphs of one text come near to each other, beside coming near to its exemplars."""
WIDEST = 480
KEPT = 1.0
"""How much it counts that what the lines do not show stays where it was (after arXiv:1606.09282)."""
PER_TEXT = 12
MEANS = 4


class EncoderTuning(Trained):
    """Minimises how unlikely the true text is among the exemplars; those of texts that the lines have move along.

    The others stay where they are, and hold the encoder to what it knew.
    """

    def __init__(self, net: StripNet, running: Running, index: GlyphIndex, movable: Tensor) -> None:
        beside = _Beside(net, torch.from_numpy(index.vectors.copy()))
        super().__init__(beside, running)
        self._beside = [beside]  # in a list, so that its weights are saved once
        numbers = {text: number for number, text in enumerate(index.distinct_texts)}
        self._owners = torch.tensor([numbers[text] for text in index.texts])
        self._movable, self._count = movable[:, None].float(), len(numbers)
        self._fixed = torch.from_numpy(index.vectors.copy())
        self._before = copy.deepcopy(net).eval().requires_grad_(False)

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        strips, extents, owners, texts = batch
        beside = self._beside[0]
        embeddings: Tensor = beside.encoder(strips, extents, owners)
        exemplars = self._fixed + (beside.exemplars - self._fixed) * self._movable
        near = embeddings @ F.normalize(exemplars, dim=1).T / TEMPERATURE
        by_text = near.new_full((len(embeddings), self._count), -1e4)
        by_text = by_text.scatter_reduce(1, self._owners.expand(len(embeddings), -1), near, "amax")
        named = F.cross_entropy(by_text, texts)
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
        now: Tensor = self._beside[0].encoder(rows, near, owners)
        return 1 - F.cosine_similarity(now, before).mean()

    def validation_step(self, number: int, _: int) -> None:
        """Nothing: lines held out are read, with the whole reader, when the training is done."""


class _Beside(nn.Module):
    """An encoder and the exemplars that learn with it."""

    def __init__(self, encoder: StripNet, exemplars: Tensor) -> None:
        super().__init__()
        self.encoder = encoder
        self.exemplars = nn.Parameter(exemplars)


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
