"""Where results go, and in which formats."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from effocr.errors import unknown_name

DEFAULT_FORMAT = "txt"

FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        help="txt, md, json, jsonl, tsv, hocr, alto, page, pdf, coco. Several: with commas between.",
        show_default="as -o is called, else txt",
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", help="A file; or a folder/ for a file a document: the same command goes on after a kill."
    ),
]


@dataclass(frozen=True)
class Destination:
    """Where results go: into `folder`, a file a document and format; or all into `file`, or else to stdout."""

    formats: tuple[str, ...]
    file: Path | None = None
    folder: Path | None = None


def destination(formats: Sequence[str] | None, output: str | None) -> Destination:
    """What `--format` (several times, or with commas between) and `-o` mean together.

    A name that ends with a slash or has no suffix is a folder, as is one that exists. Where no format is asked for, the
    name of the file tells it.
    """
    from effocr.formats.table import FORMATS

    wanted = tuple(dict.fromkeys(name.strip() for some in formats or () for name in some.split(",") if name.strip()))
    for name in wanted:
        if name not in FORMATS:
            raise unknown_name("format", name, FORMATS)
    if output is not None and _is_folder(output):
        return Destination(wanted or (DEFAULT_FORMAT,), folder=Path(output))
    if len(wanted) > 1:
        raise typer.BadParameter(f"{len(wanted)} formats need a folder to go to: -o FOLDER/")
    file = None if output is None else Path(output)
    return Destination(wanted or (_format_of(file),), file=file)


def _is_folder(output: str) -> bool:
    path = Path(output)
    ends_so = output.endswith(("/", os.sep))
    return path.is_dir() or ends_so or (not path.suffix and not path.exists())


def _format_of(file: Path | None) -> str:
    """The format with the longest suffix that a file's name has; text where it has none."""
    from effocr.formats.table import FORMATS

    name = "" if file is None else file.name.lower()
    fitting = [format for format in FORMATS if name.endswith(FORMATS[format].suffix)]
    return max(fitting, key=lambda format: len(FORMATS[format].suffix), default=DEFAULT_FORMAT)
