"""A localizer from labelled lines alone, without any font."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.data.coco import to_coco, write_coco
from effocr.data.labelled import LabelledLine
from effocr.read.localizer import LineLocalizer
from effocr.testing import bar_boxes, bar_line, draw_bars
from effocr.train.backends.choice import train_detector
from effocr.train.localizer import train_localizer
from effocr.train.material import RealMaterial
from effocr.train.recipes import LocalizerRecipe
from effocr.train.running import LAST, steps_done


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, named = tmp_path_factory.mktemp("lines"), []
    for number in range(12):
        text = "Bars are read"[: 2 + number].strip()
        Image.fromarray(draw_bars(text)).save(folder / f"{number}.png")
        named.append((f"{number}.png", bar_line(text)))
    return write_coco(to_coco(named), folder / "coco.json")


def recipe_of(coco: Path, **settings: Any) -> LocalizerRecipe:
    """A handful of tiny steps."""
    running = {"steps": 4, "batch": 2, "workers": 0, "accelerator": "cpu", "validate_every": 2}
    small = {"kind": "localizer", "height": 24, "channels": 16, "real": {"sources": [{"coco": str(coco)}]}}
    return LocalizerRecipe.model_validate(small | {"running": running} | settings)


def test_a_localizer_is_trained_from_coco_alone(coco: Path, tmp_path: Path) -> None:
    """Training from COCO failed in efficient_ocr unless it was given a folder that it had no use for."""
    product = train_localizer(recipe_of(coco), tmp_path, lambda done, steps, figures: None)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["first", "localizer.onnx"]
    assert steps_done(tmp_path / "first" / LAST) == 4
    assert "real/recall" in (tmp_path / "first" / "logs" / "metrics.csv").read_text().splitlines()[0]
    assert LineLocalizer(product, recipe_preparation()).localize([draw_bars("a b")])


def recipe_preparation() -> Any:
    from effocr.image.preparation import LinePreparation

    return LinePreparation(24)


def test_a_set_to_validate_on_leaves_all_lines_for_training(coco: Path, tmp_path: Path) -> None:
    recipe = recipe_of(coco, validate_on=[{"coco": str(coco)}])
    train_localizer(recipe, tmp_path, lambda done, steps, figures: None)
    head = (tmp_path / "first" / "logs" / "metrics.csv").read_text().splitlines()[0]
    assert f"{coco.parent.name}/recall" in head and "real/recall" not in head


def test_the_last_lines_of_each_set_are_kept_apart() -> None:
    none = np.zeros(0, np.bool_)

    def line(name: str) -> LabelledLine:
        return LabelledLine(np.zeros((9, 9), np.uint8), (), bar_boxes(""), none, source=name)

    sets = tuple(tuple(line(f"{part}{at}") for at in range(size)) for part, size in (("a", 20), ("b", 1), ("c", 5)))
    kept, late = RealMaterial(sets, (1.0, 2.0, 3.0)).parted(0.1)
    assert [len(each) for each in kept.sets] == [18, 1, 4] and kept.weights == (1.0, 2.0, 3.0)
    assert [each.source for each in late] == ["a18", "a19", "c4"]


def test_another_backend_is_trained_by_its_library(coco: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def noted(recipe: LocalizerRecipe, out: Path, progress: Any) -> Path:
        asked.append(recipe.backend)
        return out

    monkeypatch.setattr("effocr.train.localizer.train_detector", noted)
    train_localizer(recipe_of(coco, backend="mmdetection"), tmp_path, lambda done, steps, figures: None)
    assert asked == ["mmdetection"] and callable(train_detector)
