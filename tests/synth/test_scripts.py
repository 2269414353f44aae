"""Lines of several scripts from one recipe, and letters that stand in one box."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from effocr.synth.ink import Setting, draw_ink
from effocr.synth.lines import LineMaker, line_makers
from effocr.synth.recipe import SynthesisRecipe
from effocr.synth.text import characters_of


def small(fonts: Path, words: Path, characters: Path, weight: float) -> SynthesisRecipe:
    return SynthesisRecipe(fonts=(fonts,), words=str(words), charset=str(characters), weight=weight)


@pytest.fixture(scope="module")
def recipe(fonts: Path, words: Path, tmp_path_factory: pytest.TempPathFactory) -> SynthesisRecipe:
    folder = tmp_path_factory.mktemp("charsets")
    (folder / "low.txt").write_text("abcdefghijklmnopqrstuvwxyz")
    (folder / "high.txt").write_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    first, other = small(fonts, words, folder / "low.txt", 1.0), small(fonts, words, folder / "high.txt", 3.0)
    return first.model_copy(update={"also": (other,)})


@pytest.fixture(scope="module")
def maker(recipe: SynthesisRecipe) -> LineMaker:
    return line_makers(recipe)[0]


def test_the_charset_is_that_of_all_parts(recipe: SynthesisRecipe) -> None:
    assert set(characters_of(recipe)) == set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_every_block_is_of_one_part_and_parts_come_by_their_weights(maker: LineMaker) -> None:
    kinds = Counter()
    for number in range(60):
        texts = "".join("".join(line.texts) for line in maker.block(f"7/{number}"))
        assert texts.islower() or texts.isupper() or not texts
        kinds[texts.isupper()] += bool(texts)
    assert 2 < kinds[False] < kinds[True]


def test_lines_of_several_parts_do_not_depend_on_who_makes_them(maker: LineMaker) -> None:
    whole = {line.image.tobytes() for line in islice(maker.lines(3), 20)}
    one, other = ({line.image.tobytes() for line in islice(maker.lines(3, worker, 2), 20)} for worker in (0, 1))
    assert one.isdisjoint(other) and one | other >= whole


def test_joined_letters_are_one_glyph(maker: LineMaker) -> None:
    font = maker.families[0][0]
    apart = draw_ink("each", Setting(font, 40), Random(1))
    joined = draw_ink("each", Setting(font, 40, joined=("ch",)), Random(1))
    assert apart is not None and joined is not None
    assert apart.texts == ("e", "a", "c", "h") and joined.texts == ("e", "a", "ch")
    assert joined.boxes[2][0] == apart.boxes[2][0] and abs(joined.boxes[2][2] - apart.boxes[3][2]) <= 1
