"""Where results go, and in which formats."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated

import typer

from effocr.errors import OutputError, UnknownNameError, unknown_name

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
    name of the file tells it. Raises `UnknownNameError`.
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


def refuse_reading_again(paths: Sequence[Path], to: Destination) -> None:
    """Raises OutputError where a file to be written would be found among those to be read the next time."""
    from effocr.formats.table import FORMATS
    from effocr.image.folders import READABLE_SUFFIXES

    endings = [FORMATS[format].suffix for format in to.formats if FORMATS[format].suffix in READABLE_SUFFIXES]
    folder = to.folder if to.file is None else to.file.parent
    if not endings or folder is None:
        return
    made = [to.file] if to.file is not None else [folder / f"name{ending}" for ending in endings]
    for path in paths:
        same = path.is_dir() and os.path.realpath(path) == os.path.realpath(folder)
        if same or any(_matches(file, path) for file in made):
            what = " and ".join(endings)
            raise OutputError(
                f"{path} is read, and {what} files written there would be read the next time.", hint="Choose another -o"
            )


def _matches(file: Path, pattern: Path) -> bool:
    return glob.has_magic(str(pattern)) and fnmatch(os.path.abspath(file), os.path.abspath(pattern))


def _is_folder(output: str) -> bool:
    path = Path(output)
    ends_so = output.endswith(("/", os.sep))
    return path.is_dir() or ends_so or (not path.suffix and not path.exists())


def _format_of(file: Path | None) -> str:
    """The format with the longest suffix that a file's name has; text where it has no suffix at all."""
    from effocr.formats.table import FORMATS

    if file is None or not file.suffix:
        return DEFAULT_FORMAT
    suffixes = {FORMATS[format].suffix: format for format in FORMATS}
    fitting = [suffix for suffix in suffixes if file.name.lower().endswith(suffix)]
    if not fitting:
        known = ", ".join(sorted(suffixes))
        raise UnknownNameError(
            f"the name of {file} tells no format; these endings do: {known}.", hint="Name one: --format NAME"
        )
    return suffixes[max(fitting, key=len)]
