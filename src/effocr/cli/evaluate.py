"""`effocr evaluate`: how well and how fast a bundle reads labelled lines."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.settings import settings

if TYPE_CHECKING:
    from effocr.evaluate.run import Evaluation

DIGITS = 5


def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder with lines.jsonl and its images.", show_default=False)
    ],
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle.", show_default="en")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    split: Annotated[str | None, typer.Option(help="Only lines whose split is this.", show_default="all")] = None,
    pages: Annotated[str, typer.Option(help="all, or part K/N of the pages, or all but it: !K/N.")] = "all",
    limit: Annotated[
        int | None, typer.Option(min=1, help="So many lines, at an even stride.", show_default="all")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads.", show_default="one a core")] = None,
    dump: Annotated[
        Path | None, typer.Option(help="Write image, text, predicted: one JSON a line.", show_default="no")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write an HTML report into this folder.", show_default="no")
    ] = None,
) -> None:
    """Read labelled lines and count the errors.

    Rates are fractions. The seconds count decoding the images and exclude loading the bundle.
    """
    from effocr.data.lines import evenly, read_lines
    from effocr.data.split import part_of
    from effocr.evaluate.run import evaluate as evaluated
    from effocr.read.reader import Reader

    lines = part_of(read_lines(folder, split), pages)
    lines = lines if limit is None else [lines[row] for row in evenly(len(lines), limit)]
    reader = Reader(bundle or settings().bundle, threads=threads or settings().threads, lines="none")
    with console.progress("lines") as progress:
        evaluation = evaluated(lines, reader, progress=progress)
    for row in evaluation.failed:
        console.say(f"counts as read as nothing: {row.error}")
    figures = _figures(evaluation)
    console.result(
        json.dumps(figures) if as_json else "\n".join(f"{name:16} {value}" for name, value in figures.items())
    )
    if dump is not None:
        _dump(evaluation, dump)
    if report is not None:
        from effocr.evaluate.report import write_report

        console.say(f"wrote {write_report(evaluation, report)}")
    else:
        chosen = {"bundle": bundle, "split": split, "pages": None if pages == "all" else pages, "limit": limit}
        options = [f"--{name} {shlex.quote(str(value))}" for name, value in chosen.items() if value is not None]
        console.next_command(" ".join(["effocr evaluate", shlex.quote(str(folder)), *options, "--report report"]))


def _figures(evaluation: Evaluation) -> dict[str, float | int | str]:
    """Everything that is measured, in the order in which it is printed."""
    from dataclasses import asdict

    speed = {
        "seconds": evaluation.seconds,
        "lines_per_second": evaluation.lines_per_second,
        "threads": evaluation.threads,
    }
    figures = {"bundle": evaluation.bundle, **asdict(evaluation.scores), **speed}
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in figures.items()}


def _dump(evaluation: Evaluation, path: Path) -> None:
    from effocr.data.writing import write_jsonl

    rows = [{"image": str(row.image), "text": row.text, "predicted": row.predicted} for row in evaluation.rows]
    console.say(f"wrote {write_jsonl(path, rows)}")
