"""`effocr data`: labelled lines drafted, checked, split, thinned, combined, converted and aligned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.draft import draft
from effocr.cli.format import format_crops, show_coverage
from effocr.cli.terminal import console
from effocr.cli.terminal.reading import ThreadsOption
from effocr.errors import DataError, EffocrError, unknown_name
from effocr.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effocr.data.coco import CocoSet
    from effocr.data.lines import TextLine
    from effocr.read.reader import Reader

app = typer.Typer(
    help="Draft, check, split, combine, convert and align labelled lines.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Coco = Annotated[Path, typer.Argument(help="A COCO file, or a folder with coco.json.", show_default=False)]
Images = Annotated[Path | None, typer.Option(help="Folder that file names start at.", show_default="beside the file")]
MOST_PROBLEMS_SHOWN = 50
FAULTS = ("stop", "skip")


@app.command("check")
def check(coco: Coco, images: Images = None) -> None:
    """Print what is wrong with a set.

    One row a problem, and exit code 4 where there is one.
    """
    from effocr.data.check import problems

    checked = _set(coco, images)
    found = problems(checked)
    for problem in found[:MOST_PROBLEMS_SHOWN]:
        console.result(f"{problem} ({problem.hint})" if problem.hint else str(problem))
    if len(found) > MOST_PROBLEMS_SHOWN:
        console.say(f"and {len(found) - MOST_PROBLEMS_SHOWN} more")
    if found:
        raise DataError(f"{coco}: {len(found)} problems.", hint="Mend them, then: effocr data check " + str(coco))
    console.result(f"{coco}: {len(checked.images)} images, {len(checked.annotations)} boxes: no problems")


@app.command("split")
def split(
    coco: Coco,
    out: Annotated[Path, typer.Argument(help="Folder for one NAME.json a part.", show_default=False)],
    part: Annotated[
        list[str] | None,
        typer.Option(help="NAME=SHARE; may be repeated.", show_default="train=0.8 dev=0.1 test=0.1"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed splits the same.")] = 0,
    images: Images = None,
) -> None:
    """Split a set into parts, page by page.

    A page is never cut in two, so that no part knows the print of another.
    """
    from effocr.data import split as splitting

    parts = splitting.split(_set(coco, images), _shares(part or ["train=0.8", "dev=0.1", "test=0.1"]), seed)
    for path, one in zip(splitting.write_parts(parts, out), parts.values(), strict=True):
        console.result(f"{path}: {len(one.images)} lines")


@app.command("subset")
def subset(
    coco: Coco,
    out: Annotated[Path, typer.Argument(help="The new COCO file.", show_default=False)],
    count: Annotated[int, typer.Option(min=1, help="How many lines to keep.", show_default=False)],
    seed: Annotated[int | None, typer.Option(help="Draw them.", show_default="an even stride")] = None,
    images: Images = None,
) -> None:
    """Keep some of the lines of a set.

    The images stay where they are.
    """
    from effocr.data import subset as thinning
    from effocr.data.coco import write_set

    kept = thinning.subset(_set(coco, images), count, seed)
    console.result(f"{write_set(kept, out)}: {len(kept.images)} lines")


@app.command("combine")
def combine(
    cocos: Annotated[list[Path], typer.Argument(help="COCO files, or folders with coco.json.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="New folder.", show_default=False)],
    placement: Annotated[str, typer.Option(help="What becomes of the images: copy or link.")] = "copy",
    images: Annotated[
        list[Path] | None,
        typer.Option(help="Folder that file names start at: once a COCO file.", show_default="beside the file"),
    ] = None,
) -> None:
    """Make one set of several.

    Images are copied (or linked), ids are numbered anew.
    """
    from effocr.data import combine as combining

    if images and len(images) != len(cocos):
        raise typer.BadParameter(f"{len(images)} folders for {len(cocos)} COCO files.", param_hint="--images")
    sets = [_set(coco, images[at] if images else None) for at, coco in enumerate(cocos)]
    path = combining.combine(sets, out, placement)
    console.result(str(path))
    console.next_command(f"effocr data check {path}")


@app.command("convert")
def convert(
    source: Annotated[
        Path,
        typer.Argument(
            help="A folder with lines.jsonl; COCO; PAGE XML, ALTO or box files, or their folder.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The COCO file, or the folder of lines.jsonl.", show_default="beside"),
    ] = None,
    level: Annotated[str, typer.Option(help="Of COCO: line, or crops of each word or glyph.")] = "line",
    images: Annotated[
        Path | None, typer.Option(help="Folder of the page images.", show_default="beside their files")
    ] = None,
    faults: Annotated[
        str, typer.Option(help="Of PAGE XML, ALTO, box files: stop at the first fault, or skip.")
    ] = "stop",
) -> None:
    """Make COCO of lines.jsonl, or the other way, or both of PAGE XML, ALTO and Tesseract's box files.

    The rows of lines.jsonl need boxes to become COCO. Of foreign files the lines are cut out into a new folder: all go
    to lines.jsonl, those with a box for every glyph to coco.json.
    """
    from effocr.data.coco import COCO_FILE
    from effocr.data.convert import coco_to_lines, lines_to_coco
    from effocr.data.foreign.conversion import SUFFIXES, marked_files
    from effocr.data.lines import LINES_FILE

    known = source.is_dir() and any((source / name).is_file() for name in (COCO_FILE, LINES_FILE))
    if source.suffix.lower() in SUFFIXES or (source.is_dir() and not known and marked_files(source)):
        _convert_foreign(source, out, images, faults)
        return
    if source.is_dir() and not (source / COCO_FILE).is_file() and (source / LINES_FILE).is_file():
        path = lines_to_coco(source, out)
        console.result(str(path))
        console.next_command(f"effocr data check {path}")
        return
    path = coco_to_lines(_set(source, images), out or (source if source.is_dir() else source.parent), level)
    console.result(str(path))
    console.next_command(f"effocr evaluate {path.parent}")


def _convert_foreign(source: Path, out: Path | None, images: Path | None, faults: str) -> None:
    from effocr.data.foreign.conversion import foreign_to_lines

    if faults not in FAULTS:
        raise unknown_name("way with faults", faults, FAULTS)
    if out is None:
        raise typer.BadParameter("name a new folder for the lines.", param_hint="--out")
    left_out: list[EffocrError] = []
    on_error = left_out.append if faults == "skip" else None
    with console.progress("files") as progress:
        done = foreign_to_lines(source, out, images, on_error=on_error, progress=progress)
    for error in left_out:
        console.say(f"left out: {error.message}")
    if done.without_text:
        console.say(f"{done.without_text} lines without a text were left out")
    console.result(f"{out}: {done.lines} lines, {done.boxed} of them with a box for every glyph")
    console.next_command(f"effocr data check {out}" if done.boxed else f"effocr data align {out} -o {out}/coco.json")


@app.command("align")
def align(
    folder: Annotated[Path, typer.Argument(help="A folder with lines.jsonl.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="The COCO file (.json or .json.gz).", show_default=False)],
    bundle: Annotated[
        str | None, typer.Option(help="What reads the lines: name or path of a bundle.", show_default="en")
    ] = None,
    texts: Annotated[str, typer.Option(help="exact, or noisy: keep only what is read as it is written.")] = "exact",
    words: Annotated[
        str | None,
        typer.Option(
            help="A file, or wordfreq:LANGUAGE: where a noisy text has a usual word and the reading none, "
            "the text is believed.",
            show_default="none",
        ),
    ] = None,
    keep_doubted: Annotated[
        bool, typer.Option("--keep-doubted", help="Keep lines whose transcription seems wrong.")
    ] = False,
    split: Annotated[str | None, typer.Option(help="Only lines of this split.", show_default="all")] = None,
    pages: Annotated[str, typer.Option(help="all, or part K/N of the pages, or all but it: !K/N.")] = "all",
    threads: ThreadsOption = None,
) -> None:
    """Give boxes to lines that only have a text.

    The characters of an exact text go through the boxes that the bundle finds, by the best path; every one has a score
    then, and lines whose text fits badly are named and left out. Of noisy texts only those glyphs get a box on which
    reading and text agree. What comes out is training material, or a draft to correct; file names in it start at
    FOLDER.
    """
    from effocr.data.lines import read_lines
    from effocr.data.split import part_of
    from effocr.evaluate.labelling import TRUST
    from effocr.read.reader import Reader

    if texts not in TRUST:
        raise unknown_name("kind of texts", texts, TRUST)
    if words and texts != "noisy":
        raise typer.BadParameter("exact texts are believed without.", param_hint="--words")
    lines = part_of(read_lines(folder, split), pages)
    reader = Reader(bundle or settings().bundle, threads=threads or settings().threads, lines="none")
    if texts == "noisy":
        glyphs, kept = _write_agreeing(lines, reader, folder, out, words)
    else:
        glyphs, kept = _write_paths(lines, reader, folder, out, keep_doubted)
    console.result(f"{out}: {glyphs} glyphs on {kept} of {len(lines)} lines")
    console.next_command(f"effocr data check {out} --images {folder}")


def _write_paths(
    lines: Sequence[TextLine], reader: Reader, folder: Path, out: Path, keep_doubted: bool
) -> tuple[int, int]:
    """COCO of every character's best place; how many glyphs, and on how many lines."""
    from effocr.data.coco import write_coco
    from effocr.evaluate.adapting.doubts import aligned_with_doubts
    from effocr.evaluate.forced.coco import coco_of_aligned

    with console.progress("lines") as progress:
        aligned, doubts = aligned_with_doubts(
            reader,
            lines,
            on_error=lambda line, error: console.say(f"left out: {error.message}"),
            progress=lambda done: progress(done, len(lines)),
        )
    bad = {doubt.line.image for doubt in doubts}
    for doubt in doubts:
        better = f"; its image fits the text of {doubt.better}" if doubt.better else ""
        console.say(f"fits its text badly ({doubt.score:.2f}): {doubt.line.image}{better}")
    kept = [line for line in aligned if line.glyphs and (keep_doubted or line.seen.line.image not in bad)]
    write_coco(coco_of_aligned(kept, folder), out)
    return sum(len(line.glyphs) for line in kept), len(kept)


