"""`effocr train`: a wrong recipe is refused before anything is begun."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

UNKNOWN = 'kind = "localizer"\ncolour = "red"\n[synthesis]\nfonts = ["fonts"]\n'
OTHER = 'kind = "recognizer"\n[synthesis]\nfonts = ["fonts"]\n'


def test_an_unknown_key_is_named(effocr, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.toml").write_text(UNKNOWN, encoding="utf-8")
    outcome = effocr("train", "localizer", "recipe.toml")
    assert outcome.code == 6
    assert "colour" in outcome.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recipe.toml"]


def test_a_recipe_for_the_other_net_is_answered_with_the_right_command(effocr, tmp_path):
    (tmp_path / "recipe.toml").write_text(OTHER, encoding="utf-8")
    outcome = effocr("train", "localizer", tmp_path / "recipe.toml")
    assert outcome.code == 6
    assert f"effocr train recognizer {tmp_path / 'recipe.toml'}" in outcome.stderr


def test_a_missing_recipe_is_named(effocr, tmp_path):
    outcome = effocr("train", "recognizer", tmp_path / "nothing.toml")
    assert outcome.code == 6
    assert "nothing.toml" in outcome.stderr


def test_a_run_that_cannot_be_kept_is_named(effocr, fonts, words, tmp_path):
    settings = f'fonts = ["{fonts}"]\nwords = "{words}"\n'
    (tmp_path / "recipe.toml").write_text(f'kind = "localizer"\n[synthesis]\n{settings}', encoding="utf-8")
    outcome = effocr("train", "localizer", tmp_path / "recipe.toml", "--out", tmp_path / "recipe.toml")
    assert outcome.code == 9
    assert "recipe.toml" in outcome.stderr and "--out" in outcome.stderr
