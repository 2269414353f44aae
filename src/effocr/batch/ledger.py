"""The ledger of a batch: one row a document, appended as it is done, so that a killed run goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from effocr.errors import OutputError

DONE, FAILED = "done", "failed"

_AS_IT_IS = getattr(os, "O_BINARY", 0)
"""Windows would write two bytes for the end of a row."""


@dataclass(frozen=True)
class Entry:
    """What became of an input: `stamp` tells its content (size and time), `made_with` the bundle and its options."""

    input: str
    stamp: str
    made_with: str
    state: str
    outputs: tuple[str, ...] = ()
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
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _AS_IT_IS, 0o666)
        except OSError as error:
            raise _unusable(path, error) from error
        self._end_cut_row()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def is_done(self, name: str, stamp: str, made_with: str, outputs: Sequence[str]) -> bool:
        """Whether an input of this name was read as it is now, with the same means, and these outputs are there."""
        made = self.made(name, stamp, made_with)
        return set(outputs) <= set(made) and all((self.path.parent / output).is_file() for output in outputs)

    def made(self, name: str, stamp: str, made_with: str) -> tuple[str, ...]:
        """The outputs that an input of this name has, if it was read as it is now, with the same means."""
        entry = self.entries.get(name)
        if entry is None or (entry.state, entry.stamp, entry.made_with) != (DONE, stamp, made_with):
            return ()
        return entry.outputs

    def record(self, *entries: Entry) -> None:
        """Append entries; they are on the disk when this returns. Raises OutputError."""
        rows = [{key: value for key, value in asdict(entry).items() if value} for entry in entries]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        if text:
            self._append(text.encode("utf-8", "surrogateescape"))
        self.entries.update((entry.input, entry) for entry in entries)

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
        if os.lseek(self._file, 0, os.SEEK_END) > 0:
            os.lseek(self._file, -1, os.SEEK_END)
            if os.read(self._file, 1) != b"\n":
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
        outputs = values.pop("outputs", [])
        entry = Entry(**values, outputs=tuple(outputs))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    texts = [*entry.outputs, *(value for name, value in asdict(entry).items() if name != "outputs")]
    return entry if isinstance(outputs, list) and all(isinstance(text, str) for text in texts) else None


def _unusable(path: Path, error: OSError) -> OutputError:
    hint = "Make it a place to write to, then run the same command again: what is done is not read again."
    return OutputError(f"{path}: the ledger cannot be kept: {error.strerror or error}.", hint=hint)
