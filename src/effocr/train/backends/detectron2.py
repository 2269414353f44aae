"""Detectors through Detectron2, installed by the user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from effocr.train.backends.data import TRAINING, VALIDATION, DetectorData
from effocr.train.recipes import LocalizerRecipe
from effocr.train.running import Progress

MODEL = "COCO-Detection/faster_rcnn_R_50_FPN_1x.yaml"
ANCHORS = [[8], [16], [32], [64], [128]]
RATIOS = [[0.2, 0.5, 1.0, 2.0]]
"""Heights against widths, of words and of chars."""
RATE = 2.5e-3
"""Learning rate of one image a batch; it grows with the batch."""
MOST = 1000
OPSET = 16


def train(data: DetectorData, recipe: LocalizerRecipe, folder: Path, progress: Progress) -> Path:
    """The ONNX file of a Detectron2 model that was trained in `folder`."""
    from detectron2.engine import DefaultTrainer, hooks

    register(data)
    settings = settings_of(data, recipe, folder)
    folder.mkdir(parents=True, exist_ok=True)
    trainer = DefaultTrainer(settings)
    trainer.resume_or_load(resume=True)
    steps = steps_an_epoch(data, recipe)

    def after_step(running: Any) -> None:
        if (running.iter + 1) % steps == 0:
            progress((running.iter + 1) // steps, recipe.detector.epochs, {})

    trainer.register_hooks([hooks.CallbackHook(after_step=after_step)])
    trainer.train()
    return export(trainer.model, recipe, folder / "localizer.onnx")


def register(data: DetectorData) -> None:
    """Makes the parts of the data known to Detectron2, under the names that `name_of` gives."""
    from detectron2.data import DatasetCatalog
    from detectron2.data.datasets import register_coco_instances

    for part in (TRAINING, VALIDATION):
        if name_of(data, part) not in DatasetCatalog.list():
            register_coco_instances(name_of(data, part), {}, str(data.coco(part)), str(data.folder))


def name_of(data: DetectorData, part: str) -> str:
    return f"{data.folder.absolute()}/{part}"


def steps_an_epoch(data: DetectorData, recipe: LocalizerRecipe) -> int:
    """Batches in which every line is seen once."""
    return max(1, round(len(data.names(TRAINING)) / recipe.detector.batch))


def settings_of(data: DetectorData, recipe: LocalizerRecipe, folder: Path) -> Any:
    """The configuration of a model of Detectron2's own, with our data, sizes and epochs."""
    from detectron2 import model_zoo

    wanted, running = recipe.detector, recipe.running
    settings = model_zoo.get_config(wanted.model or MODEL)
    steps = steps_an_epoch(data, recipe) * wanted.epochs
    ours = {
        "DATASETS.TRAIN": (name_of(data, TRAINING),),
        "DATASETS.TEST": (),
        "DATALOADER.NUM_WORKERS": running.workers,
        "DATALOADER.FILTER_EMPTY_ANNOTATIONS": False,
        "INPUT.FORMAT": "RGB",
        "INPUT.RANDOM_FLIP": "none",
        "INPUT.MIN_SIZE_TRAIN": (wanted.rows,),
        "INPUT.MAX_SIZE_TRAIN": wanted.columns,
        "INPUT.MIN_SIZE_TEST": wanted.rows,
        "INPUT.MAX_SIZE_TEST": wanted.columns,
        "MODEL.WEIGHTS": str(recipe.start or ""),
        "MODEL.DEVICE": device(running.accelerator),
        "MODEL.ANCHOR_GENERATOR.SIZES": ANCHORS,
        "MODEL.ANCHOR_GENERATOR.ASPECT_RATIOS": RATIOS,
        "MODEL.ROI_HEADS.NUM_CLASSES": len(data.classes),
        "MODEL.ROI_HEADS.SCORE_THRESH_TEST": 0.02,
        "MODEL.ROI_HEADS.NMS_THRESH_TEST": wanted.overlap,
        "TEST.DETECTIONS_PER_IMAGE": MOST,
        "SOLVER.IMS_PER_BATCH": wanted.batch,
        "SOLVER.BASE_LR": RATE * wanted.batch,
        "SOLVER.MAX_ITER": steps,
        "SOLVER.STEPS": (round(steps * 0.7), round(steps * 0.9)),
        "SOLVER.WARMUP_ITERS": min(500, steps // 10),
        "SOLVER.CHECKPOINT_PERIOD": steps_an_epoch(data, recipe),
        "SEED": running.seed,
        "OUTPUT_DIR": str(folder),
    }
    settings.merge_from_list([value for pair in (ours | wanted.options).items() for value in pair])
    return settings


def device(accelerator: str) -> str:
    """A device as torch names it."""
    if accelerator == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return {"gpu": "cuda"}.get(accelerator, accelerator)


def export(model: Any, recipe: LocalizerRecipe, path: Path) -> Path:
    """The ONNX file of a trained model: one image (3, rows, columns), levels 0..255, to boxes, classes and scores."""
    from detectron2.export import TracingAdapter

    image = torch.zeros(3, recipe.detector.rows, recipe.detector.columns)

    def boxes_only(net: Any, inputs: Any) -> list[dict[str, Any]]:
        return [{"instances": net.inference(inputs, do_postprocess=False)[0]}]

    traced = TracingAdapter(model.cpu().eval(), [{"image": image}], boxes_only)
    part = path.with_suffix(".part")
    with torch.no_grad():
        torch.onnx.export(traced, (image,), str(part), opset_version=OPSET, dynamo=False)
    return part.replace(path)
