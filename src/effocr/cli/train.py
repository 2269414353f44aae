"""`effocr train`: a recipe in, a run and its product out; the same command resumes after a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.extras import extra
from effocr.errors import RecipeError

app = typer.Typer(help="Train a localizer, a recognizer or a line finder.", no_args_is_help=True, rich_markup_mode=None)

RUNS = Path("runs")
T = TypeVar("T")
U = TypeVar("U")
Recipe = Annotated[Path, typer.Argument(help="A recipe (TOML).", show_default=False)]
Out = Annotated[Path | None, typer.Option(help="Folder of the run.", show_default="runs/FOLDER/RECIPE")]


@app.command("localizer")
def localizer(recipe: Recipe, out: Out = None) -> None:
    """Train the net that finds glyphs.

    A run that was interrupted goes on where it was.
    """
    with extra("train"):
        from effocr.train.localizer import train_localizer
        from effocr.train.recipes import LocalizerRecipe

    settings, run = _loaded(recipe, LocalizerRecipe, LocalizerRecipe), _run(recipe, out)
    with console.progress("localizer") as progress, extra("train"):
        product = train_localizer(settings, run, progress)
    console.result(str(product))
    if settings.backend == "effocr":
        console.next_command("effocr train recognizer RECIPE.toml")
    else:
        console.next_command(f"effocr bundle join {product} BUNDLE OUT")


@app.command("recognizer")
def recognizer(recipe: Recipe, out: Out = None) -> None:
    """Train the encoder, choose its exemplars.

    A run that was interrupted goes on where it was.
    """
    with extra("train"):
        from effocr.train.crops.recipe import CropsRecipe
        from effocr.train.crops.run import train_crops
        from effocr.train.recipes import RecognizerRecipe
        from effocr.train.recognizer import train_recognizer

    settings, run = _loaded(recipe, RecognizerRecipe, CropsRecipe), _run(recipe, out)
    with console.progress("recognizer") as progress, extra("train"):
        if isinstance(settings, CropsRecipe):
            product = train_crops(settings, run, progress)
        else:
            product = train_recognizer(settings, run, progress)
    console.result(str(product))
    if product.is_dir():
        console.next_command(f"effocr evaluate DIR --bundle {product}")
    else:
        console.next_command(f"add a [bundle] to {recipe} and run the same command again, for a bundle")


@app.command("line-finder")
def line_finder(recipe: Recipe, out: Out = None) -> None:
    """Train the net that finds lines on pages.

    A run that was interrupted goes on where it was.
    """
    with extra("train"):
        from effocr.train.line_finder.training import train_line_finder
        from effocr.train.recipes import LineFinderRecipe

    settings, run = _loaded(recipe, LineFinderRecipe, LineFinderRecipe), _run(recipe, out)
    with console.progress("line finder") as progress, extra("train"):
        product = train_line_finder(settings, run, progress)
    console.result(str(product))
    console.next_command(f"effocr bundle add-line-finder BUNDLE {product} OUT")


def _loaded(path: Path, kind: type[T], other: type[U]) -> T | U:
    """The recipe at `path`; RecipeError where it is of neither kind."""
    from effocr.train.recipes import load_recipe

    recipe = load_recipe(path)
    if not isinstance(recipe, kind | other):
        command = {"localizer": "localizer", "line_finder": "line-finder"}.get(recipe.kind, "recognizer")
        raise RecipeError(f"{path} is a recipe for a {command}.", hint=f"effocr train {command} {path}")
    return recipe


def _run(recipe: Path, out: Path | None) -> Path:
    run = out or RUNS / recipe.absolute().parent.name / recipe.stem
    console.say(f"run: {run} (after an interruption, the same command goes on from here)")
    return run
