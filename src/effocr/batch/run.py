"""Many documents read into a folder: one file a document and format, resumed by the same call after a kill."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from time import monotonic

from effocr.batch.layout import Layout, Place, places, refuse_overwriting
from effocr.batch.ledger import DONE, FAILED, Entry, Ledger
from effocr.batch.plan import Plan
from effocr.batch.work import JoinTask, OpenWork, Outcome, PageTask, ReadTask, Retries, together
from effocr.batch.workers import Lost, Processes, Threads
from effocr.errors import EffocrError, ImageError, unknown_name
from effocr.formats.table import FORMATS
from effocr.image.documents import Document

Progress = Callable[[int, int, Mapping[str, float]], None]
"""Is told how many of how many pages are through, and figures worth showing beside it."""


@dataclass(frozen=True)
class BatchSummary:
    """How many pages were read now, and how many before; the errors of those that failed, by their names."""

    read: int
    skipped: int
    failed: Mapping[str, EffocrError]


def read_documents(
    documents: Sequence[Document],
    out: Path,
    plan: Plan,
    formats: Sequence[str],
    *,
    jobs: int = 1,
    threads: int = 1,
    progress: Progress | None = None,
    note: Callable[[str], None] | None = None,
) -> BatchSummary:
    """Read documents into the folder `out`: each gets a file a format, and a row of `ledger.jsonl`.

    `jobs` processes read or, where that is 1, `threads` threads of this one. Documents that the ledger knows as done
    are skipped unless they, the bundle or the way of reading have changed; of the others only those pages are read that
    no earlier call, killed or not, has read. `note` is told of lines that were not read. Raises OutputError where `out`
    cannot be written or a file of it is one of the documents, and what opening the reader raises.
    """
    for format in formats:
        if format not in FORMATS:
            raise unknown_name("format", format, FORMATS)
    layout, placed = Layout(out, formats), places(documents)
    refuse_overwriting(documents, (out / path for place in placed for path in layout.outputs(place)))
    means, open_work = plan.means(), OpenWork(plan)
    workers: Processes[ReadTask | JoinTask, list[Outcome]] | Threads[ReadTask | JoinTask, list[Outcome]]
    workers = Processes(open_work, jobs) if jobs > 1 else Threads(open_work(), threads)
    with Ledger(layout.ledger) as ledger:
        batch = _Batch(list(zip(documents, placed, strict=True)), layout, means, ledger)
        with closing(workers.results(batch.next_task)) as results:
            for task, result in results:
                for text in batch.take(task, result):
                    if note is not None:
                        note(text)
                if progress is not None:
                    progress(batch.through, batch.pages, {"lines/s": batch.speed})
        layout.clean()
    return BatchSummary(batch.read, batch.skipped, batch.failed)


@dataclass(eq=False)
class _Job:
    """A document on its way: how many of its pages are being read, and what was wrong."""

    number: int
    document: Document
    place: Place
    made_with: str
    reading: int = 0
    joined_once: bool = False
    errors: list[EffocrError] = field(default_factory=list)


class _Batch:
    """What is left to do, and what has been done."""

    def __init__(self, documents: Sequence[tuple[Document, Place]], layout: Layout, means: str, ledger: Ledger) -> None:
        self.layout = layout
        self.means = means
        self.ledger = ledger
        self.pages = sum(len(document) for document, _ in documents)
        self.read = self.skipped = self.lines = self._unread = 0
        self.failed: dict[str, EffocrError] = {}
        self._began = monotonic()
        self._jobs: dict[int, _Job] = {}
        self._joins: deque[JoinTask] = deque()
        self._retries = Retries()
        self._chunks = together(self._pages_to_read(documents))

    @property
    def through(self) -> int:
        """Pages that were read, now or before, or could not be."""
        return self.read + self.skipped + self._unread

    @property
    def speed(self) -> float:
        """Lines a second, since the beginning."""
        return self.lines / max(1e-3, monotonic() - self._began)

    def next_task(self) -> ReadTask | JoinTask | None:
        """What a worker can do now, None for nothing."""
        if self._retries.tasks:
            return self._retries.tasks.popleft()
        # Looking for pages to read may find documents whose pages were all read before.
        chunk = None if self._joins else next(self._chunks, None)
        return self._joins.popleft() if self._joins and chunk is None else chunk

    def take(self, task: ReadTask | JoinTask, result: list[Outcome] | Lost) -> list[str]:
        """Notes what a worker did; gives what is worth saying. Raises OutputError."""
        if isinstance(task, JoinTask):
            self._take_joined(task, result)
            return []
        outcomes = self._retries.outcomes(task, result)
        self._complete(*(self._jobs[page.document] for page, outcome in outcomes if self._is_done_with(page, outcome)))
        return [text for _, outcome in outcomes for text in outcome.unread]

    def _is_done_with(self, page: PageTask, outcome: Outcome) -> bool:
        """Notes a page, and whether that was all that its document needed."""
        job = self._jobs[page.document]
        job.reading -= 1
        if outcome.error is None:
            self.read += 1
            self.lines += outcome.lines
        else:
            self._unread += 1
            job.errors.append(outcome.error)
            self.failed[str(page.source)] = outcome.error
        return not job.reading and (page.store is None or not self._joined_later(job))

    def _joined_later(self, job: _Job) -> bool:
        """Whether a document has pages to be put together from; if so, that is the next task."""
        pages = zip(job.document.numbers, self._stores(job), strict=True)
        stored = {number: path for number, path in pages if path.exists()}
        if stored:
            alone = tuple(self.layout.page_targets(job.place, number) for number in stored)
            self._joins.append(JoinTask(job.number, tuple(stored.values()), self.layout.targets(job.place), alone))
        return bool(stored)

    def _take_joined(self, task: JoinTask, result: list[Outcome] | Lost) -> None:
        job = self._jobs[task.document]
        if isinstance(result, Lost):
            if not job.joined_once:
                job.joined_once = True
                self._joins.append(task)
                return
            error = ImageError(f"{job.document.path} was not put together: {result.reason}.")
            result = [Outcome(error=error)]
        for outcome in result:
            if outcome.error is not None:
                job.errors.append(outcome.error)
                self.failed[str(job.document.path)] = outcome.error
        self._complete(job)

    def _complete(self, *jobs: _Job) -> None:
        self.ledger.record(*map(self._entry, jobs))
        for job in jobs:
            if not job.errors and len(job.document) > 1:
                self.layout.forget_pages(job.place)
            del self._jobs[job.number]

    def _entry(self, job: _Job) -> Entry:
        place, made_with = job.place, job.made_with
        if job.errors:
            return Entry(place.name, place.stamp, made_with, FAILED, error=job.errors[0].message)
        made = self.ledger.made(place.name, place.stamp, made_with)
        outputs = dict.fromkeys((*made, *self.layout.outputs(place)))
        return Entry(place.name, place.stamp, made_with, DONE, tuple(outputs))

    def _pages_to_read(self, documents: Sequence[tuple[Document, Place]]) -> Iterator[PageTask]:
        for number, (document, place) in enumerate(documents):
            made_with = self.means + _numbers(document)
            if self.ledger.is_done(place.name, place.stamp, made_with, list(self.layout.outputs(place))):
                self.skipped += len(document)
                self.layout.forget_pages(place)  # a kill may have left some
                continue
            self._jobs[number] = job = _Job(number, document, place, made_with)
            if len(document) == 1:
                job.reading = 1
                targets = [self.layout.targets(place), *(self.layout.page_targets(place, n) for n in place.numbers)]
                yield PageTask(number, document.sources[0], place.size, targets=tuple(chain.from_iterable(targets)))
            else:
                yield from self._pages_of_several(job)

    def _pages_of_several(self, job: _Job) -> Iterator[PageTask]:
        pages = zip(job.document.sources, self._stores(job), strict=True)
        missing = [PageTask(job.number, source, store=path) for source, path in pages if not path.exists()]
        self.skipped += len(job.document) - len(missing)
        job.reading = len(missing)
        if not missing:
            self._joined_later(job)
        yield from missing

    def _stores(self, job: _Job) -> list[Path]:
        return [self.layout.store(job.place, self.means, number) for number in job.document.numbers]


def _numbers(document: Document) -> str:
    """Which pages of a document were chosen, as a short text."""
    numbers = document.numbers
    if not numbers:
        return ""
    chosen = f"{numbers[0]}-{numbers[-1]}"
    return f" pages={chosen if len(numbers) == numbers[-1] - numbers[0] + 1 else ','.join(map(str, numbers))}"
