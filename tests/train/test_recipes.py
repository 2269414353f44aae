from __future__ import annotations

from pathlib import Path

import pytest

from effocr.errors import RecipeError
from effocr.train.recipes import LocalizerRecipe, RecognizerRecipe, load_recipe

RECOGNIZER = 'kind = "recognizer"\n[synthesis]\nfonts = ["fonts"]\n'
GOOD = 'kind = "localizer"\n[synthesis]\nfonts = ["fonts"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_recipe_is_read_with_its_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(written(tmp_path, GOOD))
    assert isinstance(recipe, LocalizerRecipe)
    assert recipe.running.steps == 10_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "colour = 1\n", "synthesis.colour: Extra inputs are not permitted"),
        (GOOD.replace("[synthesis]", "heigth = 48\n[synthesis]"), "heigth: Extra inputs are not permitted"),
        (GOOD.replace("[synthesis]", "height = 4\n[synthesis]"), "height: Input should be greater than or equal to 24"),
        (GOOD.replace("localizer", "localiser"), "kind is 'localiser'; it must be one of localizer, recognizer"),
        (GOOD + "fewest_words = 20\n", "fewest_words 20 is more than most_words 10"),
        (GOOD + "largest_ascender = 5\n", "smallest_ascender 7 is more than largest_ascender 5"),
        (
            RECOGNIZER + "[grown]\nchannels = [16, 32, 64, 96]\n",
            "grown: only 'strip' grows, and from (16, 32, 64, 96, 128)",
        ),
        (RECOGNIZER + "[grown]\nchannels = [16, 32, 64, 64, 128]\n", "grown: only 'strip' grows"),
        (
            'encoder = "window"\n' + RECOGNIZER + "[grown]\nchannels = [16, 32, 64, 96, 128]\n",
            "grown: only 'strip' grows",
        ),
        ("kind = [", "not TOML"),
    ],
)
def test_every_fault_is_named_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(written(tmp_path, text))
    assert says in caught.value.message
    assert "recipe.toml" in caught.value.message
    assert caught.value.hint


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"gone\.toml: no such recipe"):
        load_recipe(tmp_path / "gone.toml")
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(tmp_path)


def test_the_shipped_recipes_are_valid() -> None:
    folder = Path(__file__).parents[2] / "recipes/en"
    assert isinstance(load_recipe(folder / "localizer.toml"), LocalizerRecipe)
    assert isinstance(load_recipe(folder / "recognizer.toml"), RecognizerRecipe)
