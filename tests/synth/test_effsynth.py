"""What the original's generator of lines could do, with ours: texts, setting, vertical lines, parts, degradation."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from effocr.data.check import problems
from effocr.data.coco import read_coco
from effocr.data.labelled import LabelledLine
from effocr.errors import DataError, RecipeError, UnknownNameError
from effocr.synth.degrade import DEGRADATIONS
from effocr.synth.export import synthetic_lines, write_lines, write_parts
from effocr.synth.fonts import find_fonts
from effocr.synth.ink import Setting, draw_ink
from effocr.synth.lines import line_makers
from effocr.synth.recipe import SynthesisRecipe, synthesis_recipe
from effocr.synth.text import characters_of, line_texts

WIDE = frozenset(map(chr, range(32, 0x2100)))
MADE_BEFORE = [
    ("office The, of- OF of Quick the", (41, 429), 16.01, 11475.1),
    ("THE THE the the;", (39, 248), 216.34, 4124.8),
    ("the Oct. 11 Zebra =~%, of", (40, 353), 223.34, 7902.0),
    ('{0.444, of of " #). :)(- %{ Mr.', (30, 409), 193.36, 9686.2),
    ("0/906 -'_ Of of of 't''", (32, 272), 134.21, 5727.1),
    ("To; the th Jun. 1 o,of quick: Dr. 20747 the. ,", (52, 754), 39.66, 30618.6),
    ("of Fly OF of #| THE the", (49, 268), 185.55, 5558.1),
    ("333 the the 18/5/52 / the", (28, 855), 189.86, 26557.1),
    ('n7/H0y The 8s @~" 624nd the office The $3@17s', (51, 692), 222.5, 26471.8),
    ("&$+ The office", (49, 263), 225.52, 3538.0),
]
"""Text, shape, mean grey and sum of the boxes of the lines of two blocks, as the first version made them."""


@pytest.fixture(scope="module")
def basis(fonts: Path, words: Path) -> dict[str, Any]:
    return {"fonts": (fonts,), "words": str(words), "charset": "ascii", "held_out": 0.0}


def made(basis: dict[str, Any], count: int, **changes: Any) -> list[LabelledLine]:
    maker, _ = line_makers(SynthesisRecipe(**{**basis, **changes}))
    return list(islice(maker.lines(1), count))


def texts(basis: dict[str, Any], count: int, **changes: Any) -> list[str]:
    recipe = SynthesisRecipe(**{**basis, **changes})
    source, random = line_texts(recipe), Random(3)
    return [source.line(random, recipe.most_words, WIDE) for _ in range(count)]


def test_the_defaults_make_the_lines_that_they_always_made(fonts: Path, words: Path) -> None:
    """Trainings are reproduced from their recipes: no new setting may change what an old one draws."""
    maker, _ = line_makers(SynthesisRecipe(fonts=(fonts,), words=str(words), charset="ascii"))
    lines = [line for number in range(2) for line in maker.block(f"2024/{number}")]
    assert [line.text for line in lines] == [text for text, *_ in MADE_BEFORE]
    for line, (_, shape, grey, boxes) in zip(lines, MADE_BEFORE, strict=True):
        # Another release of FreeType or OpenCV may shift a pixel.
        assert line.image.shape == pytest.approx(shape, abs=2)
        assert float(line.image.mean()) == pytest.approx(grey, abs=2)
        assert float(line.boxes.array.sum()) == pytest.approx(boxes, rel=0.01)


def test_characters_come_from_charsets_in_their_proportions(basis: dict[str, Any]) -> None:
    mix = {"letters": 0.6, "digits": 0.3, "punctuation": 0.1}
    drawn = Counter("".join(texts(basis, 1500, mix=mix, most_numbers=0, most_spaces=0)))
    total = sum(drawn.values())
    assert sum(count for char, count in drawn.items() if char.isalpha()) / total == pytest.approx(0.6, abs=0.02)
    assert sum(count for char, count in drawn.items() if char.isdigit()) / total == pytest.approx(0.3, abs=0.02)


def test_lines_of_characters_keep_to_their_lengths_and_spaces(basis: dict[str, Any]) -> None:
    settings = {"texts": "characters", "fewest_characters": 4, "most_characters": 9, "most_numbers": 0}
    drawn = texts(basis, 600, **settings, most_spaces=3)
    assert {len(text.replace(" ", "")) for text in drawn} == set(range(4, 10))
    assert max(text.count(" ") for text in drawn) == 3
    assert all(" " not in text for text in texts(basis, 50, **settings, most_spaces=0))


def test_numbers_follow_the_geometric_law(basis: dict[str, Any]) -> None:
    settings = {"mix": {"letters": 1.0, "digits": 1e-9}, "most_characters": 1, "most_spaces": 0, "most_numbers": 1}
    found = [
        text.strip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") for text in texts(basis, 6000, **settings)
    ]
    numbers = [int(number) for number in found if number]
    assert len(numbers) / len(found) == pytest.approx(0.5, abs=0.03)
    assert np.mean(numbers) == pytest.approx(200, rel=0.08)
    assert min(numbers) >= 1


def test_given_sequences_come_up_with_their_chance_and_number(basis: dict[str, Any]) -> None:
    wished = {"sequences": ("Messrs.", "c/o"), "sequence_chance": 0.3, "sequence_count": 2, "texts": "words"}
    drawn = [text.count("Messrs.") + text.count("c/o") for text in texts(basis, 1000, **wished)]
    assert set(drawn) == {0, 2}
    assert drawn.count(2) / len(drawn) == pytest.approx(0.3, abs=0.05)
    assert "Ω" in characters_of(SynthesisRecipe(**basis, sequences=("Ω",)))


def test_words_are_those_of_the_list_alone(basis: dict[str, Any]) -> None:
    drawn = texts(basis, 200, texts="words", most_words=3)
    assert {word for text in drawn for word in text.split()} == {"the", "of", "office", "fly", "quick", "zebra"}
    assert all(len(text.split()) == 3 for text in drawn)
    single = made(basis, 20, texts="words", most_words=1)
    assert all(not line.spaces.any() for line in single)


def test_the_words_of_a_plain_text_are_counted(basis: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("rain rain rain and\nmore rain\n")
    drawn = Counter(" ".join(texts(basis, 300, texts="words", words=str(tmp_path / "text.txt"))).split())
    assert set(drawn) == {"rain", "and", "more"}
    assert drawn["rain"] > drawn["and"]


def test_stretches_of_a_corpus_begin_and_end_with_its_words(basis: dict[str, Any], tmp_path: Path) -> None:
    content = "It is a truth universally acknowledged, that a single man must want a wife."
    (tmp_path / "text.txt").write_text(f"{content}\n\nshort\n", encoding="utf-8")
    drawn = texts(basis, 300, corpus=tmp_path / "text.txt", fewest_characters=10, most_characters=30)
    assert all(f" {text} " in f" {content} " or text == "short" for text in drawn)
    assert max(map(len, drawn)) <= 30 and len(set(drawn)) > 30


def test_stretches_of_a_corpus_without_spaces_begin_anywhere(basis: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("abcdefghijklmnopqrstuvwxyz", encoding="utf-8")
    drawn = texts(basis, 300, corpus=tmp_path / "text.txt", fewest_characters=5, most_characters=5)
    assert len(set(drawn)) == 22
    assert {len(text) for text in drawn} == {5}


def test_a_corpus_travels_to_other_processes_by_its_name(basis: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("abc def\n" * 100_000, encoding="utf-8")
    source = line_texts(SynthesisRecipe(**basis, corpus=tmp_path / "text.txt"))
    content = pickle.dumps(source)
    assert len(content) < 20_000
    assert pickle.loads(content).line(Random(1), 1, WIDE) == source.line(Random(1), 1, WIDE)


@pytest.mark.parametrize("kind", ["print", "words", "characters", "corpus"])
def test_makers_travel_to_processes_that_are_started_anew(basis: dict[str, Any], words: Path, kind: str) -> None:
    """The original's workers hold lambdas, which Windows and macOS cannot hand over."""
    corpus = words if kind == "corpus" else None
    maker, _ = line_makers(SynthesisRecipe(**basis, texts=kind, corpus=corpus, recased=0.2, sequences=("ab",)))
    one, other = maker.block("1/0"), pickle.loads(pickle.dumps(maker)).block("1/0")
    assert [line.text for line in one] == [line.text for line in other]


