"""`effocr show`."""

from __future__ import annotations

import json

import numpy as np
from PIL import Image


def shown(outcome, folder):
    assert outcome.code == 0, outcome.stderr
    return (folder / "0.show.html").read_text(encoding="utf-8"), Image.open(folder / "0.show.png")


def test_an_image_and_its_result_are_shown_alike(effocr, bundle, lines, tmp_path):
    read = effocr("show", lines / "0.png", "--bundle", bundle, "-o", tmp_path / "a")
    of_image, picture = shown(read, tmp_path / "a")
    result = tmp_path / "0.json"
    assert effocr("read", lines / "0.png", "--bundle", bundle, "--format", "json", "-o", result).code == 0
    of_result, again = shown(effocr("show", result, "-o", tmp_path / "b"), tmp_path / "b")
    assert of_image == of_result
    assert np.array_equal(np.asarray(picture), np.asarray(again))
    assert '"text":["B","a","r","s"' in of_image


def test_the_image_may_have_moved_but_not_changed(effocr, bundle, lines, tmp_path):
    result = tmp_path / "0.json"
    effocr("read", lines / "0.png", "--bundle", bundle, "--format", "json", "-o", result)
    data = json.loads(result.read_text(encoding="utf-8"))
    data["pages"][0]["source"] = "gone/0.png"
    result.write_text(json.dumps(data), encoding="utf-8")
    lost = effocr("show", result, "-o", tmp_path)
    assert lost.code == 3 and "gone/0.png" in lost.stderr and "--image" in lost.stderr
    assert effocr("show", result, "--image", lines / "0.png", "-o", tmp_path).code == 0
    Image.new("L", (9, 9)).save(tmp_path / "other.png")
    wrong = effocr("show", result, "--image", tmp_path / "other.png", "-o", tmp_path)
    assert wrong.code == 4 and "9 x 9" in wrong.stderr


def test_unknown_layers_pages_and_files_are_named(effocr, bundle, lines, tmp_path):
    outcome = effocr("show", lines / "0.png", "--bundle", bundle, "--layer", "glyph", "-o", tmp_path)
    assert outcome.code == 2 and "glyphs" in outcome.stderr
    (tmp_path / "no.json").write_text("{", encoding="utf-8")
    assert effocr("show", tmp_path / "no.json").code == 4
    (tmp_path / "none.json").write_text('{"pages": []}', encoding="utf-8")
    assert "no page 1" in effocr("show", tmp_path / "none.json").stderr
    (tmp_path / "other.json").write_text('{"a": 1}', encoding="utf-8")
    outcome = effocr("show", tmp_path / "other.json")
    assert outcome.code == 4 and "other.json" in outcome.stderr
