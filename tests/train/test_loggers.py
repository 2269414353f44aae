"""What each logger leaves behind after a whole little training, and where."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from effocr.errors import MissingExtraError
from effocr.train import finish, localizer, recognizer
from effocr.train.localizer import train_localizer
from effocr.train.recipes import LocalizerRecipe, RecognizerRecipe, Running
from effocr.train.recognizer import train_recognizer
from effocr.train.running import logger

RUNNING = {"steps": 4, "batch": 2, "workers": 0, "accelerator": "cpu", "validate_every": 2}
FEW = {"VALIDATION_LINES": 2, "VALIDATION_EXEMPLAR_LINES": 3, "EXEMPLAR_LINES": 8}
FILES = {"csv": "metrics.csv", "tensorboard": "events.out.tfevents*", "wandb": "*.wandb"}
LOGGED = {"localizer": b"fonts/recall", "recognizer": b"fonts/precision_at_1"}


@pytest.fixture(autouse=True)
def little_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (localizer, recognizer, finish):
        for name in FEW.keys() & vars(room).keys():
            monkeypatch.setattr(room, name, FEW[name])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home that is the working directory, too; W&B is offline."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for variable in [name for name in os.environ if name.startswith(("XDG_", "WANDB_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("WANDB_CACHE_DIR", "")
    monkeypatch.delenv("WANDB_CACHE_DIR")  # so that what the training sets is taken back
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("WANDB_MODE", "offline")
    return folder


def no_progress(done: int, total: int, figures: dict[str, float]) -> None:
    """Shows nothing."""


def trained(kind: str, name: str, fonts: Path, words: Path, out: Path) -> list[Path]:
    """The folders of the runs of a training that logs with the logger `name`."""
    synthesis = {"fonts": [str(fonts)], "words": str(words), "held_out": 0.0, "most_words": 3, "largest_ascender": 16.0}
    settings: dict[str, Any] = {"kind": kind, "synthesis": synthesis, "running": RUNNING | {"logger": name}}
    if kind == "localizer":
        settings |= {"height": 24, "channels": 16}
        train_localizer(LocalizerRecipe.model_validate(settings), out, no_progress)
    else:
        settings |= {"channels": [8, 8, 8, 16], "hard_negatives": 2, "second_run": 0.5}
        train_recognizer(RecognizerRecipe.model_validate(settings), out, no_progress)
    return [folder for folder in sorted(out.iterdir()) if folder.is_dir()]


@pytest.mark.parametrize("kind", ["localizer", "recognizer"])
@pytest.mark.parametrize("name", ["csv", "tensorboard", "wandb"])
def test_every_run_keeps_a_log_of_its_own_in_its_folder(
    kind: str, name: str, fonts: Path, words: Path, tmp_path: Path, home: Path
) -> None:
    if name != "csv":
        pytest.importorskip(name)
    runs = trained(kind, name, fonts, words, tmp_path / "run")
    assert [run.name for run in runs] == (["first"] if kind == "localizer" else ["first", "second"])
    for run in runs:
        (written,) = run.rglob(FILES[name])
        assert LOGGED[kind] in written.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "run"]
    assert [path for path in home.rglob("*") if path.is_file() and "onnxruntime" not in str(path)] == []


def test_wandb_has_no_run_left_open(fonts: Path, words: Path, tmp_path: Path, home: Path) -> None:
    wandb = pytest.importorskip("wandb")
    trained("localizer", "wandb", fonts, words, tmp_path / "run")
    assert wandb.run is None


@pytest.mark.parametrize(
    ("name", "module", "flags"),
    [
        ("wandb", "pytorch_lightning.loggers.wandb", ["_WANDB_AVAILABLE"]),
        ("tensorboard", "lightning_fabric.loggers.tensorboard", ["_TENSORBOARD_AVAILABLE", "_TENSORBOARDX_AVAILABLE"]),
    ],
)
def test_a_logger_that_is_not_installed_says_what_to_install(
    name: str, module: str, flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for flag in flags:
        monkeypatch.setattr(f"{module}.{flag}", False)
    with pytest.raises(MissingExtraError, match=f"needs the package {name}") as raised:
        logger(Running.model_validate(RUNNING | {"logger": name}), tmp_path, 0)
    assert raised.value.hint == f"pip install {name}"
    assert list(tmp_path.iterdir()) == []