def test_words_change_their_case(basis: dict[str, Any]) -> None:
    drawn = Counter(word for text in texts(basis, 300, texts="words", recased=1.0) for word in text.split())
    assert {"quick", "QUICK", "Quick"} <= set(drawn)
    few = Counter(word for text in texts(basis, 300, texts="words", recased=0.1) for word in text.split())
    assert sum(few[word] for word in few if not word.islower()) / sum(few.values()) < 0.15


def test_tracking_and_its_deviation(basis: dict[str, Any]) -> None:
    font = find_fonts(basis["fonts"])[0]

    def gaps(**settings: float) -> np.ndarray:
        ink = draw_ink("n" * 40, Setting(font=font, size=50, **settings), Random(0))  # type: ignore[arg-type]
        assert ink is not None
        return ink.boxes[1:, 0] - ink.boxes[:-1, 2]

    assert np.mean(gaps(tracking=0.2) - gaps()) == pytest.approx(10, abs=0.5)
    assert np.std(gaps(deviation=0.06)) == pytest.approx(3, abs=1)
    assert np.std(gaps()) < 0.6
    line, other = (made(basis, 1, texts="words", tracking=value, degradation="clean")[0] for value in (0.0, 0.5))
    assert other.image.shape[1] > 1.2 * line.image.shape[1]


