"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from effocr.errors import OutputError


def write_bytes(path: Path, content: bytes) -> Path:
    """`path`, holding `content`; its folder is made where it is missing. OutputError leaves what was there before."""
    target = path.resolve()
    part = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # /dev/stdout and pipes cannot be replaced
            return path
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink()
    return path


def write_text(path: Path, text: str) -> Path:
    """`path`, holding `text` as UTF-8 with the line ends that it has."""
    return write_bytes(path, text.encode("utf-8"))


def write_jsonl(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """`path` with one JSON object a line."""
    return write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill beside `path`, which becomes `path` when the block ends well and goes away when it does not.

    OutputError where `path` exists and is not empty, or where the disk refuses.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise OutputError(f"{path} exists and is not an empty folder.", hint="Choose a new folder, or remove this one.")
    part = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        part.mkdir(parents=True)
        yield part
        if path.exists():
            path.rmdir()
        part.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _not_written(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(
        f"{path}: not written: {reason}; nothing half-written was left.",
        hint="Make room there or choose another place, then run the same command again.",
    )
