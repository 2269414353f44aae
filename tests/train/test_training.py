"""Whole trainings in small: what they leave behind, and that they go on after whatever stops them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from effocr.cli.main import run
from effocr.data.coco import COCO_FILE
from effocr.data.labelled import LabelledLine
from effocr.errors import RecipeError
from effocr.image.crops import cut_strip
from effocr.image.preparation import StripPreparation
from effocr.index.files import read_index
from effocr.read.encoder import encoder_of
from effocr.read.reader import Reader
from effocr.read.sockets import Localization
from effocr.synth.export import write_lines
from effocr.synth.lines import line_makers
from effocr.synth.recipe import SynthesisRecipe
from effocr.train import finish, localizer, recognizer
from effocr.train.localizer import train_localizer
from effocr.train.nets.encoder import StripNet
from effocr.train.recipes import LocalizerRecipe, RecognizerRecipe
from effocr.train.recognizer import HARD_NEGATIVES, embed, new_net, strips_of, train_recognizer
from effocr.train.running import LAST, load_weights, steps_done

RATE = 3e-3
RUNNING = {
    "steps": 6,
    "batch": 2,
    "workers": 0,
    "accelerator": "cpu",
    "validate_every": 2,
    "learning_rate": RATE,
}
FEW = {"VALIDATION_LINES": 3, "VALIDATION_EXEMPLAR_LINES": 4, "EXEMPLAR_LINES": 24}


@pytest.fixture(autouse=True)
def little_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Validation and exemplars take thousands of lines; here a few."""
    for room in (localizer, recognizer, finish):
        for name in FEW.keys() & vars(room).keys():
            monkeypatch.setattr(room, name, FEW[name])


@pytest.fixture(scope="session")
def synthesis(fonts: Path, words: Path) -> dict[str, Any]:
    return {"fonts": [str(fonts)], "words": str(words), "held_out": 0.0, "most_words": 3, "largest_ascender": 16.0}


def localizer_recipe(synthesis: dict[str, Any], **running: Any) -> LocalizerRecipe:
    return LocalizerRecipe.model_validate(
        {"kind": "localizer", "synthesis": synthesis, "height": 24, "channels": 16, "running": RUNNING | running}
    )


def recognizer_recipe(synthesis: dict[str, Any], **settings: Any) -> RecognizerRecipe:
    small = {"channels": [8, 8, 8, 16], "hard_negatives": 0, "running": RUNNING}
    return RecognizerRecipe.model_validate({"kind": "recognizer", "synthesis": synthesis, **small, **settings})


def written(recipe: LocalizerRecipe, path: Path) -> Path:
    """The recipe as a TOML file."""
    tables = recipe.model_dump(mode="json", include={"synthesis", "running"})
    rows = [f"{key} = {getattr(recipe, key)!r}" for key in ("kind", "height", "channels")]
    for name, table in tables.items():
        rows += [f"[{name}]", *(f"{key} = {value!r}" for key, value in table.items() if value is not None)]
    path.write_text("\n".join(rows).replace("'", '"'), encoding="utf-8")
    return path


def no_progress(done: int, total: int, figures: dict[str, float]) -> None:
    """Shows nothing."""


@pytest.fixture(scope="session")
def lines(synthesis: dict[str, Any]) -> list[LabelledLine]:
    """Five synthetic lines."""
    return line_makers(SynthesisRecipe.model_validate(synthesis))[0].block("some lines")


