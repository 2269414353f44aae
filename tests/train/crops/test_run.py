"""Whole trainings on crops in small: what they leave, that they go on, and that reading agrees with them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from effocr.cli.main import run
from effocr.errors import RecipeError
from effocr.index.files import read_index
from effocr.read.encoder import CropsEncoder
from effocr.train.crops.hard_negatives import read_hard_negatives
from effocr.train.crops.material import crop_material
from effocr.train.crops.measuring import precision
from effocr.train.crops.recipe import CropsRecipe, CropsRunning, rate_factor
from effocr.train.crops.run import new_net, train_crops
from effocr.train.crops.training import CropTraining, Measurer
from effocr.train.nets.weights import load_file
from effocr.train.recipes import load_recipe
from effocr.train.running import LAST, steps_done

from .conftest import LETTERS, recipe_of

INDEX = "index.safetensors"


def nothing(*_: Any) -> None:
    """Shows no progress."""


def report_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return content


def trained_net(recipe: CropsRecipe, folder: Path) -> torch.nn.Module:
    net = new_net(recipe, len(LETTERS))
    load_file(net, net.features, folder / report_of(folder)["chosen"] / "best.pt")
    return net.eval()


@pytest.fixture(scope="session")
def recipe(folders: list[Path]) -> CropsRecipe:
    return recipe_of(folders)


@pytest.fixture(scope="session")
def done(recipe: CropsRecipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with hard negatives, done."""
    folder = tmp_path_factory.mktemp("done")
    assert train_crops(recipe, folder, nothing) == folder / "encoder.onnx"
    return folder


def test_two_runs_leave_their_weights_pictures_and_sets(done: Path) -> None:
    assert sorted(path.name for path in done.iterdir()) == [
        "before.json",
        "encoder.onnx",
        "first",
        "hard-negatives.txt",
        "index.safetensors",
        "report.json",
        "second",
    ]
    assert [steps_done(done / part / LAST) for part in ("first", "second")] == [6, 3]
    sets = read_hard_negatives(done / "hard-negatives.txt")
    assert sorted(each[0] for each in sets) == sorted(LETTERS) and {len(each) for each in sets} == {3}
    with Image.open(done / "first" / "batch.png") as picture:
        assert picture.size == (4 * 18 + 2, 4 * 18 + 2), "a row for each of four texts"
    rows = (done / "first" / "logs" / "metrics.csv").read_text(encoding="utf-8").splitlines()
    assert "val/precision_at_1" in rows[0]


def test_the_report_says_what_each_run_brought(done: Path, recipe: CropsRecipe) -> None:
    report = report_of(done)
    assert list(report["runs"]) == ["before", "first", "second"]
    assert report["crops"] == {"train": 6 + 36, "renders": 6, "val": 18, "test": 18} and report["texts"] == 6
    chosen = report["runs"][report["chosen"]]
    assert chosen["val"]["precision_at_1"] == max(
        report["runs"][name]["val"]["precision_at_1"] for name in ("first", "second")
    )
    net, measurer = trained_net(recipe, done), Measurer(recipe, crop_material(recipe.material))
    measured = measurer.precision(net, measurer.material.test, measurer.index(net))
    assert chosen["test"] == measured.to_report()


def test_reading_embeds_crops_as_training_does(done: Path, recipe: CropsRecipe) -> None:
    material = crop_material(recipe.material)
    measurer = Measurer(recipe, material)
    index = read_index(done / INDEX).index
    encoder = CropsEncoder(done / "encoder.onnx", index.dimensions, recipe.preparation)
    read = encoder.encode_crops([measurer.prepare.pictures(crop.file) for crop in material.test])
    with torch.no_grad():
        trained = trained_net(recipe, done)(measurer.prepare(material.test, Random(0)))
    np.testing.assert_allclose(read, trained, atol=1e-4)
    found = precision(index, read, [crop.text for crop in material.test])
    assert found.at_1 == pytest.approx(
        report_of(done)["runs"][report_of(done)["chosen"]]["test"]["precision_at_1"], abs=1e-5
    )


def test_the_same_command_changes_nothing_of_a_finished_run(done: Path, recipe: CropsRecipe) -> None:
    def kept() -> dict[Path, bytes]:
        # safetensors write the entries of a header in any order
        return {path: path.read_bytes() for path in done.rglob("*") if path.is_file() and path.name != INDEX}

    before, index = kept(), read_index(done / INDEX)
    train_crops(recipe, done, nothing)
    assert kept() == before
    again = read_index(done / INDEX)
    np.testing.assert_array_equal(again.index.vectors, index.index.vectors)
    assert (again.index.texts, again.encoder) == (index.index.texts, index.encoder)


class Stopped(Exception):
    pass


