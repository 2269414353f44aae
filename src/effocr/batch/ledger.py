"""The ledger of a batch: one row an input, appended as it is done, so that a killed run goes on where it was."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from effocr.errors import OutputError

DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Entry:
    """What became of an input: `stamp` tells its content (size and time), `made_with` the bundle and the format."""

    input: str
    stamp: str
    made_with: str
    state: str
    output: str = ""
    error: str = ""


class Ledger:
    """The ledger file at `path`, made where it is missing; the last entry of an input counts.

    Rows that a kill or a full disk cut off are passed over (`damaged` counts them): their inputs are read again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[str, Entry] = {}
        self.damaged = 0
        self._load()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        except OSError as error:
            raise _unusable(path, error) from error
        self._end_cut_row()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def is_done(self, name: str, stamp: str, made_with: str) -> bool:
        """Whether an input of this name was read as it is now, with the same means, and its output is still there."""
        entry = self.entries.get(name)
        return (
            entry is not None
            and (entry.state, entry.stamp, entry.made_with) == (DONE, stamp, made_with)
            and (self.path.parent / entry.output).is_file()
        )

    def record(self, entry: Entry) -> None:
        """Append an entry; it is on the disk when this returns. Raises OutputError."""
        row = {key: value for key, value in asdict(entry).items() if value}
        self._append((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape"))
        self.entries[entry.input] = entry

    def _load(self) -> None:
        try:
            rows = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unusable(self.path, error) from error
        for row in rows:
            if not row.strip():
                continue
            if (entry := _entry(row)) is None:
                self.damaged += 1
            else:
                self.entries[entry.input] = entry

    def _end_cut_row(self) -> None:
        # The next row must not go on where a cut one ended, or both would be lost.
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            self._append(b"\n")

    def _append(self, row: bytes) -> None:
        try:
            while row:
                row = row[os.write(self._file, row) :]
            os.fsync(self._file)
        except OSError as error:
            raise _unusable(self.path, error) from error


def _entry(row: bytes) -> Entry | None:
    """The entry in a row, None where it is damaged."""
    try:
        values = json.loads(row.decode("utf-8", "surrogateescape"))
        entry = Entry(**values)
    except (ValueError, TypeError, RecursionError):
        return None
    return entry if all(isinstance(value, str) for value in asdict(entry).values()) else None


def _unusable(path: Path, error: OSError) -> OutputError:
    hint = "Make it a place to write to, then run the same command again: what is done is not read again."
    return OutputError(f"{path}: the ledger cannot be kept: {error.strerror or error}.", hint=hint)