def _write_agreeing(
    lines: Sequence[TextLine], reader: Reader, folder: Path, out: Path, words: str | None
) -> tuple[int, int]:
    """COCO of what is read as it is written, or makes a word; how many glyphs, and on how many lines."""
    from effocr.data.coco import to_coco, write_coco
    from effocr.evaluate.labelling import label_lines
    from effocr.read.english.lexicon import read_lexicon

    lexicon = read_lexicon(words) if words else None
    with console.progress("lines") as progress:
        found = label_lines(lines, reader, "noisy", lexicon=lexicon, progress=lambda done: progress(done, len(lines)))
        labelled = list(found)
    named = [(line.image.relative_to(folder).as_posix(), each) for line, each in labelled]
    write_coco(to_coco(named), out)
    return sum(len(each.texts) for _, each in named), len(named)


app.command("draft")(draft)
app.command("format")(format_crops)
app.command("coverage")(show_coverage)


def _set(coco: Path, images: Path | None) -> CocoSet:
    from effocr.data.coco import read_coco

    return read_coco(coco, images)


def _shares(parts: list[str]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for part in parts:
        name, _, share = part.partition("=")
        try:
            shares[name] = float(share)
        except ValueError as error:
            raise DataError(f"--part {part!r} is not NAME=SHARE.", hint="For example: --part train=0.9") from error
    return shares
