"""Detectors through MMDetection, exported by MMDeploy; both installed by the user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch

from effocr.data.writing import write_text
from effocr.read.detectors.inputs import CORNER
from effocr.train.backends.data import TRAINING, VALIDATION, DetectorData
from effocr.train.recipes import LocalizerRecipe
from effocr.train.running import Progress

MODEL = "rtmdet/rtmdet_tiny_8xb32-300e_coco"
MOST = 1000
OPSET = 11
WARMUP = 200
RATE = 5e-4
TRAINED = "trained"
WHOLE = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"


def train(data: DetectorData, recipe: LocalizerRecipe, folder: Path, progress: Progress) -> Path:
    """The ONNX file (`dets`, `labels`) of an MMDetection model that was trained in `folder`."""
    from mmdet.utils import register_all_modules
    from mmengine.runner import Runner

    register_all_modules()
    config = config_of(data, recipe, folder)
    done = folder / TRAINED
    with _own_checkpoints():
        if not done.exists():
            runner = Runner.from_cfg(config)
            runner.register_hook(_telling(progress, recipe.detector.epochs))
            runner.train()
            write_text(done, "")
        weights = Path((folder / "last_checkpoint").read_text(encoding="utf-8").strip())
        best = sorted(folder.glob("best_*.pth"))
        return export(config, best[-1] if best else weights, data, recipe, folder)


@contextmanager
def _own_checkpoints() -> Iterator[None]:
    """Inside, torch loads all that MMEngine keeps in its checkpoints, which since torch 2.6 it refuses by default."""
    before = os.environ.get(WHOLE)
    os.environ[WHOLE] = "1"
    try:
        yield
    finally:
        os.environ.pop(WHOLE)
        if before is not None:
            os.environ[WHOLE] = before


def config_of(data: DetectorData, recipe: LocalizerRecipe, folder: Path) -> Any:
    """The configuration of a model of MMDetection's own, with our data, sizes and epochs."""
    from mmengine.hub import get_config

    wanted = recipe.detector
    name = wanted.model or MODEL
    config = get_config(name if "::" in name else f"mmdet::{name}.py".replace(".py.py", ".py"))
    fit_model(config.model, len(data.classes))
    preparation = {"mean": list(CORNER.means), "std": list(CORNER.deviations), "bgr_to_rgb": True}
    config.model.data_preprocessor.update(preparation, pad_size_divisor=CORNER.stride, batch_augments=None)
    config.merge_from_dict(
        {
            "work_dir": str(folder),
            "resume": (folder / "last_checkpoint").exists(),
            "load_from": str(recipe.start) if recipe.start else None,
            "randomness": {"seed": recipe.running.seed},
            "optim_wrapper.optimizer": {"_delete_": True, "type": "AdamW", "lr": RATE, "weight_decay": 0.05},
            "train_cfg": {"type": "EpochBasedTrainLoop", "max_epochs": wanted.epochs, "val_interval": 1},
            "default_hooks.checkpoint": {
                "type": "CheckpointHook",
                "interval": 1,
                "save_best": "coco/bbox_mAP",
                "max_keep_ckpts": 1,
            },
        }
    )
    config.train_cfg.pop("dynamic_intervals", None)
    config.custom_hooks = []
    config.train_dataloader = loader(data, recipe, TRAINING)
    config.val_dataloader = config.test_dataloader = loader(data, recipe, VALIDATION)
    metric = {"type": "CocoMetric", "ann_file": str(data.coco(VALIDATION).absolute()), "metric": "bbox"}
    config.val_evaluator = config.test_evaluator = metric
    config.param_scheduler = [
        {"type": "LinearLR", "start_factor": 0.01, "by_epoch": False, "begin": 0, "end": WARMUP},
        {"type": "CosineAnnealingLR", "T_max": wanted.epochs, "by_epoch": True},
    ]
    config.merge_from_dict(dict(wanted.options))
    return config


