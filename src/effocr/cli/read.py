"""`effocr read`: images and documents in, text and files out."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.destination import (
    Destination,
    FormatOption,
    OutputOption,
    destination,
    refuse_reading_again,
)
from effocr.cli.terminal.reading import (
    LinesOption,
    OrientationOption,
    ProviderOption,
    SearchOption,
    TextLayerOption,
    ThreadsOption,
    VerticalOption,
    WithoutOption,
)
from effocr.cli.terminal.repairs import LexiconOption, RepairOption, checked_lexicon
from effocr.errors import DataError, EffocrError, ImageError, PartialError
from effocr.settings import settings

if TYPE_CHECKING:
    from effocr.batch.plan import Plan
    from effocr.batch.work import Outcome, PageSource
    from effocr.image.documents import Document
    from effocr.page.result import Page

FEWEST_FOR_PROGRESS = 16
STDIN = Path("-")


def read(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Images, PDFs, folders of them, patterns, or - for a list on stdin.",
            show_default=False,
        ),
    ],
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle.", show_default="en")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
    pages: Annotated[
        str | None, typer.Option(help="Pages of documents, such as 1-3,7,10-.", show_default="all")
    ] = None,
    text_layer: TextLayerOption = "auto",
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Processes.")] = 1,
    threads: ThreadsOption = None,
    vertical: VerticalOption = None,
    lines: LinesOption = "auto",
    orientation: OrientationOption = "auto",
    provider: ProviderOption = None,
    without: WithoutOption = "",
    search: SearchOption = "exact",
    repair: RepairOption = None,
    lexicon: LexiconOption = None,
    adapt_to_document: Annotated[
        bool,
        typer.Option("--adapt-to-document", help="Let glyphs read surely teach the rest; for pages of one document."),
    ] = False,
) -> None:
    """Read images and documents.

    One image prints its text; several print "name: text", one row a line. Pages that cannot be read are reported on
    stderr in the end, and the others are read all the same (exit code 8).
    """
    from effocr.batch.plan import Plan

    to = destination(format, output)
    repairs, lexicon = tuple(repair) if repair else None, checked_lexicon(repair, lexicon)
    how = bundle or settings().bundle, lines, tuple(provider or ["cpu"]), repairs, lexicon, without, search
    plan = Plan(*how, text_layer=text_layer, orientation=orientation, vertical=vertical)
    chosen = _documents(paths, pages)
    refuse_reading_again(paths, to)
    with _adapted(plan, chosen) if adapt_to_document else nullcontext(plan) as plan:
        _deliver(chosen, plan, to, jobs, threads or settings().threads or os.cpu_count() or 1)


@contextmanager
def _adapted(plan: Plan, documents: list[Document]) -> Iterator[Plan]:
    """The plan with a bundle that knows the documents' own glyphs, while it is there; the same where none help."""
    from effocr.read.document.adapting import document_exemplars
    from effocr.read.teaching import write_with_index

    reader = plan.reader()
    images = (source for document in documents for source in document.sources)
    exemplars = document_exemplars(reader, images, vertical=plan.vertical)
    if exemplars is None:
        console.say("too little is read surely, or it would not help: the documents do not teach their own type")
        yield plan
        return
    console.say(f"{len(exemplars)} exemplars from the documents themselves")
    index = reader.recognizer.index.merged(exemplars)
    with TemporaryDirectory(prefix="effocr-") as folder:
        yield replace(plan, bundle=str(write_with_index(reader.bundle, index, Path(folder) / "bundle").path))


def _documents(paths: Sequence[Path], pages: str | None) -> list[Document]:
    from effocr.image.documents import PageRange
    from effocr.image.folders import documents, paths_in_list

    try:
        chosen = None if pages is None else PageRange.of(pages)
    except DataError as error:
        raise typer.BadParameter(f"{error.message} {error.hint}") from None
    named: list[Path] = []
    for path in paths:
        named += paths_in_list(sys.stdin.buffer.read()) if path == STDIN else [path]
    return documents(named, chosen)


