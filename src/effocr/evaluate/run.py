"""Reading labelled lines and comparing with what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from effocr.data.lines import TextLine
from effocr.errors import DataError, EffocrError
from effocr.evaluate.metrics import Scores, score
from effocr.page.result import Glyph, Page


class PageReader(Protocol):
    """What an evaluation needs of `effocr.read.reader.Reader`."""

    @property
    def threads(self) -> int: ...

    def iterate(
        self,
        images: Iterable[Path],
        *,
        vertical: Sequence[bool],
        on_error: Callable[[str, EffocrError], None],
    ) -> Iterator[Page]:
        """One page an image, in order; a failing image is reported and gives an empty page."""
        ...


@dataclass(frozen=True, eq=False)
class Row:
    """A line, what it says (`text`), and how it was read."""

    image: Path
    text: str
    predicted: str
    page: Page | None = None
    """Everything that was read; None where the image could not be."""
    error: str = ""
    """Why the image could not be read; empty when it was. Such a line counts as read as nothing."""

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        return tuple(glyph for line in self.page.lines for glyph in line.glyphs) if self.page else ()


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well and how fast lines were read; `seconds` count decoding the images and exclude loading the bundle."""

    scores: Scores
    seconds: float
    threads: int
    rows: tuple[Row, ...]
    bundle: str = ""

    @property
    def lines_per_second(self) -> float:
        return len(self.rows) / self.seconds if self.seconds > 0 else 0.0

    @property
    def failed(self) -> tuple[Row, ...]:
        """The lines whose images could not be read."""
        return tuple(row for row in self.rows if row.error)


def evaluate(
    lines: Sequence[TextLine],
    reader: PageReader,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """The evaluation of a reader on lines; `progress` is told how many of how many are read. DataError for no lines."""
    if not lines:
        raise DataError("there are no lines to evaluate.", hint="Name a folder whose lines.jsonl has rows.")
    errors: dict[str, str] = {}

    def failed(name: str, error: EffocrError) -> None:
        errors[name] = error.message

    rows: list[Row] = []
    bundle = ""
    start = time.perf_counter()
    pages = reader.iterate([line.image for line in lines], vertical=[line.vertical for line in lines], on_error=failed)
    for line, page in zip(lines, pages, strict=True):
        rows.append(_row(line, page, errors.get(str(line.image), "")))
        bundle = page.bundle
        if progress is not None:
            progress(len(rows), len(lines))
    seconds = time.perf_counter() - start
    scores = score((row.text, row.predicted) for row in rows)
    return Evaluation(scores, seconds, reader.threads, tuple(rows), bundle)


def _row(line: TextLine, page: Page, error: str) -> Row:
    return Row(line.image, line.text, page.to_text(), None if error else page, error)
