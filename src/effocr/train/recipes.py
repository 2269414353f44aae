"""Recipes: what to train. TOML files; unknown keys are errors; settings are named, bounded and explained here once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from effocr.errors import RecipeError
from effocr.synth.pages.recipe import PageRecipe
from effocr.synth.recipe import SynthesisRecipe

if TYPE_CHECKING:
    from effocr.train.crops.recipe import CropsRecipe


EXPLAINED = {"crops": "train-on-crops.md"}
"""Pages of docs/how-to with the keys of a kind, where it is not train-your-own.md."""


class Strict(BaseModel):
    """A part of a recipe."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CocoSource(Strict):
    """One COCO file with char boxes; `effocr data align` makes one of lines that have a text only."""

    coco: Path
    images: Path | None = Field(None, description="where its file names start; the folder of the file by default")
    weight: float = Field(1.0, gt=0, description="how often its lines are drawn, against those of other files")


class RealLines(Strict):
    """Real lines with boxes."""

    sources: tuple[CocoSource, ...] = ()
    share: float = Field(0.3, ge=0, le=1, description="share of real lines in a batch")


class DataOrigin(Strict):
    """A data set that went into a bundle, for its card."""

    name: str
    licence: str
    origin: str


class BundleRecipe(Strict):
    """The bundle that a recognizer is put into, with the localizer of an earlier run."""

    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    description: str = ""
    localizer: Path = Field(description="localizer.onnx of a run, or a bundle to take it from")
    threshold: float | None = Field(
        None, gt=0, lt=1, description="least score of a glyph that is found; that of the localizer by default"
    )
    vertical: bool | Literal["by_shape"] = Field(
        False, description="lines are read from top to bottom when nothing else is said, or where they look like it"
    )
    spaced: bool = Field(True, description="words are joined with spaces")
    cased: bool = Field(True, description="texts know upper and lower case")
    context: Path | None = Field(
        None, description="a text that shows which kinds of characters follow each other; the real lines by default"
    )
    repairs: tuple[str, ...] = Field((), description="what is made to its lines, as effocr read --repair names it")
    precision: Literal["single", "half"] = Field(
        "single", description="of weights and exemplars in the files; half: float16, for half the size"
    )
    data: tuple[DataOrigin, ...] = ()
    limits: tuple[str, ...] = ()


class Running(Strict):
    """How long, how fast, on what."""

    second_rate: float = Field(0.4, gt=0, description="learning rate of the second run against the first")
    steps: int = Field(10_000, ge=1, description="batches")
    batch: int = Field(32, ge=1, description="lines a batch")
    learning_rate: float = Field(3e-3, gt=0)
    weight_decay: float = Field(1e-2, ge=0)
    seed: int = Field(0, ge=0)
    workers: int = Field(1, ge=0, description="processes that make lines")
    threads: int = Field(1, ge=1, description="threads of the training itself on a CPU")
    accelerator: str = Field("auto", description="cpu, gpu, ... as Lightning names them")
    precision: str = Field(
        "32-true", description="as Lightning names it; auto: bf16-mixed where the device is fast at it, else 32-true"
    )
    validate_every: int = Field(500, ge=1, description="batches between validations")
    logger: Literal["csv", "tensorboard", "wandb"] = "csv"

    def runs(self, second: float) -> tuple[Running, Running | None]:
        """The settings of the first and of the second run, which takes the part `second` of the steps."""
        late = round(self.steps * second)
        if not late:
            return self, None
        rate = self.learning_rate * self.second_rate
        return (
            self.model_copy(update={"steps": self.steps - late}),
            self.model_copy(update={"steps": late, "learning_rate": rate, "seed": self.seed + 500}),
        )


class DetectorRecipe(Strict):
    """What a generic detector learns with the library of a backend, which has to be installed."""

    model: str = Field("", description="as the library names it; a small one by default")
    epochs: int = Field(50, ge=1)
    batch: int = Field(16, ge=1, description="lines a batch")
    rows: int = Field(640, ge=32, multiple_of=32, description="of the net's input")
    columns: int = Field(640, ge=32, multiple_of=32)
    synthetic: int = Field(2000, ge=1, description="lines that are made beforehand where there is a synthesis")
    words: bool = Field(True, description="learn words, too; without them wide gaps are spaces")
    threshold: float = Field(0.35, gt=0, lt=1, description="least score of a char")
    overlap: float = Field(0.3, ge=0, le=1, description="boxes that share more of their union suppress each other")
    options: dict[str, bool | int | float | str] = Field({}, description="handed to the library's trainer as they are")


class LocalizerRecipe(Strict):
    """What `effocr train localizer` does."""

    kind: Literal["localizer"]
    backend: Literal["effocr", "ultralytics", "mmdetection", "detectron2"] = Field(
        "effocr", description="whose net is trained, and by whom"
    )
    detector: DetectorRecipe = DetectorRecipe()
    synthesis: SynthesisRecipe | None = Field(None, description="may be left out where there are real lines")
    real: RealLines = RealLines()
    running: Running = Running()
    start: Path | None = Field(None, description="checkpoint to start from")
    height: int = Field(40, ge=24, le=96, description="rows of the net's input")
    channels: int = Field(96, ge=16, le=512)
    widest: int = Field(640, ge=64, description="columns of a training line; longer ones are cut")
    second_run: float = Field(
        0.3, ge=0, lt=1, description="part of the steps that a run with real lines takes at the end"
    )
    validate_on: tuple[CocoSource, ...] = Field((), description="sets to validate on, beside held-out fonts")

    @model_validator(mode="after")
    def _learns_from_something(self) -> Self:
        if self.synthesis is None and not self.real.sources:
            raise ValueError("there is nothing to learn from: give [synthesis], or [[real.sources]], or both")
        return self


