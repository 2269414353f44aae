"""Where a batch puts things: what documents are called, which files they become, where pages wait for the others."""

from __future__ import annotations

import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from effocr.bundle.digests import sha256
from effocr.errors import DataError, OutputError
from effocr.formats.table import FORMATS
from effocr.image.documents import Document

LEDGER_FILE = "ledger.jsonl"
WORK_FOLDER = ".effocr"
"""Holds pages of documents that lack others, and files that are not complete; it goes away with the last of them."""


@dataclass(frozen=True)
class Target:
    """A file to write: the format's name, its path, and a path on the same disk where it is written at first."""

    format: str
    path: Path
    part: Path


@dataclass(frozen=True)
class Place:
    """What a document is called, below which stem its files lie, and what tells that its content has changed."""

    name: str
    stem: str
    stamp: str
    numbers: Sequence[int] = ()
    """Its pages, if it has several, which some formats keep in files of their own."""

    @property
    def size(self) -> int:
        """Bytes of the file; 0 where it cannot be seen."""
        return int(self.stamp.partition("-")[0] or 0)


@dataclass(frozen=True)
class Layout:
    """The folder that a batch writes into, and the formats of its files."""

    out: Path
    formats: Sequence[str]
    _run: str = field(default_factory=lambda: secrets.token_hex(4))
    """Tells files in the making from those of a run that was killed."""

    @property
    def ledger(self) -> Path:
        return self.out / LEDGER_FILE

    def outputs(self, place: Place) -> list[str]:
        """All files of a document, relative to the folder."""
        alone = [path for number in place.numbers for _, path in self._of_page(place, number)]
        return [*(path for _, path in self._of_document(place)), *alone]

    def targets(self, place: Place) -> tuple[Target, ...]:
        """The files that hold a whole document, to be written."""
        return tuple(self._target(place, *named) for named in self._of_document(place))

    def page_targets(self, place: Place, number: int) -> tuple[Target, ...]:
        """The files that hold one page of a document, to be written."""
        return tuple(self._target(place, *named) for named in self._of_page(place, number))

    def _of_document(self, place: Place) -> list[tuple[str, str]]:
        formats = [name for name in self.formats if not (place.numbers and FORMATS[name].page_by_page)]
        return [(name, place.stem + FORMATS[name].suffix) for name in formats]

    def _of_page(self, place: Place, number: int) -> list[tuple[str, str]]:
        formats = [name for name in self.formats if FORMATS[name].page_by_page]
        return [(name, f"{place.stem}-{number:04d}{FORMATS[name].suffix}") for name in formats]

    def _target(self, place: Place, format: str, path: str) -> Target:
        part = self.out / WORK_FOLDER / "parts" / f"{self._run}-{_digest(place.name)}-{format}"
        return Target(format, self.out / path, part)

    def store(self, place: Place, means: str, number: int) -> Path:
        """Where a page of a document waits for the others, as it was read by these means."""
        return self._stores(place) / _digest(f"{place.stamp} {means}") / f"{number:06d}.json"

    def forget_pages(self, place: Place) -> None:
        """Removes the stored pages of a document, also those of other means and of its earlier content."""
        shutil.rmtree(self._stores(place), ignore_errors=True)

    def clean(self) -> None:
        """Removes what is left of files in the making, and the work folder unless it holds pages."""
        work = self.out / WORK_FOLDER
        shutil.rmtree(work / "parts", ignore_errors=True)
        for folder in (work / "pages", work):
            with suppress(OSError):
                folder.rmdir()

    def _stores(self, place: Place) -> Path:
        return self.out / WORK_FOLDER / "pages" / _digest(place.name)


def places(documents: Sequence[Document]) -> list[Place]:
    """A place for each document, called after its path below the folder that holds them all.

    Its files leave out the suffix, unless two would then be the same. DataError for paths on different disks.
    """
    paths = [os.path.abspath(document.path) for document in documents]
    try:
        root = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""
    except ValueError as error:
        raise DataError(f"the inputs lie below no common folder: {error}.", hint="Read each disk by itself.") from None
    names = [Path(os.path.relpath(path, root)) for path in paths]
    stems = Counter(_plain(name) for name in names)
    stems[LEDGER_FILE.partition(".")[0]] += 1
    return [
        Place(
            name.as_posix(),
            name.with_suffix("").as_posix() if stems[_plain(name)] == 1 else name.as_posix(),
            _stamp(document.path),
            () if list(document.numbers) == [1] else document.numbers,
        )
        for name, document in zip(names, documents, strict=True)
    ]


def refuse_overwriting(documents: Sequence[Document], outputs: Iterable[Path]) -> None:
    """Raises OutputError where a file to be written is one of those to be read, also by way of a link."""
    inputs = {os.path.realpath(document.path) for document in documents}
    for path in outputs:
        if os.path.realpath(path) in inputs:
            raise OutputError(f"{path} is one of the files to read, and would be lost.", hint="Choose another -o")


def _plain(name: Path) -> str:
    # Some file systems take capitals and small letters for the same.
    return name.with_suffix("").as_posix().casefold()


def _stamp(path: Path) -> str:
    """What changes with the content of a file: size and time; "" where it cannot be seen."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape"))[:16]
