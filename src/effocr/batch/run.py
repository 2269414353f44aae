"""Many inputs read into a folder: one output an input, resumed by the same call after a kill."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from effocr.batch.ledger import DONE, FAILED, Entry, Ledger
from effocr.data.writing import write_text
from effocr.errors import DataError, EffocrError, unknown_name
from effocr.formats.table import FORMATS
from effocr.page.result import Page
from effocr.read.reader import Reader

LEDGER_FILE = "ledger.jsonl"


@dataclass(frozen=True)
class BatchSummary:
    """How many inputs were read now, how many were done before, and which failed, each with why."""

    read: int
    skipped: int
    failed: tuple[tuple[str, str], ...]


def read_into(
    inputs: Iterable[Path],
    root: Path,
    out: Path,
    reader: Reader,
    *,
    format: str = "json",
    vertical: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BatchSummary:
    """Read `inputs`, which lie below `root`, into `out`, where each gets `PATH.FORMAT` and a row of `ledger.jsonl`.

    Inputs that the ledger knows as done are skipped unless they, the bundle, the format or the way of reading have
    changed; failed ones are tried again. `vertical` is as for `Reader.iterate`. `progress` is told how many of how many
    are through. Raises OutputError where `out` cannot be written.
    """
    if format not in FORMATS:
        raise unknown_name("format", format, FORMATS)
    names = {_name(path, root): path for path in inputs}
    made_with = f"{_means(reader, vertical)} {format}"
    with Ledger(out / LEDGER_FILE) as ledger:
        stamps = {name: _stamp(path) for name, path in names.items()}
        due = [name for name in names if not ledger.is_done(name, stamps[name], made_with)]
        skipped = len(names) - len(due)
        failed: list[tuple[str, str]] = []
        for number, (name, page, error) in enumerate(_pages(due, names, reader, vertical), skipped + 1):
            entry = Entry(name, stamps[name], made_with, FAILED, error=error)
            if error:
                failed.append((name, error))
            else:
                output = f"{name}.{format}"
                write_text(out / output, FORMATS[format]([page]))
                entry = Entry(name, stamps[name], made_with, DONE, output)
            ledger.record(entry)
            if progress is not None:
                progress(number, len(names))
    return BatchSummary(len(due) - len(failed), skipped, tuple(failed))


def _pages(
    due: Sequence[str], names: dict[str, Path], reader: Reader, vertical: bool | None
) -> Iterator[tuple[str, Page, str]]:
    """Each input that is due with its page, and why it could not be read."""
    errors: dict[str, str] = {}

    def failed(source: str, error: EffocrError) -> None:
        errors[source] = error.message

    paths = [names[name] for name in due]
    for name, path, page in zip(due, paths, reader.iterate(paths, vertical=vertical, on_error=failed), strict=True):
        yield name, page, errors.pop(str(path), "")


def _name(path: Path, root: Path) -> str:
    try:
        name = Path(os.path.abspath(path)).relative_to(os.path.abspath(root))
    except ValueError as error:
        raise DataError(f"{path} does not lie below {root}.", hint="Name a folder that holds all inputs.") from error
    return name.as_posix()


def _means(reader: Reader, vertical: bool | None) -> str:
    """What changes with the way of reading: the bundle's title and digests, the line finder, how lines run, repairs."""
    card = reader.bundle.card
    digests = [part.sha256[:12] for part in (card.localizer, card.encoder, card.index)]
    runs = {True: "vertical", False: "horizontal", None: "as-the-bundle-says"}[vertical]
    repairs = [repair.name for repair in reader.repairs]
    return " ".join([card.title, *digests, type(reader.line_finder).__name__, runs, *repairs])


def _stamp(path: Path) -> str:
    """What changes with the content of a file: size and time; "" where it cannot be seen."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"
