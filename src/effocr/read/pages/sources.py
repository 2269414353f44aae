"""Sources before they are read: decoded, as many together as memory allows; some need no reading at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from PIL import Image

from effocr.bundle.card import Vertical
from effocr.errors import EffocrError
from effocr.image.decode import Scan, Source, scan_of, source_name
from effocr.image.documents import DocumentPage
from effocr.image.pdf.kept import kept_page
from effocr.page.result import Page
from effocr.read.nets.steps import Steps, asking

LARGE = 200_000
"""Bytes of a file that takes long to decode; decoders leave the interpreter to other threads."""

PIXELS = 8_000_000
"""Of large images fewer are read together: no further one is decoded once there are so many pixels."""

HELD = 32_000_000
"""Bytes of sources, for each thread, that may wait in memory; no further one is taken from an iterator then."""

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

    @property
    def held(self) -> int:
        """The bytes that the source keeps in memory while it waits: none where it is a path."""
        match self.source:
            case np.ndarray():
                return self.source.nbytes
            case bytes() | bytearray():
                return len(self.source)
            case Image.Image():
                return self.source.width * self.source.height * len(self.source.getbands())
            case _:
                return 0

    @cached_property
    def large(self) -> bool:
        """Whether decoding takes so long that another thread should do it."""
        match self.source:
            case DocumentPage():
                return True
            case str() | os.PathLike():
                try:
                    return os.stat(self.source).st_size > LARGE
                except OSError:  # decoding says what is the matter
                    return False
            case bytes() | bytearray():
                return len(self.source) > LARGE
            case _:
                return False


def with_more(waiting: list[Task], tasks: Iterator[Task], most: int, held: int) -> list[Task]:
    """The waiting tasks and those that follow, up to `most`, or until their sources hold so many bytes."""
    more = list(waiting)
    bytes_held = sum(task.held for task in more)
    while len(more) < most and bytes_held < held and (task := next(tasks, None)):
        more.append(task)
        bytes_held += task.held
    return more


def decoding(tasks: Iterator[Task], text_layer: str) -> Steps[list[tuple[Task, Seen]]]:
    """The next tasks with what was seen of them, as many as `PIXELS` allow together; in steps, one for a large image.

    `text_layer` is one of `effocr.image.pdf.kept.TEXT_LAYERS`.
    """
    together: list[tuple[Task, Seen]] = []
    pixels = 0
    for task in tasks:
        see = partial(_seen, task.source, text_layer)
        seen = (yield from asking(see)) if task.large else see()
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
