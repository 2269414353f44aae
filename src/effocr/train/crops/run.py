"""The whole training of a recognizer on crops: first run, hard negatives, second run, report, product."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from effocr.data.writing import write_text
from effocr.train.crops.hard_negatives import mined, read_hard_negatives, write_hard_negatives
from effocr.train.crops.material import crop_material, few
from effocr.train.crops.measuring import Precision, embedded
from effocr.train.crops.recipe import HUGGING_FACE, MINE, NONE, PLAIN, CropsRecipe
from effocr.train.crops.samplers import Batching
from effocr.train.crops.training import Measurer, run_training
from effocr.train.nets.crops import CropNet, PlainFeatures, hugging_face_features, timm_features
from effocr.train.nets.weights import load_file
from effocr.train.running import Progress

HARD_NEGATIVES = "hard-negatives.txt"
REPORT = "report.json"
BEFORE = "before.json"
ASKED = 100
"""Crops of a text that are asked for its hard negatives, at most."""


@dataclass
class Report:
    """What a training came to: precision at 1 before it and after each run, on each measured part of the material."""

    recipe: CropsRecipe
    crops: dict[str, int]
    texts: int
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    chosen: str = "first"
    confusions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The content of `report.json`."""
        recipe = self.recipe
        content = {
            "head": recipe.head,
            "level": recipe.level,
            "encoder": recipe.encoder.name,
            "exemplars": "class vectors" if recipe.head == "classifier" else recipe.exemplars.of,
            "texts": self.texts,
            "crops": self.crops,
            "runs": self.runs,
            "chosen": self.chosen,
            "confusions": self.confusions,
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def train_crops(recipe: CropsRecipe, out: Path, progress: Progress) -> Path:
    """The run of a recipe in the folder `out`; gives the path of its bundle, or else of its encoder's ONNX file.

    A first run trains on the crops; hard negatives mined with its index shape the batches of the second. Of the two
    the one that validates better is kept.
    """
    from effocr.train.crops.finish import write_crop_recognizer

    material = crop_material(recipe.material)
    measurer = Measurer(recipe, material)
    torch.manual_seed(recipe.running.seed)
    torch.set_num_threads(recipe.running.threads)
    net = new_net(recipe, len(material.texts))
    counts = {part: len(getattr(material, part)) for part in ("train", "renders", "val", "test")}
    report = Report(recipe, counts, len(material.texts))
    report.runs["before"] = _before(net, measurer, out)
    first, second = recipe.runs(Batching(material.train, recipe.sampling, 0).per_epoch)
    given = [] if recipe.hard_negatives in (MINE, NONE) else read_hard_negatives(Path(recipe.hard_negatives))
    run_training(net, first, measurer, given, out / "first", progress)
    best = _measured(net, measurer, "first", report)
    if second:
        sets = _mined(net, measurer, out / HARD_NEGATIVES)
        again = new_net(recipe, len(material.texts))
        if recipe.second_from == "first":
            again.load_state_dict(net.state_dict())
        run_training(again, second, measurer, sets, out / "second", progress)
        if _measured(again, measurer, "second", report).at_1 >= best.at_1:
            net, report.chosen = again, "second"
    write_text(out / REPORT, report.to_json())
    return write_crop_recognizer(net, measurer, out)


def new_net(recipe: CropsRecipe, texts: int) -> CropNet:
    """The encoder that a recipe names, with the weights that it starts from."""
    encoder = recipe.encoder
    if encoder.name == PLAIN:
        features: torch.nn.Module = PlainFeatures(encoder.size)
    elif encoder.name.startswith(HUGGING_FACE):
        name = encoder.name.removeprefix(HUGGING_FACE)
        features = hugging_face_features(name, encoder.size, encoder.pooling, pretrained=encoder.pretrained)
    else:
        features = timm_features(encoder.name, encoder.size, pretrained=encoder.pretrained)
    classes = texts if recipe.head == "classifier" else 0
    net = CropNet(features, recipe.preparation.channels, encoder.size, classes)
    if encoder.weights:
        load_file(net, net.features, encoder.weights)
    return net


def _before(net: CropNet, measurer: Measurer, out: Path) -> dict[str, Any]:
    """Precision before any training, measured once and kept for when the run goes on."""
    path = out / BEFORE
    if not path.exists():
        figures = {"val": measurer.precision(net, measurer.material.val, measurer.index(net)).to_report()}
        write_text(path, json.dumps(figures) + "\n")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _measured(net: CropNet, measurer: Measurer, run: str, report: Report) -> Precision:
    """The precision of a run's weights on val; with that on test, and the confusions, it goes into the report."""
    material = measurer.material
    parts = {"val": material.val} | ({"test": material.test} if measurer.recipe.test and material.test else {})
    index = measurer.index(net)
    found = {part: measurer.precision(net, crops, index) for part, crops in parts.items()}
    report.runs[run] = {part: precision.to_report() for part, precision in found.items()}
    for part, precision in found.items():
        report.confusions[f"{run} {part}"] = [
            {"text": text, "read": read, "count": count} for text, read, count in precision.confusions
        ]
    return found["val"]


def _mined(net: CropNet, measurer: Measurer, path: Path) -> list[list[str]]:
    """The sets of texts that the first run's index mistakes for each other; mined once and kept in the run's folder."""
    if not path.exists():
        crops = few(measurer.material.train, ASKED, 0)
        index = measurer.index(net)
        asked = embedded(net, crops, measurer.prepare)
        write_hard_negatives(path, mined(index, asked, [crop.text for crop in crops], measurer.recipe.mined))
    return read_hard_negatives(path)
