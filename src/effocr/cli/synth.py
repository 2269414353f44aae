"""`effocr synth`: labelled lines and glyphs from fonts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.extras import extra
from effocr.errors import RecipeError, unknown_name

if TYPE_CHECKING:
    from effocr.synth.recipe import SynthesisRecipe

app = typer.Typer(help="Make labelled lines and glyphs from fonts.", no_args_is_help=True, rich_markup_mode=None)

Out = Annotated[Path, typer.Argument(help="New folder for what is made.", show_default=False)]
Fonts = Annotated[list[Path] | None, typer.Option(help="Folder of font files; may be repeated.", show_default=False)]
Charset = Annotated[
    str | None,
    typer.Option(help="A named charset, or a file with its characters; several: a+b.", show_default="english"),
]
Words = Annotated[
    str | None, typer.Option(help="Word list or text: a file, or wordfreq:LANGUAGE.", show_default="wordfreq:en")
]
Recipe = Annotated[
    Path | None, typer.Option(help="Settings from a TOML file; options go before it.", show_default="no")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="NAME=VALUE of any setting; may be repeated. See: effocr synth settings", show_default="no"
    ),
]
Texts = Annotated[
    str | None,
    typer.Option(help="print, words, characters or corpus.", show_default="as --mix or --corpus ask for, else print"),
]
Mix = Annotated[list[str] | None, typer.Option(help="CHARSET=SHARE of characters; may be repeated.", show_default="no")]
Corpus = Annotated[Path | None, typer.Option(help="A text to cut stretches from.", show_default="no")]
Vertical = Annotated[float | None, typer.Option(help="Share of lines that run from top to bottom.", show_default="0")]
Wear = Annotated[str | None, typer.Option(help="clean, light, usual or heavy.", show_default="usual")]
Part = Annotated[
    list[str] | None,
    typer.Option(help="NAME=SHARE: NAME.json, the first with fonts of its own; may be repeated.", show_default="no"),
]
Count = Annotated[int, typer.Option(min=1, help="How many to make.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed makes the same.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="one a core")]


@app.command("lines")
def lines(
    out: Out,
    fonts: Fonts = None,
    charset: Charset = None,
    texts: Texts = None,
    words: Words = None,
    corpus: Corpus = None,
    mix: Mix = None,
    vertical: Vertical = None,
    degradation: Wear = None,
    part: Part = None,
    settings: Set = None,
    recipe: Recipe = None,
    count: Count = 1000,
    seed: Seed = 0,
    jobs: Jobs = None,
) -> None:
    """Make line images with boxes, as COCO.

    Every char and every word has a box. With --part there is a COCO file for each part, and all but the first are drawn
    with families of fonts that are held out of the first (setting held_out; 0 shares all).
    """
    with extra("synth"):
        from effocr.synth.export import write_lines, write_parts

    given = {"fonts": fonts, "charset": charset, "texts": texts, "words": words, "corpus": corpus, "vertical": vertical}
    shares = dict(_named_number("--mix", each) for each in mix or ())
    parts = dict(_named_number("--part", each) for each in part or ())
    wanted = _recipe(recipe, {**given, "degradation": degradation, "mix": shares or None}, settings)
    with console.progress("lines") as progress, extra("synth"):
        if parts:
            paths = write_parts(out, wanted, count, parts, seed, _jobs(jobs), progress)
        else:
            paths = [write_lines(out, wanted, count, seed, _jobs(jobs), progress)]
    console.result("\n".join(map(str, paths)))
    console.next_command(f"effocr data check {paths[0]}")


@app.command("glyphs")
def glyphs(
    out: Out,
    fonts: Fonts = None,
    charset: Charset = None,
    words: Words = None,
    settings: Set = None,
    recipe: Recipe = None,
    count: Count = 1000,
    seed: Seed = 0,
    jobs: Jobs = None,
) -> None:
    """Make glyph crops and a manifest of their texts."""
    with extra("synth"):
        from effocr.synth.export import write_glyphs

    wanted = _recipe(recipe, {"fonts": fonts, "charset": charset, "words": words}, settings)
    with console.progress("glyphs") as progress, extra("synth"):
        path = write_glyphs(out, wanted, count, seed, _jobs(jobs), progress)
    console.result(str(path))
    console.next_command("effocr train recognizer RECIPE.toml")


@app.command("settings")
def show_settings() -> None:
    """Print every setting of a recipe: its name, its default, what it is."""
    from effocr.synth.recipe import SynthesisRecipe

    for name, field in SynthesisRecipe.model_fields.items():
        default = "needed" if field.is_required() else repr(field.default)
        console.result(f"{name} ({default})" + (f": {field.description}" if field.description else ""))


def _recipe(path: Path | None, options: dict[str, Any], settings: list[str] | None) -> SynthesisRecipe:
    """The recipe in a file, changed by settings, changed by the options that were given."""
    from effocr.synth.recipe import SynthesisRecipe, synthesis_recipe

    changes = dict(_setting(each) for each in settings or ())
    for name in changes:
        if name not in SynthesisRecipe.model_fields:
            raise unknown_name("setting", name, SynthesisRecipe.model_fields)
    changes |= {name: value for name, value in options.items() if value is not None}
    if path is None and "fonts" not in changes:
        raise typer.BadParameter("name a folder of font files.", param_hint="--fonts")
    return synthesis_recipe(path, changes)


def _setting(given: str) -> tuple[str, Any]:
    """Name and value, which is as TOML has it, or else a text."""
    import tomllib

    name, mark, raw = given.partition("=")
    if not mark:
        raise RecipeError(f"--set {given!r} is not NAME=VALUE.", hint="For example: --set most_words=3")
    try:
        return name, tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return name, raw


def _named_number(option: str, given: str) -> tuple[str, float]:
    name, _, number = given.rpartition("=")
    try:
        return name, float(number)
    except ValueError as error:
        raise RecipeError(f"{option} {given!r} is not NAME=SHARE.", hint=f"For example: {option} kana=0.5") from error


def _jobs(jobs: int | None) -> int:
    import os

    return jobs or os.cpu_count() or 1