def test_font_sizes_are_those_of_the_recipe(basis: dict[str, Any]) -> None:
    bands = [line.band.height for line in made(basis, 40, font_sizes=(20, 40), degradation="clean")]
    assert len({round(height) for height in bands if height > 22}) <= 2
    assert max(bands) / min(bands) == pytest.approx(2, rel=0.1)


def test_clean_lines_are_black_on_white_and_heavy_ones_are_not(basis: dict[str, Any]) -> None:
    def extremes(degradation: str) -> float:
        lines = made(basis, 30, texts="words", neighbours=0.0, degradation=degradation)
        return float(np.mean([np.mean((line.image > 250) | (line.image < 5)) for line in lines]))

    clean, light, heavy = (extremes(name) for name in ("clean", "light", "heavy"))
    assert clean > light > heavy
    assert all(int(np.median(line.image)) == 255 for line in made(basis, 20, degradation="clean"))


def test_every_degradation_has_a_name_in_the_recipe(basis: dict[str, Any]) -> None:
    for name in DEGRADATIONS:
        assert SynthesisRecipe(**basis, degradation=name).degradation == name


def test_parts_have_their_shares_and_fonts_of_their_own(basis: dict[str, Any], fonts: Path, tmp_path: Path) -> None:
    recipe = SynthesisRecipe(
        **{
            **basis,
            "fonts": (several_families(tmp_path / "fonts"),),
            "held_out": 0.4,
            "charset": "digits",
            "texts": "characters",
        }
    )
    paths = write_parts(
        tmp_path / "out", recipe, 30, {"train": 0.6, "val": 0.3, "test": 0.1}, 1, 1, lambda done, of: None
    )
    assert [path.name for path in paths] == ["train.json", "val.json", "test.json"]
    sets = [read_coco(path) for path in paths]
    assert [len(coco.images) for coco in sets] == [18, 9, 3]
    assert all(problems(coco) == [] for coco in sets)
    train, val, test = ({image.source for image in coco.images} for coco in sets)
    assert train.isdisjoint(val | test) and train and val
    assert {image.split for image in sets[1].images} == {"val"}
    files = [image.file_name for coco in sets for image in coco.images]
    assert len(set(files)) == len(files) == len(list((tmp_path / "out/images").iterdir()))


def test_parts_that_would_share_their_only_font_are_refused(basis: dict[str, Any], tmp_path: Path) -> None:
    recipe = SynthesisRecipe(**{**basis, "held_out": 0.2})
    arguments = (20, {"train": 0.5, "val": 0.5}, 1, 1, lambda done, of: None)
    with pytest.raises(DataError, match=r"share of 0\.2 of 1 families of fonts is none"):
        write_parts(tmp_path / "out", recipe, *arguments)
    assert not (tmp_path / "out").exists()
    shared = recipe.model_copy(update={"held_out": 0.0})
    train, val = (read_coco(path) for path in write_parts(tmp_path / "out", shared, *arguments))
    assert {image.text for image in train.images} != {image.text for image in val.images}