class GrownRecipe(Strict):
    """A larger net of the kind 'strip' that goes on from the last run, with exemplars that learn beside it."""

    channels: tuple[int, ...] = Field(min_length=4, description="as many numbers as before, none of them smaller")
    hidden: int = Field(192, ge=192, description="channels between its convolutions and its embeddings")
    steps: int = Field(9000, ge=1, description="batches of a run")
    learning_rate: float = Field(3e-3, gt=0)
    repeats: int = Field(1, ge=1, description="runs, each from where the last one ended, at half its learning rate")


class RecognizerRecipe(Strict):
    """What `effocr train recognizer` does."""

    kind: Literal["recognizer"]
    synthesis: SynthesisRecipe
    real: RealLines = RealLines()
    running: Running = Running()
    start: Path | None = Field(None, description="checkpoint to start from")
    encoder: str = Field("strip", description="'strip', 'window', or the name of a timm model, which sees windows, too")
    channels: tuple[int, ...] = Field((16, 32, 64, 96, 128), min_length=4, description="four of 'window'")
    head: Literal["contrastive", "classifier"] = Field(
        "contrastive", description="classifier, of windows: cross entropy; its class vectors become the index"
    )
    forms: Literal["kept", "usual"] = Field(
        "kept", description="usual: full-width and half-width forms and hentaigana read as the ordinary characters"
    )
    ligatures: tuple[str, ...] = Field((), description="texts of several characters that a box of a real line may hold")
    size: int = Field(32, ge=16, le=256, multiple_of=8, description="rows of a strip; of 'strip' a multiple of 16")
    above: float = Field(1.30, gt=0.5, le=3, description="rows over the baseline, in heights of the band")
    below: float = Field(0.48, ge=0, le=2, description="rows under it")
    proportions: Literal["evened", "kept"] = Field(
        "evened", description="evened: strips in which the mean glyph has a fixed width; kept: as printed"
    )
    widest: int = Field(640, ge=64, description="columns of a training strip; longer ones are cut")
    per_text: int = Field(8, ge=2, description="m: glyphs of one text in a batch, at most")
    temperature: float = Field(0.1, gt=0)
    exemplars_per_text: int = Field(4, ge=1, le=64)
    hard_negatives: int = Field(8, ge=0, description="k: texts mined a text after the first run; 0 for one run only")
    second_run: float = Field(
        0.4, ge=0, lt=1, description="part of the steps that the run with hard negatives and real lines takes"
    )
    repeats: int = Field(1, ge=1, description="times that the second run is made, each from where the last one ended")
    grown: GrownRecipe | None = Field(None, description="a larger net that takes over at the end")
    bundle: BundleRecipe | None = Field(None, description="put the recognizer into a bundle at the end")

    @model_validator(mode="after")
    def _grows_everywhere(self) -> Self:
        if self.grown is not None:
            pairs = zip(self.channels, self.grown.channels, strict=False)
            if (
                self.encoder != "strip"
                or len(self.channels) != len(self.grown.channels)
                or any(a > b for a, b in pairs)
            ):
                raise ValueError(f"grown: only 'strip' grows, and from {self.channels} to none that is smaller")
        return self


class RealPagesRecipe(Strict):
    """Real pages with lines."""

    sources: tuple[Path, ...] = Field((), description="JSON lines files of pages; see recipes/en/README.md")
    share: float = Field(0.4, ge=0, le=1, description="share of real pages in the second run")


class LineFinderRecipe(Strict):
    """What `effocr train line-finder` does."""

    kind: Literal["line_finder"]
    synthesis: SynthesisRecipe = Field(description="fonts and texts of the lines")
    pages: PageRecipe = PageRecipe()
    real: RealPagesRecipe = RealPagesRecipe()
    running: Running = Running()
    start: Path | None = Field(None, description="checkpoint to start from")
    channels: tuple[int, ...] = Field((16, 24, 32, 48, 48), min_length=5, max_length=5)
    joined: int = Field(24, ge=8, le=256, description="channels where the levels of the pyramid meet")
    second_run: float = Field(
        0.3, ge=0, le=1, description="part of the steps that a run with real pages takes at the end"
    )


def load_recipe(path: Path) -> LocalizerRecipe | RecognizerRecipe | CropsRecipe | LineFinderRecipe:
    """The recipe in a TOML file; paths in it are relative to where the command runs. RecipeError names every fault."""
    from effocr.train.crops.recipe import CropsRecipe  # which stands on this module

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecipeError(
            f"{path}: no such recipe.", hint="The recipes that made the shipped bundles lie in recipes/."
        ) from error
    except OSError as error:
        raise RecipeError(
            f"{path}: cannot be read: {error.strerror or error}.", hint="Name the TOML file itself."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not TOML: {error}.", hint="Compare with recipes/en/localizer.toml.") from error
    kinds: dict[str, type[LocalizerRecipe | RecognizerRecipe | CropsRecipe | LineFinderRecipe]] = {
        "localizer": LocalizerRecipe,
        "recognizer": RecognizerRecipe,
        "crops": CropsRecipe,
        "line_finder": LineFinderRecipe,
    }
    kind = content.get("kind")
    if kind not in kinds:
        raise RecipeError(
            f"{path}: kind is {kind!r}; it must be one of {', '.join(kinds)}.", hint='Put kind = "localizer" first.'
        )
    try:
        return kinds[kind].model_validate(content)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        page = EXPLAINED.get(str(kind), "train-your-own.md")
        raise RecipeError(f"{path}: {faults}.", hint=f"The keys are explained in docs/how-to/{page}.") from error