def test_a_run_that_was_stopped_ends_as_it_would_have(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipe_of(folders, hard_negatives="none", running={"epochs": 3, "validate_every": 2})
    train_crops(recipe, tmp_path / "whole", nothing)
    loss, seen = CropTraining.loss, 0

    def stopping(self: CropTraining, batch: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == 6:
            raise Stopped
        return loss(self, batch)

    monkeypatch.setattr(CropTraining, "loss", stopping)
    with pytest.raises(Stopped):
        train_crops(recipe, tmp_path / "stopped", nothing)
    assert steps_done(tmp_path / "stopped" / "first" / LAST) == 4
    train_crops(recipe, tmp_path / "stopped", nothing)
    assert report_of(tmp_path / "stopped") == report_of(tmp_path / "whole")
    whole, stopped = (read_index(tmp_path / name / INDEX).index for name in ("whole", "stopped"))
    np.testing.assert_allclose(stopped.vectors, whole.vectors, atol=1e-5)


def test_a_classifier_answers_with_its_nearest_class_vector(folders: list[Path], tmp_path: Path) -> None:
    recipe = recipe_of(folders, head="classifier", hard_negatives="none")
    train_crops(recipe, tmp_path, nothing)
    assert json.loads((tmp_path / "class_map.json").read_text()) == dict(zip("012345", sorted(LETTERS), strict=True))
    material = crop_material(recipe.material)
    net = trained_net(recipe, tmp_path)
    crops = Measurer(recipe, material).prepare(material.test, Random(0))
    with torch.no_grad():
        answers = (net(crops) @ net.class_vectors().T).argmax(1)
    right = sum(sorted(LETTERS)[int(answer)] == crop.text for answer, crop in zip(answers, material.test, strict=True))
    report = report_of(tmp_path)
    assert report["runs"]["first"]["test"]["right"] == right and report["exemplars"] == "class vectors"
    assert list(report["runs"]) == ["before", "first"], "the same report as a contrastive run"


def test_words_become_a_words_part(word_folders: list[Path], tmp_path: Path) -> None:
    recipe = recipe_of(word_folders, level="word", encoder={"size": 32}, running={"epochs": 4})
    assert train_crops(recipe, tmp_path, nothing) == tmp_path / "word_encoder.onnx"
    part = json.loads((tmp_path / "words.json").read_text(encoding="utf-8"))
    assert part["encoder"]["file"] == "word_encoder.onnx" and part["index"]["file"] == "word_index.safetensors"
    assert part["encoder"]["preparation"]["padding"] == "centre"
    assert (
        part["index"]["encoder_sha256"]
        == part["encoder"]["sha256"]
        == read_index(tmp_path / "word_index.safetensors").encoder
    )
    assert -1 <= part["least"] <= 1
    sets = read_hard_negatives(tmp_path / "hard-negatives.txt")
    assert {text for each in sets for text in each} == {"the", "The", "of", "office"}, "words have hard negatives, too"


@pytest.mark.parametrize("of", ["renders", "font", "means"])
def test_exemplars_are_what_the_recipe_asks_for(of: str, folders: list[Path]) -> None:
    recipe = recipe_of(folders, exemplars={"of": of, "font": "aileron", "per_text": 1})
    index = Measurer(recipe, crop_material(recipe.material)).index(new_net(recipe, 6))
    assert set(index.texts) == set(LETTERS)
    assert len(index) == (12 if of == "means" else 6)
    assert set(index.sources) == {"Aileron Regular"} if of != "means" else "Aileron Regular" in index.sources


def test_texts_that_no_font_draws_get_means_of_real_crops(folders: list[Path]) -> None:
    recipe = recipe_of([folders[0]], exemplars={"of": "renders"})
    index = Measurer(recipe, crop_material(recipe.material)).index(new_net(recipe, 6))
    assert set(index.texts) == set(LETTERS) and all(source.startswith("page") for source in index.sources)


def test_hard_negatives_of_a_file_are_trained_with_at_once(folders: list[Path], tmp_path: Path) -> None:
    (tmp_path / "hns.txt").write_text("aceo\nHW\n", encoding="utf-8")
    recipe = recipe_of(folders, hard_negatives=str(tmp_path / "hns.txt"), running={"epochs": 1})
    train_crops(recipe, tmp_path / "run", nothing)
    assert list(report_of(tmp_path / "run")["runs"]) == ["before", "first"]


def test_rates_follow_their_schedules() -> None:
    cosine, still = CropsRunning(), CropsRunning(schedule="none")
    restarts = CropsRunning(schedule="restarts", restart=10, restart_decay=0.9)
    assert [rate_factor(still, 100, 9, step) for step in (0, 50, 100)] == [1, 1, 1]
    assert [round(rate_factor(cosine, 100, 9, step), 6) for step in (0, 50, 100)] == [1, 0.5, 0]
    found = [rate_factor(restarts, 100, 9, step) for step in (0, 5, 10, 20, 30, 70)]
    assert found == pytest.approx([1, 0.5, 0.9, 0.45, 0.81, 0.729]), "restarts after 10, 30 and 70 batches"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"sampling": {"batch": 4, "per_text": 4}}, "two texts"),
        ({"level": "word", "bundle": {"name": "x", "version": "1", "localizer": "l.onnx"}}, "is for glyphs"),
        ({"join": "bundle"}, "join is for words"),
        ({"encoder": {"size": 17}}, "multiple of 8"),
        ({"temprature": 1}, "temprature"),
    ],
)
def test_recipes_that_make_no_sense_are_refused(settings: dict[str, Any], says: str, folders: list[Path]) -> None:
    with pytest.raises(ValueError, match=says):
        recipe_of(folders, **settings)


def test_the_command_trains_on_crops(folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        f"""kind = "crops"
hard_negatives = "none"
[material]
folders = ["{folders[0]}", "{folders[1]}"]
proportions = [0.5, 0.25, 0.25]
[encoder]
size = 16
[running]
epochs = 1
accelerator = "cpu"
""",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as left:
        run(["train", "recognizer", str(path), "--out", str(tmp_path / "run")])
    assert left.value.code == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "run" / "encoder.onnx")
    with pytest.raises(SystemExit) as left:
        run(["train", "localizer", str(path), "--out", str(tmp_path / "run")])
    assert left.value.code == RecipeError.exit_code
    path.write_text('kind = "crops"\n[material]\nfolders = ["x"]\nuse = "some"\n', encoding="utf-8")
    with pytest.raises(RecipeError, match=r"material.use") as caught:
        load_recipe(path)
    assert "train-on-crops.md" in caught.value.hint
