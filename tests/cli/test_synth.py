"""`effocr synth`: the same seed makes the same set, what is made is sound, and a bad wish is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def material(fonts: Path, words: Path) -> list[object]:
    """Options that name a folder with the font Pillow carries, and a few words."""
    return ["--fonts", fonts, "--words", words, "--jobs", 1]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_lines_are_sound_and_the_same_for_the_same_seed(effocr, material, tmp_path):
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        outcome = effocr("synth", "lines", tmp_path / name, *material, "--count", 3, "--seed", seed)
        assert (outcome.code, outcome.stdout) == (0, f"{tmp_path / name / 'coco.json'}\n")
    assert effocr("data", "check", tmp_path / "one").code == 0
    assert content(tmp_path / "one") == content(tmp_path / "again") != content(tmp_path / "other")


def test_glyphs_come_with_a_manifest(effocr, material, tmp_path):
    outcome = effocr("synth", "glyphs", tmp_path / "glyphs", *material, "--count", 7)
    manifest = Path(outcome.stdout.strip())
    rows = [json.loads(row) for row in manifest.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 7
    assert all((manifest.parent / row["file"]).is_file() and row["text"] for row in rows)


def test_a_folder_that_is_not_empty_is_left_alone(effocr, material, tmp_path):
    (tmp_path / "mine").write_text("mine")
    outcome = effocr("synth", "lines", tmp_path, *material, "--count", 1)
    assert outcome.code == 9
    assert content(tmp_path) == {"mine": b"mine"}


def test_a_folder_without_fonts_is_named(effocr, tmp_path):
    outcome = effocr("synth", "lines", tmp_path / "out", "--fonts", tmp_path / "nowhere")
    assert outcome.code == 4
    assert "nowhere" in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_charset_is_answered_with_the_nearest(effocr, material, tmp_path):
    outcome = effocr("synth", "lines", tmp_path / "out", *material, "--charset", "englisch", "--count", 1)
    assert outcome.code == 2
    assert "'english'" in outcome.stderr


def test_a_charset_of_few_characters_is_enough(effocr, material, tmp_path):
    (tmp_path / "mine.txt").write_text("abc", encoding="utf-8")
    for number, charset in enumerate(("digits", tmp_path / "mine.txt")):
        out = tmp_path / f"out{number}"
        assert effocr("synth", "lines", out, *material, "--charset", charset, "--count", 3).code == 0
        texts = {image["text"] for image in json.loads((out / "coco.json").read_text(encoding="utf-8"))["images"]}
        assert set("".join(texts)) <= set(["0123456789 ", "abc "][number])


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system sends Ctrl-C in another way")
def test_ctrl_c_in_a_terminal_ends_all_processes_and_leaves_nothing(material, tmp_path):
    out = tmp_path / "out"
    options = [str(option) for option in material[:-1]]
    command = [sys.executable, "-m", "effocr", "synth", "lines", str(out), *options, "2", "--count", "100000"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not any(tmp_path.rglob("*.png")):
        assert process.poll() is None and time.monotonic() < deadline, "no line was ever made"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to every process of the command
    printed, said = process.communicate(timeout=30)
    assert (process.returncode, printed) == (130, "")
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_settings_options_and_a_recipe_make_one(effocr, fonts, words, tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'fonts = ["{fonts.as_posix()}"]\nwords = "{words.as_posix()}"\nmost_words = 1\ntexts = "words"\n'
    )
    options = ["--recipe", recipe, "--count", 4, "--jobs", 1]
    assert effocr("synth", "lines", tmp_path / "one", *options).code == 0
    assert all(" " not in image["text"] for image in images_of(tmp_path / "one/coco.json"))
    more = ["--set", "most_words=3", "--set", "fewest_words=3", "--degradation", "clean"]
    assert effocr("synth", "lines", tmp_path / "three", *options, *more).code == 0
    assert all(len(image["text"].split()) == 3 for image in images_of(tmp_path / "three/coco.json"))


def test_characters_in_proportion_and_parts(effocr, material, tmp_path):
    mix = ["--mix", "digits=0.5", "--mix", "letters=0.5", "--set", "held_out=0"]
    parts = ["--part", "train=0.75", "--part", "val=0.25"]
    outcome = effocr("synth", "lines", tmp_path / "out", *material, *mix, *parts, "--count", 8)
    assert outcome.stdout.split() == [str(tmp_path / "out" / name) for name in ("train.json", "val.json")]
    train, val = (images_of(path) for path in outcome.stdout.split())
    assert (len(train), len(val)) == (6, 2)
    assert "".join(image["text"] for image in train).replace(" ", "").isalnum()


@pytest.mark.parametrize(
    ("options", "code", "what"),
    [
        (["--set", "most_wrods=3"], 2, "'most_words'"),
        (["--set", "most_words"], 6, "NAME=VALUE"),
        (["--set", "most_words=many"], 6, "most_words"),
        (["--mix", "digits"], 6, "--mix 'digits' is not NAME=SHARE"),
        (["--degradation", "haevy"], 2, "'heavy'"),
        (["--corpus", "nowhere.txt"], 4, "nowhere.txt: no such corpus"),
        (["--part", "train=0.5", "--part", "val=0.5"], 4, "held_out"),
    ],
)
def test_a_wish_that_cannot_be_met_is_named(effocr, material, tmp_path, options, code, what):
    outcome = effocr("synth", "lines", tmp_path / "out", *material, "--count", 2, *options)
    assert (outcome.code, what in outcome.stderr) == (code, True), outcome.stderr
    assert not (tmp_path / "out").exists()


def test_fonts_are_needed_somewhere(effocr, tmp_path):
    outcome = effocr("synth", "lines", tmp_path / "out")
    assert outcome.code == 2 and "--fonts" in outcome.stderr


def test_every_setting_is_listed_and_explained(effocr):
    from effocr.synth.recipe import SynthesisRecipe

    rows = effocr("synth", "settings").stdout.splitlines()
    assert [row.split(" ")[0] for row in rows] == list(SynthesisRecipe.model_fields)
    assert all(": " in row for row in rows)


def images_of(path: str | Path) -> list[dict[str, str]]:
    images: list[dict[str, str]] = json.loads(Path(path).read_text(encoding="utf-8"))["images"]
    return images
