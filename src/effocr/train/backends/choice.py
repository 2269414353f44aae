"""The backends by name, and what is done around each: data before, and afterwards a localizer that was seen to read."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from effocr.bundle.lone import LoneLocalizer, part_file
from effocr.data.coco import lines_of, read_coco
from effocr.data.writing import write_bytes, write_text
from effocr.errors import MissingExtraError, OutputError, RecipeError
from effocr.evaluate.boxes import BoxCounts, box_scores
from effocr.read.detectors.localizer import localizer_of_part
from effocr.read.detectors.parts import given_localizer
from effocr.train.backends.data import VALIDATION, WORD, DetectorData, data_of
from effocr.train.recipes import LocalizerRecipe
from effocr.train.running import Progress

PRODUCT = "localizer.onnx"
LOG = "training.log"
FIGURES = "validation.json"

Train = Callable[[DetectorData, LocalizerRecipe, Path, Progress], Path]
"""Trains in a folder, or goes on there, and exports; gives the path of the ONNX file."""


@dataclass(frozen=True)
class Backend:
    """A library that trains detectors: the modules it needs, how to install them, and the kind of its exports."""

    modules: tuple[str, ...]
    install: str
    kind: str

    def train(self, name: str) -> Train:
        """The function of this package that trains with it; it alone imports the library."""
        function: Train = import_module(f"effocr.train.backends.{name}").train
        return function


BACKENDS = {
    "ultralytics": Backend(
        ("ultralytics",),
        "pip install ultralytics  # AGPL-3.0, of which its makers say that it covers what is trained with it",
        "yolov8",
    ),
    "mmdetection": Backend(
        ("mmengine", "mmcv", "mmdet", "mmdeploy"),
        'pip install mmengine "mmcv>=2.0.0rc4,<2.2" mmdet mmdeploy',
        "mmdetection",
    ),
    "detectron2": Backend(
        ("detectron2",),
        "pip install --no-build-isolation git+https://github.com/facebookresearch/detectron2",
        "detectron2",
    ),
}


def train_detector(recipe: LocalizerRecipe, out: Path, progress: Progress) -> Path:
    """The run of a recipe with another library in the folder `out`; gives the path of its `localizer.onnx`.

    Beside that stands `localizer.json`, which says how it is used. What the library tells goes into `training.log`.
    Raises `MissingExtraError` where the library is not installed.
    """
    product, backend = out / PRODUCT, BACKENDS[recipe.backend]
    if product.exists() and part_file(product).exists():
        return product
    for module in backend.modules:
        if importlib.util.find_spec(module) is None:
            raise _missing(recipe.backend, module)
    if recipe.start and not recipe.start.exists():
        raise RecipeError(f"{recipe.start}: no such checkpoint.", hint="Leave `start` out to begin anew.")
    data = data_of(recipe, out / "data")
    with _told_to(out / LOG), _missing_parts(recipe.backend):
        model = backend.train(recipe.backend)(data, recipe, (out / recipe.backend).absolute(), progress)
    localizer = given_localizer(model, backend.kind, settings_of(recipe))
    figures = figures_of(localizer, data)
    write_text(out / FIGURES, json.dumps(figures, indent=1) + "\n")
    progress(recipe.detector.epochs, recipe.detector.epochs, figures)
    write_bytes(product, localizer.content)
    write_text(part_file(product), localizer.part.model_dump_json(indent=1) + "\n")
    return product


def settings_of(recipe: LocalizerRecipe) -> dict[str, object]:
    """How what a recipe trains is used afterwards: fields of `LocalizerPart` and of `Detection`."""
    wanted = recipe.detector
    return {
        "threshold": wanted.threshold,
        "rows": wanted.rows,
        "columns": wanted.columns,
        "overlap": wanted.overlap,
        "word_class": WORD if wanted.words else None,
    }


def figures_of(localizer: LoneLocalizer, data: DetectorData) -> dict[str, float]:
    """Precision, recall and mean IoU of the boxes found on the validation lines, read as a bundle would read them."""
    reader = localizer_of_part(localizer.content, localizer.part)
    counts = BoxCounts()
    for line in lines_of(read_coco(data.coco(VALIDATION))):
        (found,) = reader.localize([line.image])
        counts += box_scores(found.boxes, line.boxes, line.unknown)
    return {"precision": counts.precision, "recall": counts.recall, "iou": counts.mean_iou}


@contextmanager
def _told_to(log: Path) -> Iterator[None]:
    """What libraries print inside goes to the end of a file."""
    try:
        file = log.open("a", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"the run {log.parent} cannot be kept: {error.strerror or error}.", hint="Choose another folder with --out."
        ) from error
    with file, redirect_stdout(file):
        yield


@contextmanager
def _missing_parts(backend: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise _missing(backend, error.name or "a part of it") from error


def _missing(backend: str, module: str) -> MissingExtraError:
    return MissingExtraError(
        f"backend = {backend!r} needs {module}, which is not installed.", hint=f"Try: {BACKENDS[backend].install}"
    )
