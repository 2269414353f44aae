"""Lines with text and without boxes: a folder of images and its `lines.jsonl`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from effocr.errors import DataError, unknown_name

LINES_FILE = "lines.jsonl"
T = TypeVar("T")


@dataclass(frozen=True)
class TextLine:
    """A line image and what it reads as."""

    image: Path
    text: str
    vertical: bool = False
    split: str = ""
    page: str = ""


def read_lines(folder: str | os.PathLike[str], split: str | None = None, limit: int | None = None) -> list[TextLine]:
    """The lines of a folder in the order of its `lines.jsonl`: those of `split`, `limit` of them at an even stride.

    Raises DataError naming file and row for a row that cannot be used or whose image is missing.
    """
    path = Path(folder) / LINES_FILE
    lines = [_text_line(row, path.parent, where) for where, row in rows_of(path)]
    if split is not None:
        lines = _of_split(lines, split, path)
    if limit is not None:
        lines = [lines[index] for index in evenly(len(lines), limit)]
    return lines


def rows_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSON-lines file, each with where it stands ("file, row 3"); blank rows are passed over."""
    try:
        text = text_of(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    for number, raw in enumerate(text.split("\n"), 1):  # splitlines() would also cut at U+2028 inside a text
        if not raw.strip():
            continue
        where = f"{path}, row {number}"
        try:
            row = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{where}: not JSON: {error}.", hint="Mend or remove this row.") from error
        if not isinstance(row, dict):
            raise DataError(f"{where}: an object is wanted, got {type(row).__name__}.", hint="Mend or remove this row.")
        yield where, row


def text_of(path: Path) -> str:
    """What a UTF-8 file holds, less a byte order mark; DataError for other encodings, OSError where it is not read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}).", hint="Save it as UTF-8.") from error


def field_of(row: dict[str, Any], key: str, kind: type[T], where: str, default: T | None = None) -> T:
    """The value of `key`, which must be a `kind`; DataError otherwise, and where it is missing without a default."""
    value = row.get(key, default)
    if value is None:
        raise DataError(f"{where}: {key!r} is missing.", hint="Mend or remove it.")
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise DataError(f"{where}: {key!r} must be of type {kind.__name__}, got {value!r}.", hint="Mend or remove it.")
    return value


def evenly(count: int, limit: int) -> list[int]:
    """At most `limit` of the indices 0..count-1, in order and evenly spread."""
    if limit < 1:
        raise DataError(f"a limit must be at least 1, got {limit}.")
    return list(range(count)) if limit >= count else [index * count // limit for index in range(limit)]


def _text_line(row: dict[str, Any], folder: Path, where: str) -> TextLine:
    image = folder / field_of(row, "image", str, where)
    if not image.is_file():
        raise DataError(f"{where}: the image {image} does not exist.", hint="Copy it there or remove this row.")
    return TextLine(
        image,
        field_of(row, "text", str, where),
        field_of(row, "vertical", bool, where, False),
        field_of(row, "split", str, where, ""),
        field_of(row, "page", str, where, ""),
    )


def _of_split(lines: list[TextLine], split: str, path: Path) -> list[TextLine]:
    chosen = [line for line in lines if line.split == split]
    if not chosen:
        raise unknown_name(f"split of {path}", split, {line.split for line in lines} - {""})
    return chosen


def _unreadable(path: Path, error: OSError) -> DataError:
    if isinstance(error, FileNotFoundError):
        coco = path.parent / "coco.json"
        hint = f"Make one with: effocr data convert {coco}" if coco.is_file() else "Name the folder that holds it."
        return DataError(f"{path.parent} holds no {path.name}.", hint=hint)
    return DataError(f"{path}: cannot be read: {error.strerror or error}.", hint="Check the file and its permissions.")
