"""`effocr bundle`: what a bundle is, whether it is whole, and a new one from parts of two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console

if TYPE_CHECKING:
    from effocr.bundle.card import Card

app = typer.Typer(
    help="Show, verify, join, calibrate and quantize bundles, and add words to them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NO_CLASS = -1

BundleName = Annotated[str, typer.Argument(metavar="BUNDLE", help="Name of a bundle, or path of a folder or zip.")]


@app.command("show")
def show(
    bundle: BundleName = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as it is.")] = False,
) -> None:
    """Print the card of a bundle.

    Charset, provenance of data and fonts, scores and the commands that measure them, limits.
    """
    from effocr.bundle.card import readme_of
    from effocr.bundle.files import open_bundle

    card = open_bundle(bundle).card
    console.result((card.to_json() if as_json else readme_of(card)).rstrip())


@app.command("verify")
def verify(bundle: BundleName = "en") -> None:
    """Check that a bundle is whole and can read.

    Format, digests, whether the nets run here, and whether the index belongs to the encoder.
    """
    from effocr.bundle import files
    from effocr.read.reader import Reader

    opened = files.open_bundle(bundle)
    files.verify(opened)
    Reader(opened, threads=1)
    console.result(f"{opened.path}: {_summary(opened.card)}: whole")


@app.command("join")
def join(
    localizer_from: Annotated[
        str, typer.Argument(help="Bundle that gives its localizer, or a localizer.onnx.", show_default=False)
    ],
    recognizer_from: Annotated[str, typer.Argument(help="Bundle that gives encoder, index, card.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle.", show_default=False)],
    localizer_kind: Annotated[
        str | None,
        typer.Option(
            help="Of an ONNX file: columns (effocr's own), yolov5, yolov8 (and later), mmdetection or detectron2.",
            show_default="as the JSON file beside it says, else as its answers show",
        ),
    ] = None,
    threshold: Annotated[float | None, typer.Option(help="Least score of a char.", min=0.001, max=0.999)] = None,
    word_threshold: Annotated[float | None, typer.Option(help="Least score of a word.", min=0, max=1)] = None,
    overlap: Annotated[
        float | None,
        typer.Option(help="Boxes with a larger intersection over union suppress each other.", min=0, max=1),
    ] = None,
    agnostic: Annotated[bool | None, typer.Option(help="Whether chars and words suppress each other.")] = None,
    most: Annotated[int | None, typer.Option(help="Boxes kept a line.", min=1)] = None,
    rows: Annotated[
        int | None, typer.Option(help="Of the net's input, where its file leaves them open.", min=32)
    ] = None,
    columns: Annotated[int | None, typer.Option(help="The same.", min=32)] = None,
    char_class: Annotated[int | None, typer.Option(help="Number of the class of chars.", min=0)] = None,
    word_class: Annotated[int | None, typer.Option(help="Number of the class of words; -1 for none.", min=-1)] = None,
    upright: Annotated[
        bool | None, typer.Option(help="Whether the net was trained on vertical lines as they stand.")
    ] = None,
) -> None:
    """Make a new bundle from parts of two.

    The localizer comes from one, or from an ONNX file of YOLO, MMDetection or Detectron2; the encoder, the index and
    the card from the other. The options change how the localizer is used.
    """
    from effocr.bundle import files
    from effocr.read.detectors.parts import given_localizer

    changes = {
        "threshold": threshold,
        "word_threshold": word_threshold,
        "overlap": overlap,
        "agnostic": agnostic,
        "most": most,
        "rows": rows,
        "columns": columns,
        "char_class": char_class,
        "word_class": word_class,
        "upright": upright,
    }
    given: dict[str, object] = {field: value for field, value in changes.items() if value is not None}
    if word_class == NO_CLASS:
        given["word_class"] = None
    joined = files.join(given_localizer(localizer_from, localizer_kind, given), recognizer_from, out)
    console.say(f"localizer: {joined.card.localizer.kind}")
    console.result(f"{joined.path}: {_summary(joined.card)}")
    console.next_command(f"effocr evaluate DIR --bundle {out}")


@app.command("calibrate")
def calibrate(
    bundle: BundleName,
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR", help="Folders with lines.jsonl, best several of different print."),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder of the calibrated bundle.", show_default="only measure")
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Only lines whose split is this, of sets that have it.", show_default="all")
    ] = None,
    pages: Annotated[str, typer.Option(help="Of the other sets: all, or part K/N of the pages, or !K/N.")] = "all",
) -> None:
    """Make scores into chances: of the glyphs given 0.9, nine in ten are right.

    Use lines that served in no training. Every set is also judged with a calibration fitted to the others alone.
    """
    from effocr.bundle import files
    from effocr.cli.terminal.calibrating import read_sets, table_of
    from effocr.evaluate.calibration.fitting import fitted
    from effocr.evaluate.calibration.trial import sample_of

    opened = files.open_bundle(bundle)
    sets = read_sets(opened, folders, split, pages)
    calibration = fitted([sample_of(lines) for lines in sets.values()])
    console.result(table_of(sets, calibration))
    if out is not None:
        console.say(f"wrote {files.with_calibration(opened, calibration, out).path}")
        console.next_command(f"effocr evaluate {folders[0]} --bundle {out} --report report")
    else:
        console.next_command(f"effocr bundle calibrate {bundle} {folders[0]} -o OUT")


@app.command("quantize")
def quantize(
    bundle: BundleName,
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE", help="Lines or pages of its print, or folders of them.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the new bundle.", show_default=False)],
) -> None:
    """Make a bundle read faster: its nets get weights of 8 bits.

    The images need no transcription; a hundred lines are plenty. The nets as they were trained stay in the bundle,
    for learning more and for other processors than the CPU.
    """
    from effocr.bundle.files import open_bundle
    from effocr.cli.terminal.extras import extra

    with extra("train"):
        from effocr.train.nets.quantize import quantize as quantizing
    with console.progress("images") as progress:
        made = quantizing(open_bundle(bundle), images, out, progress=progress)
    console.result(f"{made.path}: {_summary(made.card)}")
    console.next_command(f"effocr evaluate DIR --bundle {out}")


@app.command("add-words")
def add_words(
    bundle: BundleName,
    words: Annotated[
        Path, typer.Argument(help="Folder with words.json, its encoder and its index.", show_default=False)
    ],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle.", show_default=False)],
) -> None:
    """Make a new bundle that reads whole words first.

    What a training of words left in a folder is added to another bundle, whose glyphs read the words that are like no
    known one.
    """
    from effocr.bundle import files

    added = files.add_words(bundle, words, out)
    console.result(f"{added.path}: {_summary(added.card)}")
    console.next_command(f"effocr evaluate DIR --bundle {out}")


@app.command("add-line-finder")
def add_line_finder(
    bundle: BundleName,
    line_finder: Annotated[Path, typer.Argument(help="A line_finder.onnx.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle.", show_default=False)],
) -> None:
    """Make a new bundle that finds the lines of pages.

    The ONNX file comes from `effocr train line-finder`; all the rest, from another bundle.
    """
    from effocr.bundle import files
    from effocr.errors import BundleError
    from effocr.read.onnx import session

    if not line_finder.is_file():
        raise BundleError(f"{line_finder}: no such file.", hint="effocr train line-finder RECIPE.toml")
    session(line_finder)
    added = files.add_line_finder(bundle, line_finder, out)
    console.result(f"{added.path}: {_summary(added.card)}")
    console.next_command(f"effocr read page.png --bundle {out}")


def _summary(card: Card) -> str:
    words = f", {card.words.index.exemplars} exemplars of words" if card.words else ""
    finder = ", finds lines" if card.line_finder else ""
    quantized = ", quantized" if card.encoder.quantized else ""
    return f"{card.title}, {len(card.charset)} texts, {card.index.exemplars} exemplars{words}{finder}{quantized}"
