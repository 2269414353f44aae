"""`effocr data format` and `effocr data coverage`: crops from lines, folders and fonts, and a picture of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from effocr.data.glyphs.files import read_glyphs
from effocr.testing import draw_bars

LINES = ("ab, ba.", "cab", "bad cab")


@pytest.fixture
def coco(coco_of: Callable[[Sequence[str]], Path]) -> Path:
    return coco_of(LINES)


def texts(folder: Path) -> Counter[tuple[str, str]]:
    return Counter((glyph.text, glyph.origin) for glyph in read_glyphs(folder))


def test_glyphs_of_lines_and_renders_of_the_same_texts(effocr, coco, fonts, tmp_path):
    outcome = effocr("data", "format", tmp_path / "out", "--coco", coco, "--fonts", fonts, "--jobs", 1)
    assert outcome.code == 0
    assert outcome.stdout.startswith(f"{tmp_path / 'out' / 'manifest.jsonl'}: 6 texts: 15 real crops and 6 renders")
    assert "next: effocr train recognizer" in outcome.stderr
    letters = Counter("".join(LINES).replace(" ", ""))
    assert texts(tmp_path / "out") == {
        **{(text, "real"): count for text, count in letters.items()},
        **{(text, "render"): 1 for text in letters},
    }
    assert {glyph.page for glyph in read_glyphs(tmp_path / "out")} == {"page0", "page1", ""}


def test_several_sets_are_put_together(effocr, coco, tmp_path):
    assert effocr("data", "format", tmp_path / "out", "--coco", coco, "--coco", coco.parent).code == 0
    assert texts(tmp_path / "out").total() == 30


def test_words_of_lines_and_renders_of_all_word_lists(effocr, coco, fonts, words, tmp_path):
    (tmp_path / "more.txt").write_text("zoo\nzoom\n", encoding="utf-8")
    lists = [
        "--words",
        words,
        "--words",
        tmp_path / "more.txt",
        "--most-words",
        1,
        "--case",
        "title",
        "--case",
        "upper",
    ]
    options = ["--level", "word", "--coco", coco, "--fonts", fonts, *lists, "--jobs", 1]
    assert effocr("data", "format", tmp_path / "out", *options).code == 0
    real = {("ab", "real"): 1, ("ba", "real"): 1, ("cab", "real"): 2, ("bad", "real"): 1}
    assert texts(tmp_path / "out") == real | {(text, "render"): 1 for text in ("The", "THE", "Zoo", "ZOO")}


def test_charsets_by_name_and_by_file(effocr, fonts, tmp_path):
    (tmp_path / "mine.txt").write_text("64259\tffi\n33\t!\n28450\t漢\n", encoding="utf-8")
    options = ["--fonts", fonts, "--charset", "digits", "--charset", tmp_path / "mine.txt", "--jobs", 1]
    assert effocr("data", "format", tmp_path / "out", *options, "--coverage", tmp_path / "seen.png").code == 0
    assert {text for text, _ in texts(tmp_path / "out")} == {*"0123456789!", "ffi"}
    with Image.open(tmp_path / "seen.png") as picture:
        assert picture.width > 400 and picture.height > 80


def test_what_no_font_draws_is_told(effocr, fonts, tmp_path):
    (tmp_path / "mine.txt").write_text("a漢", encoding="utf-8")
    options = ["--fonts", fonts, "--charset", tmp_path / "mine.txt", "--jobs", 1]
    outcome = effocr("data", "coverage", tmp_path / "seen.png", *options)
    assert (outcome.code, outcome.stdout) == (0, "")
    assert "no font draws 1 of 2 texts: 漢" in outcome.stderr


def test_a_folder_laid_out_for_effocrs_own_training_becomes_ours(effocr, tmp_path):
    file = tmp_path / "old/102_105/PAIRED-page_1-3_4-char-102_105.png"
    file.parent.mkdir(parents=True)
    Image.fromarray(draw_bars("ab")).save(file)
    assert effocr("data", "format", tmp_path / "out", "--imagefolder", tmp_path / "old").code == 0
    assert texts(tmp_path / "out") == {("fi", "real"): 1}
    assert effocr("data", "coverage", tmp_path / "seen.png", "--crops", tmp_path / "out").code == 0
    assert (tmp_path / "seen.png").is_file()


def test_lines_that_cannot_be_used_are_told(effocr, coco, tmp_path):
    content = json.loads(coco.read_text(encoding="utf-8"))
    content["images"][1]["text"] = "too long"
    coco.write_text(json.dumps(content), encoding="utf-8")
    outcome = effocr("data", "format", tmp_path / "out", "--coco", coco)
    assert outcome.code == 0 and "left out" in outcome.stderr and "page0_1.png" in outcome.stderr
    assert texts(tmp_path / "out").total() == 12
    for image in content["images"]:
        image["text"] = "too long"
    coco.write_text(json.dumps(content), encoding="utf-8")
    outcome = effocr("data", "format", tmp_path / "none", "--coco", coco)
    assert outcome.code == 4 and "no line can be used" in outcome.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ([], 4, "nothing to make crops of"),
        (["--level", "words", "--coco", "COCO"], 2, "Did you mean 'word'?"),
        (["--clip", "lines", "--coco", "COCO"], 2, "Did you mean 'line'?"),
        (["--fonts", "FONTS", "--size", "4"], 6, "--size: Input should be greater than or equal to 8, got 4."),
        (["--fonts", "FONTS", "--placement", "auot"], 6, "--placement: Input should be 'auto'"),
        (["--fonts", "FONTS", "--case", "camel"], 6, "--case: Input should be 'lower'"),
        (["--fonts", "FONTS", "--charset", "digit"], 2, "Did you mean 'digits'?"),
        (["--fonts", "gone"], 4, "no such folder of fonts"),
        (["--imagefolder", "gone"], 4, "no such folder"),
    ],
)
def test_wrong_wishes_are_named_and_leave_nothing(options, code, said, effocr, coco, fonts, tmp_path):
    known = {"COCO": coco, "FONTS": fonts}
    outcome = effocr(
        "data", "format", tmp_path / "out", *(known.get(option, option) for option in options), "--jobs", 1
    )
    assert outcome.code == code
    assert said in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_empty_stays_as_it_is(effocr, coco):
    before = sorted(coco.parent.iterdir())
    assert effocr("data", "format", coco.parent, "--coco", coco).code == 9
    assert sorted(coco.parent.iterdir()) == before
