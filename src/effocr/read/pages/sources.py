"""Sources before they are read: decoded, as many together as memory allows; some need no reading at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from effocr.bundle.card import Vertical
from effocr.errors import EffocrError
from effocr.image.decode import Scan, Source, scan_of, source_name
from effocr.image.documents import DocumentPage
from effocr.image.pdf.kept import kept_page
from effocr.page.result import Page
from effocr.read.nets.turns import aside

PIXELS = 8_000_000
"""Of large images fewer are read together: no further one is decoded once there are so many pixels."""

Seen = Scan | Page | EffocrError
"""What a source turned out to be: pixels to read, a page whose own text is kept, or the reason why it is neither."""


@dataclass(frozen=True, eq=False)
class Task:
    """One source, and whether its lines are vertical."""

    source: Source
    vertical: Vertical

    @property
    def origin(self) -> tuple[str, int]:
        """The path of the file or document, and the number of the page in it; 0 where the source is one image."""
        if isinstance(self.source, DocumentPage):
            return str(self.source.path), self.source.number
        return source_name(self.source), 0


def decoded(tasks: Sequence[Task], text_layer: str) -> Iterator[list[tuple[Task, Seen]]]:
    """The tasks with what was seen of them, in their order; as many together as `PIXELS` allow.

    `text_layer` is one of `effocr.image.pdf.kept.TEXT_LAYERS`.
    """
    rest = iter(tasks)
    while together := _as_many_as_fit(rest, text_layer):
        yield together


def _as_many_as_fit(tasks: Iterator[Task], text_layer: str) -> list[tuple[Task, Seen]]:
    together: list[tuple[Task, Seen]] = []
    pixels = 0
    with aside():  # decoders leave the interpreter to other threads
        for task in tasks:
            seen = _seen(task.source, text_layer)
            pixels += seen.pixels.size if isinstance(seen, Scan) else 0
            together.append((task, seen))
            if pixels > PIXELS:
                break
    return together


def _seen(source: Source, text_layer: str) -> Seen:
    try:
        return kept_page(source, text_layer) or scan_of(source)
    except EffocrError as error:
        return error
