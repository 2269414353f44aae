"""`effocr synth`: labelled lines and glyphs from fonts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.extras import extra
from effocr.errors import RecipeError

if TYPE_CHECKING:
    from effocr.synth.recipe import SynthesisRecipe

app = typer.Typer(help="Make labelled lines and glyphs from fonts.", no_args_is_help=True, rich_markup_mode=None)

Out = Annotated[Path, typer.Argument(help="New folder for what is made.", show_default=False)]
Fonts = Annotated[list[Path], typer.Option(help="Folder of font files; may be repeated.", show_default=False)]
Charset = Annotated[str, typer.Option(help="A named charset, or a file with its characters.")]
Words = Annotated[str, typer.Option(help="A word list: a file, or wordfreq:LANGUAGE.")]
Count = Annotated[int, typer.Option(min=1, help="How many to make.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed makes the same.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="one a core")]


@app.command("lines")
def lines(
    out: Out,
    fonts: Fonts,
    charset: Charset = "english",
    words: Words = "wordfreq:en",
    count: Count = 1000,
    seed: Seed = 0,
    jobs: Jobs = None,
) -> None:
    """Make line images with boxes, as COCO.

    Every char and every word has a box.
    """
    with extra("synth"):
        from effocr.synth.export import write_lines

    recipe = _recipe(fonts, charset, words)
    with console.progress("lines") as progress, extra("synth"):
        path = write_lines(out, recipe, count, seed, _jobs(jobs), progress)
    console.result(str(path))
    console.next_command(f"effocr data check {path}")


@app.command("glyphs")
def glyphs(
    out: Out,
    fonts: Fonts,
    charset: Charset = "english",
    words: Words = "wordfreq:en",
    count: Count = 1000,
    seed: Seed = 0,
    jobs: Jobs = None,
) -> None:
    """Make glyph crops and a manifest of their texts."""
    with extra("synth"):
        from effocr.synth.export import write_glyphs

    recipe = _recipe(fonts, charset, words)
    with console.progress("glyphs") as progress, extra("synth"):
        path = write_glyphs(out, recipe, count, seed, _jobs(jobs), progress)
    console.result(str(path))
    console.next_command("effocr train recognizer RECIPE.toml")


def _recipe(fonts: list[Path], charset: str, words: str) -> SynthesisRecipe:
    from pydantic import ValidationError

    from effocr.synth.recipe import SynthesisRecipe

    try:
        return SynthesisRecipe(fonts=tuple(fonts), charset=charset, words=words)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RecipeError(f"--{first['loc'][0]}: {first['msg']}, got {first['input']!r}.") from error


def _jobs(jobs: int | None) -> int:
    import os

    return jobs or os.cpu_count() or 1
