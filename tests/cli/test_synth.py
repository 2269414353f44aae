"""`effocr synth`: the same seed makes the same set, what is made is sound, and a bad wish is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import ImageFont


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """Options that name a folder with the font Pillow carries, and a few words."""
    folder = tmp_path_factory.mktemp("fonts")
    (folder / "carried.ttf").write_bytes(ImageFont.load_default(20).path.getvalue())
    words = folder / "words.txt"
    words.write_text("some\nplain\nwords\n", encoding="utf-8")
    return ["--fonts", folder, "--words", words, "--jobs", 1]


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