@pytest.mark.parametrize("parts", [{"train": 0.5}, {"train": 0.99, "val": 0.01}, {"a/b": 1.0}])
def test_parts_that_make_no_sense_are_refused(basis: dict[str, Any], tmp_path: Path, parts: dict[str, float]) -> None:
    with pytest.raises(DataError):
        write_parts(tmp_path / "out", SynthesisRecipe(**basis), 10, parts, 1, 1, lambda done, of: None)


def test_texts_that_no_font_can_draw_end_the_work(basis: dict[str, Any]) -> None:
    maker, _ = line_makers(SynthesisRecipe(**basis, mix={"ascii": 1.0}))
    empty = type(maker)(maker.recipe, maker.families, Silent())
    with pytest.raises(DataError, match="no line could be drawn"):
        list(synthetic_lines(empty, 1, 1, 1))


class Silent:
    """A source without texts."""

    def line(self, random: Random, tokens: int, coverage: frozenset[str]) -> str:
        return ""


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"mix": {"ascii": 1.0}, "texts": "words"}, "a mix is for texts 'characters'"),
        ({"mix": {"ascii": -1.0}}, "shares of a mix must be positive"),
        ({"texts": "corpus"}, "texts 'corpus' and corpus None do not go together"),
        ({"fewest_characters": 30}, "fewest_characters 30 is more than most_characters 20"),
        ({"font_sizes": [4]}, "font_sizes must lie in 8..200"),
        ({"vertical": 2}, "vertical"),
    ],
)
def test_settings_that_contradict_each_other_are_named(
    basis: dict[str, Any], changes: dict[str, Any], what: str
) -> None:
    with pytest.raises(RecipeError, match=what):
        synthesis_recipe(None, {**basis, **changes})


def test_an_unknown_degradation_is_answered_with_the_nearest(basis: dict[str, Any]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        synthesis_recipe(None, {**basis, "degradation": "haevy"})
    assert "'heavy'" in caught.value.hint


def test_a_recipe_file_gives_settings_that_options_change(basis: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('[synthesis]\nfonts = ["somewhere"]\nmost_words = 3\n')
    recipe = synthesis_recipe(tmp_path / "r.toml", {"fonts": basis["fonts"]})
    assert (recipe.most_words, recipe.fonts) == (3, basis["fonts"])
    (tmp_path / "r.toml").write_text("most_words = 3\nmost_wrods = 4\n")
    with pytest.raises(RecipeError, match=r"r\.toml: most_wrods"):
        synthesis_recipe(tmp_path / "r.toml", {"fonts": basis["fonts"]})


def several_families(folder: Path) -> Path:
    """Five families that draw every digit as a bar of its own height."""
    folder.mkdir()
    for number in range(5):
        names = [f"g{code}" for code in range(48, 58)]
        builder = FontBuilder(1000, isTTF=True)
        builder.setupGlyphOrder([".notdef", *names])
        builder.setupCharacterMap({code: f"g{code}" for code in range(48, 58)})
        glyphs = {name: bar(300 + 50 * place, 60 + 40 * number) for place, name in enumerate([".notdef", *names])}
        builder.setupGlyf(glyphs)
        builder.setupHorizontalMetrics({name: (500, 50) for name in glyphs})
        builder.setupHorizontalHeader(ascent=900, descent=-100)
        builder.setupNameTable({"familyName": f"Family {number}", "styleName": "Regular"})
        builder.setupOS2()
        builder.setupPost()
        builder.save(folder / f"{number}.ttf")
    return folder


def bar(height: int, width: int) -> Any:
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for corner in ((50, height), (50 + width, height), (50 + width, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def test_every_word_has_a_box(basis: dict[str, Any], tmp_path: Path) -> None:
    path = write_lines(tmp_path / "out", SynthesisRecipe(**basis, texts="words"), 10, 1, 1, lambda done, of: None)
    document = json.loads(path.read_text(encoding="utf-8"))
    for image in document["images"]:
        rows = [row for row in document["annotations"] if row["image_id"] == image["id"] and row["category_id"] == 1]
        assert [row["text"] for row in rows] == image["text"].split()


def test_a_share_of_the_lines_is_vertical(basis: dict[str, Any]) -> None:
    lines = made(basis, 200, texts="words", vertical=0.5, degradation="clean")
    assert 0.25 < np.mean([line.vertical for line in lines]) < 0.75
