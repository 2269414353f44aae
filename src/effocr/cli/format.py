"""`effocr data format` and `effocr data coverage`: crops with known texts from lines and fonts, and what they cover."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.extras import extra
from effocr.errors import DataError, RecipeError

if TYPE_CHECKING:
    from effocr.data.glyphs.cutting import Cutting
    from effocr.data.glyphs.files import GlyphCrop
    from effocr.synth.renders import RenderRecipe

Out = Annotated[Path, typer.Argument(help="New folder for the crops and manifest.jsonl.", show_default=False)]
Coco = Annotated[list[Path] | None, typer.Option(help="COCO of labelled lines; may be repeated.", show_default="none")]
Images = Annotated[Path | None, typer.Option(help="Folder that file names start at.", show_default="beside the COCO")]
Level = Annotated[str, typer.Option(help="What to cut out: glyph or word.")]
Clip = Annotated[str, typer.Option(help="Across the line: all of the line, of the word, or the own box.")]
Punctuation = Annotated[str, typer.Option(help="At the ends of words: apart (cut off) or kept.")]
Folder = Annotated[
    list[Path] | None,
    typer.Option("--imagefolder", help="A data set of EffOCR's recognizer; may be repeated.", show_default="none"),
]
Fonts = Annotated[list[Path] | None, typer.Option(help="Folder of fonts; may be repeated.", show_default="none")]
Exclude = Annotated[
    list[str] | None,
    typer.Option(help="Part of the names of fonts to leave out; may be repeated.", show_default="none"),
]
Charset = Annotated[
    list[str] | None,
    typer.Option(
        help="Texts to draw: a name, or a file; may be repeated.", show_default="what --coco holds, or english"
    ),
]
Words = Annotated[
    list[str] | None,
    typer.Option(help="Words to draw: a file, or wordfreq:LANGUAGE; may be repeated.", show_default="none"),
]
MostWords = Annotated[int, typer.Option(min=1, help="Only so many words of each list, from the first.")]
Case = Annotated[
    list[str] | None,
    typer.Option(help="Form of the words: lower, upper, title, kept; may be repeated.", show_default="the first three"),
]
Size = Annotated[int, typer.Option(help="Pixels an em; words vary around it.")]
Padding = Annotated[float, typer.Option(help="White around a drawing, as a part of the size.")]
Placement = Annotated[
    str, typer.Option(help="line, column, centred, tight, or auto: centred for CJK, line for all else.")
]
Shape = Annotated[str, typer.Option(help="Of drawings: free or square.")]
Most = Annotated[int | None, typer.Option(min=1, help="Fonts that draw one text.", show_default="all")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed makes the same.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="one a core")]
Picture = Annotated[Path | None, typer.Option(help="PNG of what fonts and crops cover.", show_default="none")]
REPORTED = 5


def format_crops(
    out: Out,
    coco: Coco = None,
    images: Images = None,
    level: Level = "glyph",
    clip: Clip = "line",
    punctuation: Punctuation = "apart",
    imagefolder: Folder = None,
    fonts: Fonts = None,
    exclude: Exclude = None,
    charset: Charset = None,
    words: Words = None,
    most_words: MostWords = 10_000,
    case: Case = None,
    size: Size = 64,
    padding: Padding = 0.05,
    placement: Placement = "auto",
    shape: Shape = "free",
    most: Most = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    coverage: Picture = None,
) -> None:
    """Make crops with known texts: cut from labelled lines, drawn with fonts, or both.

    The folder is what `effocr train recognizer` reads where a recipe says kind = "crops".
    """
    from effocr.data.glyphs.cutting import Cutting
    from effocr.data.glyphs.files import read_glyphs, write_glyphs
    from effocr.data.glyphs.tally import summary, tally

    if not (coco or imagefolder or fonts):
        raise DataError(
            "there is nothing to make crops of.", hint="Give --coco FILE, --imagefolder DIR or --fonts DIR."
        )
    cutting = Cutting(level, clip, punctuation)
    texts = _texts(charset, words, coco or imagefolder)
    settings = {"size": size, "padding": padding, "placement": placement, "shape": shape}
    recipe = _recipe(fonts, exclude, words, most_words, case, most, seed, settings) if fonts else None
    real = _real(coco or [], images, cutting, imagefolder or [])
    with console.progress("crops") as progress, extra("synth"):
        manifest = write_glyphs(_counted(_with_renders(real, recipe, texts, _jobs(jobs)), progress), out)
    counts = tally(read_glyphs(out))
    console.result(f"{manifest}: {summary(counts)}")
    if coverage:
        _picture(coverage, fonts, exclude, texts or [count.text for count in counts], out, _jobs(jobs))
    console.next_command('effocr train recognizer RECIPE.toml (with kind = "crops")')


def show_coverage(
    out: Annotated[Path, typer.Argument(help="The PNG.", show_default=False)],
    folder: Annotated[
        Path | None, typer.Option("--crops", help="A folder with manifest.jsonl.", show_default="none")
    ] = None,
    fonts: Fonts = None,
    exclude: Exclude = None,
    charset: Charset = None,
    jobs: Jobs = None,
) -> None:
    """Draw which fonts draw which texts of a charset, and how many crops of each text there are."""
    from effocr.data.glyphs.files import read_glyphs

    if not (folder or fonts):
        raise DataError("there is nothing to look at.", hint="Give --crops FOLDER, or --fonts DIR and --charset NAME.")
    texts = _texts(charset, None, [])
    if folder and not charset:
        texts = tuple(dict.fromkeys(glyph.text for glyph in read_glyphs(folder)))
    _picture(out, fonts, exclude, texts or (), folder, _jobs(jobs))


def _texts(charset: list[str] | None, words: list[str] | None, real: list[Path] | None) -> tuple[str, ...] | None:
    """The texts of glyphs to draw; None for those that the real crops have."""
    from effocr.page.charset import Charset
    from effocr.page.charset import charset as named

    if charset is None and words:
        return ()
    if charset is None and real:
        return None
    return Charset.of(text for name in charset or ["english"] for text in named(name)).texts


def _recipe(
    fonts: list[Path],
    exclude: list[str] | None,
    words: list[str] | None,
    most_words: int,
    case: list[str] | None,
    most: int | None,
    seed: int,
    drawing: dict[str, Any],
) -> RenderRecipe:
    """What to draw, but for the texts of glyphs. RecipeError naming the option whose value is out of bounds."""
    from pydantic import ValidationError

    with extra("synth"):
        from effocr.synth.renders import RenderRecipe
        from effocr.synth.text import read_words

    drawn: dict[str, Any] = {"fonts": fonts, "excluded": exclude or (), "most": most, "seed": seed, "drawing": drawing}
    drawn["words"] = tuple(word for name in words or () for word in read_words(name).words[:most_words])
    try:
        return RenderRecipe.model_validate(drawn | ({"cases": case} if case else {}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "case" if "cases" in first["loc"] else first["loc"][-1]
        raise RecipeError(
            f"--{place}: {first['msg']}, got {first['input']!r}.", hint="effocr data format -h"
        ) from error


def _real(cocos: list[Path], images: Path | None, cutting: Cutting, folders: list[Path]) -> Iterator[GlyphCrop]:
    """The crops of labelled lines and of folders. Lines that cannot be used are told; DataError where none can."""
    from effocr.data.coco import read_coco
    from effocr.data.glyphs.cutting import crops_of
    from effocr.data.glyphs.files import load
    from effocr.data.glyphs.imagefolder import read_imagefolder

    sets = [read_coco(coco, images) for coco in cocos]
    theirs = [glyph for folder in folders for glyph in read_imagefolder(folder)]
    faults: list[DataError] = []
    for each in sets:
        yield from crops_of(each, cutting, on_error=faults.append)
    yield from load(theirs)
    for fault in faults[:REPORTED]:
        console.say(f"left out: {fault.message}")
    if len(faults) > REPORTED:
        console.say(f"and {len(faults) - REPORTED} more lines")
    if faults and len(faults) == sum(len(each.images) for each in sets):
        raise DataError("no line can be used.", hint=f"effocr data check {cocos[0]}")


def _with_renders(
    real: Iterator[GlyphCrop], recipe: RenderRecipe | None, texts: tuple[str, ...] | None, jobs: int
) -> Iterator[GlyphCrop]:
    """The real crops and then the renders: of `texts`, or of those that the real ones have."""
    seen: dict[str, None] = {}
    for crop in real:
        seen[crop.text] = None
        yield crop
    if recipe is not None:
        from effocr.synth.renders import renders

        glyphs = tuple(sorted(seen)) if texts is None else texts
        yield from renders(recipe.model_copy(update={"texts": glyphs}), jobs)


def _counted(crops: Iterator[GlyphCrop], progress: console.Progress) -> Iterator[GlyphCrop]:
    for number, crop in enumerate(crops, 1):
        yield crop
        progress(number, 0)


def _picture(
    path: Path,
    fonts: list[Path] | None,
    exclude: list[str] | None,
    texts: tuple[str, ...] | list[str],
    folder: Path | None,
    jobs: int,
) -> None:
    """Write the picture of what fonts and a folder's crops cover of `texts`, and tell what no font draws."""
    from effocr.data.glyphs.files import read_glyphs
    from effocr.data.glyphs.tally import summary, tally, tally_picture
    from effocr.data.writing import write_bytes
    from effocr.image.draw import png
    from effocr.image.grid import stacked

    parts = []
    if fonts and texts:
        with extra("synth"):
            from effocr.synth.coverage import coverage, coverage_picture, undrawn
            from effocr.synth.fonts import named_fonts

        covered = coverage(named_fonts(fonts, exclude or ()), texts, jobs)
        missing = undrawn(covered)
        if missing:
            console.say(f"no font draws {len(missing)} of {len(texts)} texts: {' '.join(missing[:20])}")
        parts.append((f"{len(covered)} fonts, {len(texts)} texts", coverage_picture(covered)))
    if folder is not None:
        counts = tally(read_glyphs(folder), texts)
        parts.append((summary(counts) + " (real+rendered, rarest first)", tally_picture(counts)))
    console.say(f"wrote {write_bytes(path, png(stacked(parts)))}")


def _jobs(jobs: int | None) -> int:
    import os

    return jobs or os.cpu_count() or 1
