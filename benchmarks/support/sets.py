"""The folders of labelled lines that benchmarks take, and the small helpers they share."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from effocr import Reader
from effocr.data.lines import TextLine, evenly, read_lines
from effocr.data.split import part_of
from effocr.errors import EffocrError


class Engine(Protocol):
    """What is measured: it has a label and reads one text a line image, in order."""

    @property
    def name(self) -> str:
        """A short label for tables."""

    def read(self, paths: Sequence[Path], threads: int) -> list[str]:
        """One text a path."""


class Effocr:
    """Our own reading, behind the interface of the peers; lines are given as lines."""

    def __init__(self, bundle: str) -> None:
        self.name = f"effocr-{Path(bundle).name}"
        self._bundle = bundle
        self._readers: dict[int, Reader] = {}

    def read(self, paths: Sequence[Path], threads: int) -> list[str]:
        """One text a path; a reader is made at the first call with that many threads."""
        if threads not in self._readers:
            self._readers[threads] = Reader(self._bundle, threads=threads, lines="none")
        return [page.text for page in self._readers[threads].read(paths)]


def labelled(folder: Path, split: str | None, limit: int | None, pages: str = "all") -> list[TextLine]:
    """The horizontal lines of a folder, which all engines can be given; for a bad folder, a message and the end."""
    try:
        lines = [line for line in part_of(read_lines(folder, split), pages) if not line.vertical]
    except EffocrError as error:
        sys.exit(f"error: {error}")
    return lines if limit is None else [lines[row] for row in evenly(len(lines), limit)]


def has_split(folder: Path, split: str) -> bool:
    """Whether some line of a folder is marked as belonging to `split`."""
    return any(line.split == split for line in read_lines(folder))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def write_json(path: Path | None, figures: object) -> None:
    """The figures as JSON, where a path is given."""
    if path is not None:
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
