"""One training on crops: loss, rate, validation by searching, and the best weights kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from effocr.data.glyphs.files import GlyphFile
from effocr.data.lines import evenly
from effocr.index.glyph_index import GlyphIndex
from effocr.train.crops.augment import augmentation_of
from effocr.train.crops.batches import CropBatches, Pictures, PrepareCrops, write_picture
from effocr.train.crops.exemplars import class_index, index_of
from effocr.train.crops.material import CropMaterial
from effocr.train.crops.measuring import Precision, embedded, precision
from effocr.train.crops.recipe import CropsRecipe, rate_factor
from effocr.train.crops.samplers import Batching
from effocr.train.nets.crops import CropNet
from effocr.train.nets.encoder import supervised_contrastive
from effocr.train.nets.weights import load_file, write_weights
from effocr.train.recipes import Running
from effocr.train.running import LAST, Progress, Trained, fit, load_weights

BEST = "best.pt"
PICTURE = "batch.png"
VALIDATED = 2000
"""Crops looked at in a validation, at most."""
MEANS_OF = 300
"""Crops of a text and origin that exemplars are means of, at most."""
MEANS_OF_VALIDATION = 40
"""The same while a training validates."""


class Measurer:
    """Measures a net on crops of a recipe's material, prepared as they are read."""

    def __init__(self, recipe: CropsRecipe, material: CropMaterial) -> None:
        self.recipe, self.material = recipe, material
        self.prepare = PrepareCrops(recipe.preparation, {}, Pictures())

    def index(self, net: CropNet, device: torch.device | str = "cpu", most: int = MEANS_OF) -> GlyphIndex:
        """The index that the net's crops are searched in: class vectors, or exemplars."""
        if self.recipe.head == "classifier":
            return class_index(net, self.material.texts)
        return index_of(net, self.material, self.recipe.exemplars, self.prepare, device, most=most)

    def precision(
        self, net: CropNet, crops: Sequence[GlyphFile], index: GlyphIndex, device: torch.device | str = "cpu"
    ) -> Precision:
        """Precision at 1 on `crops`, searched in an index of the same net."""
        return precision(index, embedded(net, crops, self.prepare, device), [crop.text for crop in crops])


class CropTraining(Trained):
    """Minimises the contrastive loss or cross entropy; keeps the weights that validate best in `folder`."""

    net: CropNet

    def __init__(self, net: CropNet, running: Running, measurer: Measurer, folder: Path, per_epoch: int) -> None:
        super().__init__(net, running)
        self.measurer, self.recipe, self.folder, self.per_epoch = measurer, measurer.recipe, folder, per_epoch
        val = measurer.material.val
        self.validated = [val[row] for row in evenly(len(val), VALIDATED)]
        self.held_out = [self.validated] if val else []
        self.best, self.seen_at = -1.0, -1

    def loss(self, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        crops, texts = batch
        embeddings = self.net(crops).float()
        temperature = self.recipe.temperature
        if self.recipe.head == "classifier":
            return {"total": F.cross_entropy(embeddings @ self.net.class_vectors().T / temperature, texts)}
        return {"total": supervised_contrastive(embeddings, texts, temperature)}

    def configure_optimizers(self) -> Any:
        settings, steps = self.recipe.running, self.running.steps
        decayed = [p for p in self.net.parameters() if p.ndim > 1]
        rest = [p for p in self.net.parameters() if p.ndim <= 1]
        optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": rest, "weight_decay": 0.0}],
            lr=self.running.learning_rate,
            betas=settings.betas,
        )
        factor = partial(rate_factor, settings, steps, self.per_epoch)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def validation_step(self, *_: Any) -> None:
        self.log("val/precision_at_1", self._validated(), batch_size=1)

    def on_train_end(self) -> None:
        if self.held_out and self.seen_at != self.global_step:
            self._validated()

    def _validated(self) -> float:
        """Precision at 1 now; writes the weights where they are the best so far."""
        index = self.measurer.index(self.net, self.device, MEANS_OF_VALIDATION)
        found = self.measurer.precision(self.net, self.validated, index, self.device)
        self.seen_at = self.global_step
        if found.at_1 > self.best:
            self.best = found.at_1
            write_weights(self.net, self.folder / BEST)
        return found.at_1

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["best_precision_at_1"] = self.best

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_load_checkpoint(checkpoint)
        self.best = float(checkpoint.get("best_precision_at_1", self.best))


def run_training(
    net: CropNet,
    running: Running,
    measurer: Measurer,
    sets: Sequence[list[str]],
    folder: Path,
    progress: Progress,
) -> None:
    """One run from the weights that `net` has, with sets of hard negatives; it has the best ones afterwards."""
    recipe, material = measurer.recipe, measurer.material
    batching = Batching(material.train, recipe.sampling, running.seed, sets)
    module = CropTraining(net, running, measurer, folder, batching.per_epoch)
    varied = {origin: augmentation_of(recipe.augmentation, origin, recipe.level) for origin in ("real", "render")}
    prepare = PrepareCrops(recipe.preparation, varied, Pictures())

    def batches(step: int) -> CropBatches:
        return CropBatches(material.train, batching, prepare, material.texts, step)

    picture = folder / PICTURE
    if not picture.exists():
        write_picture(batches(0).batch(0)[0], recipe.preparation, recipe.sampling.per_text, picture)
    fit(module, batches, folder, progress)
    load_weights(net, folder / LAST)
    if (folder / BEST).exists():
        load_file(net, net.features, folder / BEST)
    net.cpu().eval()
