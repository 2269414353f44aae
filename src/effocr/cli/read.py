"""`effocr read`: images in, text out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.repairs import LexiconOption, RepairOption, chosen_repairs
from effocr.errors import EffocrError, ImageError, PartialError, unknown_name
from effocr.settings import settings

if TYPE_CHECKING:
    from effocr.page.result import Page
    from effocr.read.reader import Reader

FEWEST_FOR_PROGRESS = 64


def read(
    paths: Annotated[list[Path], typer.Argument(help="Images, or folders of images.", show_default=False)],
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle.", show_default="en")] = None,
    format: Annotated[str, typer.Option(help="txt, json, jsonl, tsv or coco.")] = "txt",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write here, not to stdout.")] = None,
    into: Annotated[
        Path | None, typer.Option(help="Folder for one file an image; the same command goes on after a kill.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads.", show_default="one a core")] = None,
    vertical: Annotated[
        bool | None,
        typer.Option("--vertical/--horizontal", help="How lines run.", show_default="as the bundle says"),
    ] = None,
    lines: Annotated[str, typer.Option(help="How lines are found: auto, none or projection.")] = "auto",
    provider: Annotated[
        list[str] | None,
        typer.Option(help="What computes: cpu, cuda, ...; several are tried in turn.", show_default="cpu"),
    ] = None,
    without: Annotated[str, typer.Option(help="Characters that are never read.", show_default="none")] = "",
    search: Annotated[
        str, typer.Option(help="Among exemplars: exact, or cells (faiss; pays from 50,000 on).")
    ] = "exact",
    repair: RepairOption = None,
    lexicon: LexiconOption = None,
) -> None:
    """Print the text of images.

    An image holds one line or many; a folder stands for its images in the order of their names. One image prints its
    text; several print "name: text", one row a line. An image that cannot be read is reported on
    stderr and the others are read all the same (exit code 8).
    """
    from effocr.formats.table import FORMATS
    from effocr.image.folders import image_paths
    from effocr.read.reader import Reader

    if format not in FORMATS:
        raise unknown_name("format", format, FORMATS)
    if into is not None and output is not None:
        raise typer.BadParameter("give one of --into and --output, not both.")
    images = image_paths(paths)
    chosen_threads, providers = threads or settings().threads, provider or ["cpu"]
    reader = Reader(
        bundle or settings().bundle,
        threads=chosen_threads,
        lines=lines,
        providers=providers,
        repairs=chosen_repairs(repair, lexicon),
        without=without,
        search=search,
    )
    if into is not None:
        _read_into(reader, images, into, format, vertical)
        return
    failures: dict[str, EffocrError] = {}
    with _progress(len(images), output) as progress:
        pages = _pages(reader, images, vertical, failures, progress)
        _deliver(_written(pages, format, named=len(images) > 1), output)
    if failures:
        _report(failures, len(images))


def _read_into(reader: Reader, images: list[Path], into: Path, format: str, vertical: bool | None) -> None:
    from effocr.batch.run import read_into

    root = Path(os.path.commonpath([path.absolute().parent for path in images]))
    with console.progress("images") as progress:
        summary = read_into(images, root, into, reader, format=format, vertical=vertical, progress=progress)
    console.say(f"{into}: {summary.read} read, {summary.skipped} read before, {len(summary.failed)} failed")
    if summary.failed:
        for _, error in summary.failed:
            console.say(f"error: {error}")
        raise PartialError(f"{len(summary.failed)} of {len(images)} images could not be read; the others were.")


def _progress(count: int, output: Path | None) -> AbstractContextManager[console.Progress]:
    """A progress bar for many images, unless it would stand between the results on a terminal."""
    beside_results = output is None and sys.stdout.isatty()
    if count < FEWEST_FOR_PROGRESS or beside_results:
        return nullcontext(console.no_progress)
    return console.progress("images")


def _pages(
    reader: Reader,
    images: Sequence[Path],
    vertical: bool | None,
    failures: dict[str, EffocrError],
    progress: console.Progress,
) -> Iterator[Page]:
    """The pages that could be read; why the others could not is noted in `failures`."""
    pages = reader.iterate(images, vertical=vertical, on_error=failures.__setitem__)
    for done, (image, page) in enumerate(zip(images, pages, strict=True), 1):
        progress(done, len(images))
        for number, line in enumerate(page.lines, 1):
            if line.error:
                console.say(f"{page.source}: line {number} was not read: {line.error}")
        if str(image) not in failures:
            yield page


def _written(pages: Iterator[Page], format: str, *, named: bool) -> Iterator[str]:
    """What is printed, piece by piece as pages are read where the format allows it."""
    from effocr.formats.table import FORMATS

    if format == "txt" and named:
        return (f"{page.source}: {line.text}\n" for page in pages for line in page.lines)
    if format == "jsonl":
        return (FORMATS[format]([page]) for page in pages)
    return iter([FORMATS[format](list(pages))])


def _deliver(pieces: Iterator[str], output: Path | None) -> None:
    if output is not None:
        console.write("".join(pieces), output)
        return
    for piece in pieces:
        console.show(piece)


def _report(failures: dict[str, EffocrError], count: int) -> None:
    """Says what was not read; raises the error itself where there was nothing else."""
    if count == 1:
        raise next(iter(failures.values()))
    for error in failures.values():
        console.report_error(error)
    if len(failures) == count:
        raise ImageError(f"none of the {count} images could be read.")
    raise PartialError(f"{len(failures)} of {count} images could not be read; the others were.")