def _deliver(documents: list[Document], plan: Plan, to: Destination, jobs: int, threads: int) -> None:
    from effocr.formats.table import FORMATS

    count = sum(map(len, documents))
    if to.folder is None and count > 1 and FORMATS[to.formats[0]].page_by_page:
        raise typer.BadParameter(f"{to.formats[0]} holds one page in a file, these are {count}: -o FOLDER/")
    if to == Destination(("pdf",)) and sys.stdout.isatty():
        raise typer.BadParameter("pdf is nothing to look at on a terminal: -o FILE.pdf")
    shown = to.file is not None or to.folder is not None or not sys.stdout.isatty()
    with _progress(count, shown=shown) as progress:
        if to.folder is not None:
            failed = _into_folder(documents, plan, to, jobs, threads, progress)
        else:
            failed = _into_one(documents, plan, to, jobs, threads, progress)
    if failed:
        _report(failed, count)


def _progress(count: int, *, shown: bool) -> AbstractContextManager[console.Progress]:
    """A progress bar for many pages, unless it would stand between the results on a terminal."""
    return console.progress("pages") if shown and count >= FEWEST_FOR_PROGRESS else nullcontext(console.no_progress)


def _into_folder(
    documents: list[Document], plan: Plan, to: Destination, jobs: int, threads: int, progress: console.Progress
) -> dict[str, EffocrError]:
    from effocr.batch.run import read_documents

    folder = to.folder or Path()
    try:
        summary = read_documents(
            documents, folder, plan, to.formats, jobs=jobs, threads=threads, progress=progress, note=console.say
        )
    except KeyboardInterrupt:
        console.say(f"{folder}: stopped; the same command goes on where it was")
        raise
    console.say(f"{folder}: {summary.read} read, {summary.skipped} read before, {len(summary.failed)} failed")
    return dict(summary.failed)


def _into_one(
    documents: list[Document], plan: Plan, to: Destination, jobs: int, threads: int, progress: console.Progress
) -> dict[str, EffocrError]:
    from effocr.batch.layout import refuse_overwriting
    from effocr.batch.stream import pages_in_order

    refuse_overwriting(documents, [to.file] if to.file is not None else [])
    sources = [source for document in documents for source in document.sources]
    failed: dict[str, EffocrError] = {}
    lines, done, began = 0, 0, monotonic()

    def on_page(source: PageSource, outcome: Outcome) -> None:
        nonlocal lines, done
        lines, done = lines + outcome.lines, done + 1
        if outcome.error is not None:
            failed[str(source)] = outcome.error
        for note in outcome.unread:
            console.say(note)
        progress(done, len(sources), {"lines/s": lines / max(1e-3, monotonic() - began)})

    pages = pages_in_order(sources, plan, jobs=jobs, threads=threads, on_page=on_page)
    with closing(_written(pages, to.formats[0], named=len(documents) > 1)) as pieces:
        if to.file is None:
            for piece in pieces:
                console.show(piece)
        else:
            content = [piece.encode("utf-8", "replace") if isinstance(piece, str) else piece for piece in pieces]
            if len(failed) < len(sources):
                console.write(b"".join(content), to.file)
    return failed


def _written(pages: Iterator[Page], format: str, *, named: bool) -> Generator[str | bytes, None, None]:
    """What is printed, piece by piece as pages are read where the format allows it; nothing for no page."""
    from effocr.batch.stream import kept_on_disk
    from effocr.formats.table import FORMATS

    if format == "txt" and named:
        yield from (f"{page.source}: {line.text}\n" for page in pages for line in page.lines)
    elif format == "jsonl":
        yield from (FORMATS[format].write([page]) for page in pages)
    else:
        with kept_on_disk(pages) as kept:
            if kept:
                yield FORMATS[format].write(kept)


def _report(failed: dict[str, EffocrError], count: int) -> None:
    """Says what was not read; raises the error itself where there was nothing else."""
    if count == 1:
        raise next(iter(failed.values()))
    for error in failed.values():
        console.report_error(error)
    if len(failed) == count:
        raise ImageError(f"none of the {count} pages could be read.")
    raise PartialError(f"{len(failed)} of {count} pages could not be read; the others were.")
