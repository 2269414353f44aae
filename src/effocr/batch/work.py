"""What a worker does: read pages and write each where it belongs, and put documents together from their pages."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from effocr.batch.layout import Target
from effocr.batch.plan import Plan
from effocr.batch.workers import Lost
from effocr.data.writing import write_bytes
from effocr.errors import EffocrError, ImageError, OutputError
from effocr.formats.table import FORMATS
from effocr.image.documents import DocumentPage
from effocr.page.result import Page
from effocr.page.serial import page_from_json, page_to_json
from effocr.read.reader import Reader

PageSource = Path | DocumentPage

MOST_TOGETHER = 16
MOST_BYTES = 400_000
"""Images of single lines are read together, at most so many, and no further one beyond so many bytes of files."""


@dataclass(frozen=True)
class PageTask:
    """A page of a document, `document` being the number of that in its batch.

    The page is written to `targets` where it is the whole document, and stored at `store` to be put together later
    where it is not.
    """

    document: int
    source: PageSource
    size: int = MOST_BYTES
    targets: tuple[Target, ...] = ()
    store: Path | None = None


@dataclass(frozen=True)
class ReadTask:
    """Pages that are read together."""

    pages: tuple[PageTask, ...]


def together(pages: Iterable[PageTask]) -> Iterator[ReadTask]:
    """The pages in their order, small ones together: their glyphs share runs of the encoder."""
    some: list[PageTask] = []
    for page in pages:
        if some and (len(some) == MOST_TOGETHER or sum(one.size for one in some) + page.size > MOST_BYTES):
            yield ReadTask(tuple(some))
            some = []
        some.append(page)
    if some:
        yield ReadTask(tuple(some))


@dataclass(frozen=True)
class JoinTask:
    """A document to be put together from its stored pages, in their order."""

    document: int
    stored: tuple[Path, ...]
    targets: tuple[Target, ...]
    page_targets: tuple[tuple[Target, ...], ...]
    """For each stored page, the files that hold it alone."""


@dataclass(frozen=True)
class Outcome:
    """What became of a page: its number of lines, why some of them were not read, and why none was."""

    lines: int = 0
    unread: tuple[str, ...] = ()
    error: EffocrError | None = None


def outcome_of(source: PageSource, page: Page) -> Outcome:
    """The outcome of a page that was read."""
    unread = [(number, line.error) for number, line in enumerate(page.lines, 1) if line.error]
    notes = (f"{source}: line {number} was not read: {error}" for number, error in unread)
    return Outcome(len(page.lines), tuple(notes))


class StoredPages(Sequence[Page]):
    """Pages that lie in files and are loaded one at a time, as they are asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, index: int) -> Page: ...
    @overload
    def __getitem__(self, index: slice) -> StoredPages: ...
    def __getitem__(self, index: int | slice) -> Page | StoredPages:
        if isinstance(index, slice):
            return StoredPages(self.paths[index])
        return page_from_json(self.paths[index].read_text(encoding="utf-8", errors="surrogateescape"))


@dataclass(frozen=True, eq=False)
class Work:
    """What is done with tasks, by one reader."""

    reader: Reader
    vertical: bool | None

    def __call__(self, task: ReadTask | JoinTask) -> list[Outcome]:
        """One outcome a page; for a document that was put together one if that went wrong. Raises OutputError."""
        if isinstance(task, JoinTask):
            error = joined(task)
            return [] if error is None else [Outcome(error=error)]
        return list(self._outcomes(task.pages))

    def _outcomes(self, tasks: Sequence[PageTask]) -> Iterator[Outcome]:
        errors: list[EffocrError] = []
        sources = [task.source for task in tasks]
        pages = self.reader.iterate(sources, vertical=self.vertical, on_error=lambda name, error: errors.append(error))
        for task, page in zip(tasks, pages, strict=True):
            if errors:
                yield Outcome(error=errors.pop())
                continue
            if task.store is not None:
                stored(page, task.store)
            error = written([page], task.targets)
            yield outcome_of(task.source, page) if error is None else Outcome(error=error)


@dataclass(frozen=True)
class OpenWork:
    """Opens the work of a plan, in whatever process it is called."""

    plan: Plan

    def __call__(self) -> Callable[[ReadTask | JoinTask], list[Outcome]]:
        return Work(self.plan.reader(), self.plan.vertical)


def joined(task: JoinTask) -> EffocrError | None:
    """Writes the files of a document, with one of its pages in memory at a time; as `written`."""
    pages = StoredPages(task.stored)
    error = written(pages, task.targets)
    for number, targets in enumerate(task.page_targets):
        if targets:
            error = written([pages[number]], targets) or error
    return error


def stored(page: Page, path: Path) -> None:
    """Keeps a page in a file of its own, from which `StoredPages` loads it."""
    write_bytes(path, page_to_json(page).encode("utf-8", "surrogateescape"))


def written(pages: Sequence[Page], targets: Sequence[Target]) -> EffocrError | None:
    """Writes the document of these pages to every target, whole or not at all; why a format cannot hold it.

    Raises OutputError where no file can be written.
    """
    refused: EffocrError | None = None
    for target in targets:
        try:
            content = FORMATS[target.format].write(pages)
        except EffocrError as error:
            refused = error
            continue
        write_bytes(target.part, content.encode("utf-8", "replace") if isinstance(content, str) else content)
        try:
            target.path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(target.part, target.path)
        except OSError as error:
            hint = "Make it a place to write to, then run the same command again: what is done is not read again."
            raise OutputError(f"{target.path}: not written: {error.strerror or error}.", hint=hint) from error
    return refused


class Retries:
    """Pages whose worker died are tried once more, each alone; what is lost then as well has failed."""

    def __init__(self) -> None:
        self._tried: set[PageSource] = set()
        self.tasks: deque[ReadTask] = deque()

    def outcomes(self, task: ReadTask, result: list[Outcome] | Lost) -> list[tuple[PageTask, Outcome]]:
        """The pages of a task with their outcome, without those that are tried again."""
        if not isinstance(result, Lost):
            return list(zip(task.pages, result, strict=True))
        again = [page for page in task.pages if page.source not in self._tried]
        self._tried.update(page.source for page in again)
        self.tasks.extend(ReadTask((page,)) for page in again)
        return [(page, _lost(page, result)) for page in task.pages if page not in again]


def _lost(page: PageTask, lost: Lost) -> Outcome:
    hint = "Try it alone, with --jobs 1; or scale it down."
    return Outcome(error=ImageError(f"{page.source}: {lost.reason}.", hint=hint))
