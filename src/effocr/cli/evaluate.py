"""`effocr evaluate`: how well and how fast bundles read labelled lines."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.reading import ProviderOption, ThreadsOption
from effocr.cli.terminal.repairs import LexiconOption, RepairOption, chosen_repairs
from effocr.settings import settings

if TYPE_CHECKING:
    from effocr.data.lines import TextLine
    from effocr.evaluate.run import Evaluation
    from effocr.read.reader import Reader

DIGITS = 5
Figures = dict[str, float | int | str]


Split = Annotated[str | None, typer.Option(help="Only lines whose split is this.", show_default="all")]
Limit = Annotated[int | None, typer.Option(min=1, help="So many lines, at an even stride.", show_default="all")]
Dump = Annotated[Path | None, typer.Option(help="Write image, text, predicted: one JSON a line.", show_default="no")]
Predictions = Annotated[
    Path | None, typer.Option(help="Write all that was read, with boxes and scores, as JSON.", show_default="no")
]
Coco = Annotated[Path | None, typer.Option(help="Write what was read as COCO.", show_default="no")]
Report = Annotated[Path | None, typer.Option(help="Write an HTML report into this folder.", show_default="no")]


def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder with lines.jsonl and its images.", show_default=False)
    ],
    bundle: Annotated[
        list[str] | None,
        typer.Option(help="Name or path of a bundle; several are set side by side.", show_default="en"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: one object, of several bundles a list.")] = False,
    split: Split = None,
    pages: Annotated[str, typer.Option(help="all, or part K/N of the pages, or all but it: !K/N.")] = "all",
    limit: Limit = None,
    threads: ThreadsOption = None,
    provider: ProviderOption = None,
    repair: RepairOption = None,
    lexicon: LexiconOption = None,
    originals: Annotated[
        bool, typer.Option("--originals", help="Also the rates as the original EffOCR scripts define them.")
    ] = False,
    dump: Dump = None,
    predictions: Predictions = None,
    coco: Coco = None,
    report: Report = None,
) -> None:
    """Read labelled lines and count the errors.

    Rates are fractions. The seconds count decoding the images and exclude loading the bundle.
    """
    from effocr.read.reader import Reader

    names = bundle or [settings().bundle]
    files = {"--dump": dump, "--predictions": predictions, "--coco": coco, "--report": report}
    _only_for_one(names, files)
    lines = _lines(folder, split, pages, limit)
    threads, providers, repairs = threads or settings().threads, provider or ["cpu"], chosen_repairs(repair, lexicon)
    readers = [Reader(name, threads=threads, lines="none", providers=providers, repairs=repairs) for name in names]
    evaluations = [_evaluation(lines, reader, name) for reader, name in zip(readers, names, strict=True)]
    columns = [_figures(each, repair or [], originals=originals) for each in evaluations]
    _show(columns, as_json=as_json)
    _write(evaluations[0], files)
    if report is None:
        chosen: list[tuple[str, object]] = [
            ("bundle", bundle and names[0]),
            ("split", split),
            ("pages", pages if pages != "all" else None),
        ]
        chosen += [("limit", limit), *(("repair", name) for name in repair or ()), ("lexicon", lexicon)]
        options = [f"--{name} {shlex.quote(str(value))}" for name, value in chosen if value is not None]
        console.next_command(" ".join(["effocr evaluate", shlex.quote(str(folder)), *options, "--report report"]))


def _lines(folder: Path, split: str | None, pages: str, limit: int | None) -> list[TextLine]:
    from effocr.data.lines import evenly, read_lines
    from effocr.data.split import part_of

    lines = part_of(read_lines(folder, split), pages)
    return lines if limit is None else [lines[row] for row in evenly(len(lines), limit)]


def _only_for_one(names: Sequence[str], files: dict[str, Path | None]) -> None:
    wanted = [option for option, path in files.items() if path is not None]
    if wanted and len(names) > 1:
        raise typer.BadParameter(f"{wanted[0]} writes what one bundle read; {len(names)} are given.")


def _evaluation(lines: Sequence[TextLine], reader: Reader, name: str) -> Evaluation:
    from effocr.evaluate.run import evaluate as evaluated

    with console.progress(f"lines ({name})") as progress:
        evaluation = evaluated(lines, reader, progress=progress)
    for row in evaluation.failed:
        console.say(f"counts as read as nothing: {row.error}")
    return evaluation


def _figures(evaluation: Evaluation, repairs: Sequence[str], *, originals: bool) -> Figures:
    """Everything that is measured, in the order in which it is printed; the repairs where there were any."""
    from dataclasses import asdict

    from effocr.evaluate.originals import score_as_originals

    speed = {
        "seconds": evaluation.seconds,
        "lines_per_second": evaluation.lines_per_second,
        "threads": evaluation.threads,
    }
    made = {"repairs": " ".join(repairs)} if repairs else {}
    figures: Figures = {"bundle": evaluation.bundle, **made, **asdict(evaluation.scores), **speed}
    if originals:
        theirs = asdict(score_as_originals((row.text, row.predicted) for row in evaluation.rows))
        figures |= {f"original_{name}": value for name, value in theirs.items()}
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in figures.items()}


def _show(columns: Sequence[Figures], *, as_json: bool) -> None:
    """The figures of each bundle: JSON, or a table with a column a bundle."""
    if as_json:
        console.result(json.dumps(columns[0] if len(columns) == 1 else columns))
        return
    widths = [max(len(str(value)) for value in column.values()) for column in columns]
    width = max(map(len, columns[0]))
    for name in columns[0]:
        cells = [str(column[name]).ljust(space) for column, space in zip(columns, widths, strict=True)]
        console.result("  ".join([name.ljust(width), *cells]).rstrip())


def _write(evaluation: Evaluation, files: dict[str, Path | None]) -> None:
    from effocr.evaluate.report import write_report
    from effocr.evaluate.results import write_predictions, write_results_coco, write_texts

    writers = {
        "--dump": write_texts,
        "--predictions": write_predictions,
        "--coco": write_results_coco,
        "--report": write_report,
    }
    for option, path in files.items():
        if path is not None:
            console.say(f"wrote {writers[option](evaluation, path)}")