def fit_model(part: Any, classes: int) -> None:
    """Gives every head in a model's configuration its classes, and takes out weights that would be fetched."""
    if isinstance(part, list | tuple):
        for each in part:
            fit_model(each, classes)
    elif isinstance(part, dict):
        if "num_classes" in part:
            part["num_classes"] = classes
        if "max_per_img" in part:
            part["max_per_img"] = MOST
        if isinstance(part.get("init_cfg"), dict) and part["init_cfg"].get("type") == "Pretrained":
            part["init_cfg"] = None
        for each in part.values():
            fit_model(each, classes)


def loader(data: DetectorData, recipe: LocalizerRecipe, part: str) -> dict[str, Any]:
    """What feeds one part of the data: lines scaled to fit the input, and nothing else."""
    wanted, trains = recipe.detector, part == TRAINING
    resize = {"type": "Resize", "scale": (wanted.columns, wanted.rows), "keep_ratio": True}
    keys = ("img_id", "img_path", "ori_shape", "img_shape", "scale_factor")
    return {
        "batch_size": wanted.batch if trains else 1,
        "num_workers": recipe.running.workers,
        "persistent_workers": recipe.running.workers > 0,
        "drop_last": False,
        "sampler": {"type": "DefaultSampler", "shuffle": trains},
        "dataset": {
            "type": "CocoDataset",
            "data_root": str(data.folder.absolute()),
            "ann_file": data.coco(part).name,
            "data_prefix": {"img": ""},
            "metainfo": {"classes": data.classes},
            "test_mode": not trains,
            "filter_cfg": {"filter_empty_gt": False, "min_size": 0},
            "pipeline": [
                {"type": "LoadImageFromFile"},
                {"type": "LoadAnnotations", "with_bbox": True},
                resize,
                {"type": "PackDetInputs", "meta_keys": keys},
            ],
        },
    }


def export(config: Any, weights: Path, data: DetectorData, recipe: LocalizerRecipe, folder: Path) -> Path:
    """The ONNX file of trained weights, with suppression inside."""
    from mmdeploy.apis import torch2onnx
    from mmengine.config import Config

    name = "localizer.onnx"
    written = folder / "config.py"
    config.dump(str(written))
    image = data.images(VALIDATION) / data.names(VALIDATION)[0]
    deployment = Config(deployment_of(recipe, name))
    with _traced():
        torch2onnx(str(image), str(folder), name, deployment, str(written), str(weights), device="cpu")
    return folder / name


@contextmanager
def _traced() -> Iterator[None]:
    """Inside, torch exports by tracing, the only way that MMDeploy knows; since 2.9 torch goes another by default."""
    export = torch.onnx.export
    torch.onnx.export = partial(export, dynamo=False)
    try:
        yield
    finally:
        torch.onnx.export = export


def deployment_of(recipe: LocalizerRecipe, name: str) -> dict[str, Any]:
    """MMDeploy's configuration for one image of a fixed size in onnxruntime."""
    return {
        "onnx_config": {
            "type": "onnx",
            "export_params": True,
            "keep_initializers_as_inputs": False,
            "opset_version": OPSET,
            "save_file": name,
            "input_names": ["input"],
            "output_names": ["dets", "labels"],
            "input_shape": [recipe.detector.columns, recipe.detector.rows],
            "optimize": False,
        },
        "codebase_config": {
            "type": "mmdet",
            "task": "ObjectDetection",
            "model_type": "end2end",
            "post_processing": {
                "score_threshold": 0.02,
                "confidence_threshold": 0.005,
                "iou_threshold": recipe.detector.overlap,
                "max_output_boxes_per_class": MOST,
                "pre_top_k": 5 * MOST,
                "keep_top_k": MOST,
                "background_label_id": -1,
            },
        },
        "backend_config": {"type": "onnxruntime"},
    }


def _telling(progress: Progress, epochs: int) -> Any:
    from mmengine.hooks import Hook

    class Telling(Hook):  # type: ignore[misc]
        def after_train_epoch(self, runner: Any) -> None:
            progress(runner.epoch + 1, epochs, {})

    return Telling()