@pytest.fixture(scope="session")
def trained_localizer(synthesis: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(localizer, "VALIDATION_LINES", 2)
        return train_localizer(localizer_recipe(synthesis), tmp_path_factory.mktemp("localizer"), no_progress)


def weights_of(checkpoint: Path) -> dict[str, torch.Tensor]:
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    return {name: value for name, value in content["state_dict"].items() if value.is_floating_point()}


def test_a_localizer_is_trained_to_its_last_step(trained_localizer: Path) -> None:
    assert trained_localizer.name == "localizer.onnx"
    assert sorted(path.name for path in trained_localizer.parent.iterdir()) == ["first", "localizer.onnx"]
    assert steps_done(trained_localizer.parent / "first" / LAST) == 6
    rows = (trained_localizer.parent / "first" / "logs" / "metrics.csv").read_text().splitlines()
    assert "fonts/precision" in rows[0] and len(rows) > 3


def test_the_same_command_does_not_train_a_finished_run_again(
    trained_localizer: Path, synthesis: dict[str, Any]
) -> None:
    checkpoint = trained_localizer.parent / "first" / LAST
    before, model = checkpoint.stat().st_mtime_ns, trained_localizer.read_bytes()
    train_localizer(localizer_recipe(synthesis), trained_localizer.parent, no_progress)
    assert checkpoint.stat().st_mtime_ns == before
    assert trained_localizer.read_bytes() == model


@pytest.fixture(scope="session")
def real_lines(synthesis: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A COCO file that stands for real lines."""
    folder = tmp_path_factory.mktemp("real") / "lines"
    return write_lines(folder, SynthesisRecipe.model_validate(synthesis), 8, 1, 1, lambda done, count: None)


def test_a_recognizer_with_hard_negatives_and_real_lines_becomes_a_bundle_that_reads(
    trained_localizer: Path, synthesis: dict[str, Any], real_lines: Path, lines: list[LabelledLine], tmp_path: Path
) -> None:
    recipe = recognizer_recipe(
        synthesis,
        hard_negatives=2,
        second_run=0.5,
        real={"sources": [{"coco": str(real_lines)}], "share": 0.5},
        bundle={"name": "tiny", "version": "1", "localizer": str(trained_localizer), "limits": ["reads nothing well"]},
    )
    bundle = train_recognizer(recipe, tmp_path, no_progress)
    assert [steps_done(tmp_path / part / LAST) for part in ("first", "second")] == [3, 3]
    assert (tmp_path / HARD_NEGATIVES).is_file() and real_lines.name == COCO_FILE
    reader = Reader(bundle, threads=1)
    assert reader.bundle.card.limits == ["reads nothing well"] and reader.bundle.card.fonts[0].name == "Aileron"
    assert reader.read_one(lines[0].image).bundle == "tiny 1"
    found = [Localization(x.boxes, np.ones(len(x.boxes)), np.zeros(len(x.boxes)), x.band) for x in lines]
    read = reader.recognizer.recognize([line.image for line in lines], found)
    assert [len(line) for line in read] == [len(line.boxes) for line in lines]
    assert {glyph.text for line in read for glyph in line} <= set(reader.bundle.card.charset)

    net = new_net(recipe)
    load_weights(net, tmp_path / "second" / LAST)
    assert_reading_embeds_like_training(net.eval(), recipe, reader.recognizer.encoder, lines)


def test_a_larger_net_goes_on_from_the_last_run(
    synthesis: dict[str, Any], lines: list[LabelledLine], tmp_path: Path
) -> None:
    larger = {"channels": [8, 8, 16, 16], "hidden": 200, "steps": 2, "repeats": 2}
    recipe = recognizer_recipe(synthesis, grown=larger)
    path = train_recognizer(recipe, tmp_path, no_progress)
    assert [steps_done(tmp_path / part / LAST) for part in ("first", "grown-1", "grown-2")] == [6, 2, 2]
    rows = (tmp_path / "grown-1" / "logs" / "metrics.csv").read_text().splitlines()
    assert "fonts/precision_at_1" in rows[0]
    learned, kept = (weights_of(tmp_path / part / LAST)["net.exemplars"] for part in ("grown-1", "grown-2"))
    assert not torch.equal(learned, kept)
    net = StripNet(recipe.size, (8, 8, 16, 16), 200)
    weights = weights_of(tmp_path / "grown-2" / LAST)
    own = {name.removeprefix("net.encoder."): each for name, each in weights.items() if "encoder" in name}
    assert not net.load_state_dict(own, strict=False).unexpected_keys
    encoder = encoder_of("strips", path, 128, StripPreparation(recipe.size))
    assert_reading_embeds_like_training(net.eval(), recipe, encoder, lines)
    before = path.read_bytes()
    assert train_recognizer(recipe, tmp_path, no_progress).read_bytes() == before


def assert_reading_embeds_like_training(
    net: torch.nn.Module, recipe: RecognizerRecipe, encoder: Any, lines: list[LabelledLine]
) -> None:
    """The exported encoder gives the vectors that validation saw."""
    prepare = recognizer.replace(strips_of(recipe), widest=recognizer.WHOLE, jitter=recognizer.STILL)
    strips = [cut_strip(line.image, line.band, line.boxes, StripPreparation(recipe.size)) for line in lines]
    vectors = encoder.encode(strips, [line.boxes for line in lines], [False] * len(lines))
    known = [text in prepare.numbers for line in lines for text in line.texts]
    np.testing.assert_allclose(vectors[known], embed(net, lines, prepare).vectors, atol=2e-3)


def test_a_timm_model_is_trained_on_windows(
    synthesis: dict[str, Any], lines: list[LabelledLine], tmp_path: Path
) -> None:
    recipe = recognizer_recipe(synthesis, encoder="mobilenetv3_small_050", running=RUNNING | {"steps": 2})
    path = train_recognizer(recipe, tmp_path, no_progress)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["encoder.onnx", "first", "index.safetensors"]
    index = read_index(tmp_path / "index.safetensors").index
    encoder = encoder_of("windows", path, index.dimensions, StripPreparation(recipe.size))
    net = new_net(recipe)
    load_weights(net, tmp_path / "first" / LAST)
    assert_reading_embeds_like_training(net.eval(), recipe, encoder, lines)


def test_a_classifier_of_windows_reads_both_directions_with_its_class_vectors(
    synthesis: dict[str, Any], tmp_path: Path
) -> None:
    characters = synthesis | {"texts": "characters", "charset": "digits+ascii", "vertical": 0.5}
    bundle = {
        "name": "small",
        "version": "1",
        "localizer": "en",
        "spaced": False,
        "precision": "half",
        "threshold": 0.3,
    }
    recipe = recognizer_recipe(
        characters,
        encoder="window",
        head="classifier",
        proportions="kept",
        above=1.1,
        below=0.2,
        size=24,
        bundle=bundle,
    )
    path = train_recognizer(recipe, tmp_path, no_progress)
    index = read_index(path / "index.safetensors").index
    net = new_net(recipe)
    load_weights(net, tmp_path / "first" / LAST)
    assert set(index.sources) == {recognizer.CLASS_VECTOR}
    assert len(index.texts) == len(set(index.texts)) == len(strips_of(recipe).names)
    np.testing.assert_allclose(index.vectors, net.class_vectors().detach().numpy(), atol=1e-3)
    window = StripPreparation(24, 1.1, 0.2, None)
    reader = Reader(path, threads=1)
    assert reader.bundle.card.encoder.preparation == window
    assert reader.bundle.card.localizer.threshold == 0.3
    maker, _ = line_makers(recipe.synthesis)
    lines = [line for line in islice(maker.lines(3), 30) if len(line.boxes)]
    assert {line.vertical for line in lines} == {True, False}
    strips = [cut_strip(line.image, line.band, line.boxes, window) for line in lines]
    vertical, boxes = [line.vertical for line in lines], [line.boxes for line in lines]
    vectors = reader.recognizer.encoder.encode(strips, boxes, vertical)
    known = [text in strips_of(recipe).numbers for line in lines for text in line.texts]
    expected = embed(net.eval(), lines, recognizer.whole_strips(strips_of(recipe))).vectors
    alike = (vectors[known] * expected).sum(1)
    assert np.median(alike) > 0.999 and (alike > 0.99).mean() > 0.97  # a pixel's rounding moves few windows


KILLED = """
import sys
from effocr.cli.main import run
from effocr.train import localizer
localizer.VALIDATION_LINES = 2
run(sys.argv[1:])
"""


def test_a_run_that_was_killed_goes_on_and_leaves_nothing_half_written(
    synthesis: dict[str, Any], tmp_path: Path
) -> None:
    recipe = localizer_recipe(synthesis, steps=5000)
    arguments = ["train", "localizer", str(written(recipe, tmp_path / "recipe.toml")), "--out", str(tmp_path / "run")]
    first = tmp_path / "run" / "first"
    process = subprocess.Popen([sys.executable, "-c", KILLED, *arguments], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not (first / LAST).exists():
            assert process.poll() is None and time.monotonic() < deadline, "there never was a checkpoint"
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    reached = steps_done(first / LAST)
    assert 0 < reached < 5000
    (first / ".0123456789abcdef.part").touch()  # as if it had been killed while it wrote
    (first / "logs").mkdir(exist_ok=True)
    (first / "logs" / "metrics.csv").write_text("what it had learned", encoding="utf-8")
    told: list[int] = []
    steps = reached + 6
    shorter = recipe.model_copy(update={"running": recipe.running.model_copy(update={"steps": steps})})
    train_localizer(shorter, tmp_path / "run", lambda done, total, figures: told.append(done))
    assert steps_done(first / LAST) == steps
    assert told[-1] == steps and min(told) > reached
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["first", "localizer.onnx"]
    assert [path.name for path in first.iterdir() if path.is_file()] == [LAST]
    assert (first / "logs" / "metrics.csv").read_text() == "what it had learned"
    assert "fonts/recall" in (first / f"logs-{reached}" / "metrics.csv").read_text()


def test_ctrl_c_ends_with_130_and_the_same_command_goes_on(
    synthesis: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = written(localizer_recipe(synthesis, steps=8), tmp_path / "recipe.toml")
    arguments = ["train", "localizer", str(recipe), "--out", str(tmp_path / "run")]
    loss, seen = localizer.LocalizerTraining.loss, 0

    def interrupted(self: Any, batch: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == 6:
            signal.raise_signal(signal.SIGINT)
        return loss(self, batch)

    monkeypatch.setattr(localizer.LocalizerTraining, "loss", interrupted)
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as left:
        run(arguments)
    assert left.value.code == 130
    assert signal.getsignal(signal.SIGINT) is handler
    assert steps_done(tmp_path / "run" / "first" / LAST) == 4
    with pytest.raises(SystemExit) as left:
        run(arguments)
    assert left.value.code == 0
    assert seen == 6 + 4
    assert capsys.readouterr().out.strip() == str(tmp_path / "run" / "localizer.onnx")


def test_a_finished_run_goes_on_when_its_recipe_asks_for_more_steps(synthesis: dict[str, Any], tmp_path: Path) -> None:
    for steps in (2, 5):
        train_localizer(localizer_recipe(synthesis, steps=steps), tmp_path, no_progress)
        assert steps_done(tmp_path / "first" / LAST) == steps
    content = torch.load(tmp_path / "first" / LAST, map_location="cpu", weights_only=False)
    assert content["lr_schedulers"][0]["total_steps"] == 6
    assert content["optimizer_states"][0]["param_groups"][0]["lr"] < RATE / 100, "the learning rate ends near zero"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"running": {"steps": 9, "accelerator": "abacus"}}, "accelerator 'abacus'"),
        ({"running": {"steps": 9, "precision": "17"}}, "precision '17'"),
        ({"channels": 32, "running": {"steps": 9}}, "weights are of another net"),
    ],
)
def test_a_run_that_cannot_go_on_says_why(
    changes: dict[str, Any], says: str, synthesis: dict[str, Any], trained_localizer: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained_localizer.parent, tmp_path / "run")
    settings = localizer_recipe(synthesis).model_dump()
    changed = settings | changes | {"running": settings["running"] | changes["running"]}
    with pytest.raises(RecipeError, match=says):
        train_localizer(LocalizerRecipe.model_validate(changed), tmp_path / "run", no_progress)
    assert steps_done(tmp_path / "run" / "first" / LAST) == 6
