"""Pages in the order of their documents, for one output that takes them all; only a few are in memory at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from effocr.batch.plan import Plan
from effocr.batch.work import (
    OpenWork,
    Outcome,
    PageSource,
    PageTask,
    ReadTask,
    Retries,
    StoredPages,
    outcome_of,
    stored,
    together,
)
from effocr.batch.workers import Processes
from effocr.errors import EffocrError
from effocr.page.result import Page

OnPage = Callable[[PageSource, Outcome], None]
"""Is told of each page what became of it."""

MOST_AHEAD = 64
"""Pages a process may be ahead of the one whose turn it is."""


def pages_in_order(
    sources: Sequence[PageSource], plan: Plan, *, jobs: int = 1, threads: int = 1, on_page: OnPage
) -> Iterator[Page]:
    """The pages that can be read, in the order of the sources; `on_page` is told of all.

    `jobs` processes read or, where that is 1, `threads` threads of this one.
    """
    if jobs > 1:
        yield from _from_processes(sources, plan, jobs, on_page)
        return
    errors: list[EffocrError] = []
    pages = plan.reader(threads).iterate(
        sources, vertical=plan.vertical, on_error=lambda name, error: errors.append(error)
    )
    for source, page in zip(sources, pages, strict=True):
        if errors:
            on_page(source, Outcome(error=errors.pop()))
        else:
            on_page(source, outcome_of(source, page))
            yield page


@contextmanager
def kept_on_disk(pages: Iterable[Page]) -> Iterator[Sequence[Page]]:
    """The pages as a sequence that loads each as it is asked for."""
    with ExitStack() as stack:
        paths: list[Path] = []
        folder: Path | None = None
        for page in pages:
            if folder is None:  # not before the first page, so that a bundle that is missing is said first
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="effocr-")))
            paths.append(folder / f"{len(paths):06d}.json")
            stored(page, paths[-1])
        yield StoredPages(paths)


def _from_processes(sources: Sequence[PageSource], plan: Plan, jobs: int, on_page: OnPage) -> Iterator[Page]:
    retries = Retries()
    outcomes: dict[int, Outcome] = {}
    workers: Processes[ReadTask, list[Outcome]] = Processes(OpenWork(plan), jobs)
    with TemporaryDirectory(prefix="effocr-") as folder:
        tasks = [
            PageTask(number, source, _size(source), store=Path(folder) / f"{number}.json")
            for number, source in enumerate(sources)
        ]
        chunks = together(tasks)

        def next_task() -> ReadTask | None:
            if retries.tasks:
                return retries.tasks.popleft()
            return next(chunks, None) if len(outcomes) < MOST_AHEAD * jobs else None

        turn = 0
        with closing(workers.results(next_task)) as results:
            for task, result in results:
                outcomes.update((page.document, outcome) for page, outcome in retries.outcomes(task, result))
                while (outcome := outcomes.pop(turn, None)) is not None:
                    on_page(sources[turn], outcome)
                    path = Path(folder) / f"{turn}.json"
                    if outcome.error is None:
                        yield StoredPages([path])[0]
                        path.unlink()
                    turn += 1


def _size(source: PageSource) -> int:
    """Bytes of an image; of a document's page as many as fill a task."""
    if not isinstance(source, Path):
        return PageTask.size
    try:
        return os.stat(source).st_size
    except OSError:
        return 0
