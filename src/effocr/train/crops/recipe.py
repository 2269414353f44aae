"""The recipe of a training on crops: every setting named, bounded, defaulted and explained once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from effocr.image.preparation import CropPreparation
from effocr.train.recipes import BundleRecipe, Running, Strict

PLAIN = "plain"
HUGGING_FACE = "hf:"
NONE, MINE = "none", "mine"


class CropFolders(Strict):
    """Where crops come from, which of them are learned from, and which are kept to measure on."""

    folders: tuple[Path, ...] = Field(min_length=1, description="folders with a manifest, or ImageFolders of EffOCR")
    use: Literal["both", "real", "render"] = Field("both", description="what is trained on; measured on real ones")
    few_shot: int | None = Field(None, ge=1, description="real crops of a text that are trained on, at most")
    proportions: tuple[float, float, float] = Field(
        (0.7, 0.15, 0.15), description="train, val and test, of the pages of crops that name no split"
    )
    seed: int = Field(99, ge=0, description="of the split and of the few shots")


class EncoderRecipe(Strict):
    """The net, and what it is shown."""

    name: str = Field(PLAIN, min_length=1, description="'plain', the name of a timm model, or 'hf:' and a name or path")
    size: int = Field(32, ge=16, le=512, multiple_of=8, description="rows and columns of its input")
    padding: Literal["corner", "centre"] | None = Field(None, description="corner for glyphs, centre for words")
    pooling: Literal["cls", "mean"] = Field("cls", description="which of a Hugging Face model's answers is taken")
    pretrained: bool = Field(False, description="start from the hub's weights")
    weights: Path | None = Field(None, description="start from a file: a state dict, or a checkpoint of a run")


class Sampling(Strict):
    """What a batch is made of."""

    batch: int = Field(128, ge=4, description="crops a batch")
    per_text: int = Field(4, ge=2, description="m: crops of one text in a batch")
    passes: int = Field(1, ge=1, description="an epoch is passes x m x texts crops")
    pairing: Literal["halves", "drawn"] = Field(
        "halves", description="halves: of each text as many real crops as renders; drawn: as they come"
    )
    hard_share: float = Field(0.5, gt=0, le=1, description="share of a batch that sets of hard negatives may take")

    @model_validator(mode="after")
    def _two_texts(self) -> Self:
        if self.batch < 2 * self.per_text:
            raise ValueError(f"a batch of {self.batch} does not hold two texts of {self.per_text} crops")
        return self


Augmenting = Literal["none", "default", "strong"]


class AugmentationRecipe(Strict):
    """How training crops are varied."""

    renders: Augmenting = "default"
    real: Augmenting = "none"
    script: Literal["latin", "cjk"] = Field("latin", description="cjk: smaller and farther from the middle")


class ExemplarRecipe(Strict):
    """What the index holds: every render, those of one font, or means of the renders and of the real crops."""

    of: Literal["renders", "font", "means"] = "means"
    font: str = Field("Noto", description="part of the source of the renders taken with of = 'font'")
    per_text: int = Field(4, ge=1, le=64, description="means a text and origin, at most")


class CropsRunning(Strict):
    """How long, how fast, on what."""

    epochs: int = Field(10, ge=1)
    second_epochs: int | None = Field(None, ge=1, description="of the run with hard negatives; as many by default")
    learning_rate: float = Field(2e-3, gt=0)
    second_rate: float = Field(0.5, gt=0, description="learning rate of the second run against the first")
    schedule: Literal["none", "cosine", "restarts"] = "cosine"
    restart: int | None = Field(None, ge=1, description="batches to the first restart; those of an epoch by default")
    restart_decay: float = Field(0.9, gt=0, le=1, description="rate after a restart against the one before")
    weight_decay: float = Field(5e-4, ge=0)
    betas: tuple[float, float] = (0.9, 0.999)
    seed: int = Field(0, ge=0)
    workers: int = Field(0, ge=0, description="processes that prepare crops")
    threads: int = Field(1, ge=1, description="threads of the training itself on a CPU")
    accelerator: str = Field("auto", description="cpu, gpu, ... as Lightning names them")
    precision: str = Field("32-true", description="as Lightning names it")
    validate_every: int | None = Field(None, ge=1, description="batches between validations; an epoch by default")
    logger: Literal["csv", "tensorboard", "wandb"] = "csv"


class CropsRecipe(Strict):
    """What `effocr train recognizer` does with crops."""

    kind: Literal["crops"]
    level: Literal["glyph", "word"] = "glyph"
    material: CropFolders
    encoder: EncoderRecipe = EncoderRecipe()
    head: Literal["contrastive", "classifier"] = Field(
        "contrastive", description="classifier: cross entropy; its class vectors become the index"
    )
    temperature: float = Field(0.1, gt=0)
    sampling: Sampling = Sampling()
    augmentation: AugmentationRecipe = AugmentationRecipe()
    exemplars: ExemplarRecipe = ExemplarRecipe()
    hard_negatives: str = Field(MINE, description="'mine' for a second run, 'none', or a file to train with at once")
    mined: int = Field(8, ge=1, description="k: texts mined a text")
    second_from: Literal["first", "start"] = Field("first", description="where the second run begins")
    test: bool = Field(True, description="measure on the test split at the end")
    running: CropsRunning = CropsRunning()
    bundle: BundleRecipe | None = Field(None, description="put a glyph recognizer into a bundle at the end")
    join: Path | None = Field(None, description="bundle that a word recognizer is added to, as a new one in the run")

    @model_validator(mode="after")
    def _product(self) -> Self:
        if self.level == "word" and self.bundle:
            raise ValueError("[bundle] is for glyphs; a word recognizer is added to a bundle: join = 'BUNDLE'")
        if self.level == "glyph" and self.join:
            raise ValueError("join is for words; a glyph recognizer gets a [bundle]")
        return self

    @property
    def preparation(self) -> CropPreparation:
        """How crops become the encoder's input: grey for our own net, three channels for others."""
        padding = self.encoder.padding or ("corner" if self.level == "glyph" else "centre")
        if self.encoder.name == PLAIN:
            return CropPreparation(self.encoder.size, 1, padding, (0.5,), (0.25,))
        return CropPreparation(self.encoder.size, padding=padding)

    def runs(self, batches: int) -> tuple[Running, Running | None]:
        """The settings of the first and of the second run, with epochs of so many batches."""
        first = self._run(self.running.epochs * batches, batches, 1.0, 0)
        if self.hard_negatives != MINE:
            return first, None
        epochs = self.running.second_epochs or self.running.epochs
        return first, self._run(epochs * batches, batches, self.running.second_rate, 500)

    def _run(self, steps: int, batches: int, rate: float, later: int) -> Running:
        running = self.running
        return Running(
            steps=steps,
            batch=self.sampling.batch,
            learning_rate=running.learning_rate * rate,
            weight_decay=running.weight_decay,
            seed=running.seed + later,
            workers=running.workers,
            threads=running.threads,
            accelerator=running.accelerator,
            precision=running.precision,
            validate_every=min(running.validate_every or batches, steps),
            logger=running.logger,
        )


def rate_factor(running: CropsRunning, steps: int, epoch: int, step: int) -> float:
    """The learning rate after `step` of `steps` batches, as a part of the recipe's; an epoch has `epoch` batches.

    Restarts come after 1, 3, 7, ... times the first period (arXiv:1608.03983 with doubling periods).
    """
    match running.schedule:
        case "none":
            return 1.0
        case "cosine":
            return (1 + math.cos(math.pi * min(step, steps) / steps)) / 2
        case "restarts":
            period, peak = running.restart or epoch, 1.0
            while step >= period:
                step -= period
                period, peak = period * 2, peak * running.restart_decay
            return peak * (1 + math.cos(math.pi * step / period)) / 2
