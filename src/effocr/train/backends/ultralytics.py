"""YOLO through Ultralytics, which is AGPL-3.0: installed by the user, called through its documented functions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from effocr.data.coco import lines_of, read_coco
from effocr.data.writing import write_text
from effocr.train.backends.data import TRAINING, VALIDATION, DetectorData, rows_of
from effocr.train.recipes import LocalizerRecipe
from effocr.train.running import Progress

MODEL = "yolov8n"
OPSET = 17
RUN = "run"
TRAINED = "trained"


def train(data: DetectorData, recipe: LocalizerRecipe, folder: Path, progress: Progress) -> Path:
    """The ONNX file of a YOLO (v5u, v8, 11 or later) that was trained in `folder`."""
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")  # else it calls pip by itself
    from ultralytics import YOLO

    weights, done = folder / RUN / "weights", folder / TRAINED
    if not done.exists():
        if (weights / "last.pt").exists():
            model = YOLO(str(weights / "last.pt"))
            _tell(model, progress)
            model.train(resume=True)
        else:
            model = YOLO(str(recipe.start) if recipe.start else model_file(recipe.detector.model))
            _tell(model, progress)
            model.train(**settings(write_labels(data), recipe, folder))
        write_text(done, "")
    size = (recipe.detector.rows, recipe.detector.columns)
    best = YOLO(str(weights / "best.pt"))
    return Path(best.export(format="onnx", imgsz=size, dynamic=True, simplify=False, opset=OPSET, device="cpu"))


def model_file(name: str) -> str:
    """What Ultralytics makes a net from: a plain name means its description, and random weights."""
    name = name or MODEL
    return name if Path(name).suffix in (".yaml", ".pt") else f"{name}.yaml"


def settings(labels: Path, recipe: LocalizerRecipe, folder: Path) -> dict[str, Any]:
    """The arguments of Ultralytics' training; those in the recipe's `options` go before ours."""
    wanted, running = recipe.detector, recipe.running
    ours: dict[str, Any] = {
        "data": str(labels),
        "epochs": wanted.epochs,
        "batch": wanted.batch,
        "imgsz": max(wanted.rows, wanted.columns),
        "rect": wanted.rows != wanted.columns,  # batches as low as their lines, not squares of padding
        "mosaic": 0.0,
        "fliplr": 0.0,
        "device": device(running.accelerator),
        "workers": running.workers,
        "seed": running.seed,
        "amp": running.precision.startswith("16"),  # its own check of the device would fetch a net
        "plots": False,
        "project": str(folder),
        "name": RUN,
        "exist_ok": True,
    }
    return ours | wanted.options


def device(accelerator: str) -> str | int | None:
    """A device as Ultralytics names it; None lets it choose."""
    names: dict[str, str | int | None] = {"auto": None, "gpu": 0, "cuda": 0}
    return names.get(accelerator, accelerator)


def write_labels(data: DetectorData) -> Path:
    """Writes the boxes as text files beside the images, and what names them all; gives the path of the latter."""
    classes = len(data.classes)
    for part in (TRAINING, VALIDATION):
        coco = read_coco(data.coco(part))
        for name, line in zip(data.names(part), lines_of(coco), strict=True):
            path = (data.folder / "labels" / part / name).with_suffix(".txt")
            write_text(path, "".join(label_row(row) for row in rows_of(line, classes)))
    names = "".join(f"  {number}: {name}\n" for number, name in enumerate(data.classes))
    parts = "".join(f"{part}: images/{part}\n" for part in (TRAINING, VALIDATION))
    return write_text(data.folder / "data.yaml", f"path: {data.folder.absolute()}\n{parts}names:\n{names}")


def label_row(row: Sequence[float]) -> str:
    """One box in a label file: class, centre and size."""
    return f"{int(row[0])} " + " ".join(f"{min(max(value, 0), 1):.6f}" for value in row[1:]) + "\n"


def _tell(model: Any, progress: Progress) -> None:
    def after_epoch(trainer: Any) -> None:
        figures = {name: float(value) for name, value in (trainer.metrics or {}).items()}
        progress(trainer.epoch + 1, trainer.epochs, figures)

    model.add_callback("on_fit_epoch_end", after_epoch)
