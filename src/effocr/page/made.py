"""Many small records at once: a line has hundreds, and calling a constructor for each costs more than finding them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, TypeVar

Record = TypeVar("Record")
Row = TypeVar("Row", bound=tuple[Any, ...])


def rows_made(kind: type[Row], rows: Iterable[Iterable[Any]]) -> list[Row]:
    """Records of a `NamedTuple` from rows that hold all its fields."""
    return list(map(partial(tuple.__new__, kind), rows))


def columns_made(kind: type[Record], columns: Sequence[Sequence[Any]]) -> list[Record]:
    """Records of a dataclass with slots, frozen or not, from the columns of all its fields; it checks them as ever."""
    made = [object.__new__(kind) for _ in columns[0]]
    for field, column in zip(fields(kind), columns, strict=True):  # type: ignore[arg-type]
        deque(map(getattr(kind, field.name).__set__, made, column), maxlen=0)
    check = getattr(kind, "__post_init__", None)
    if check is not None:
        deque(map(check, made), maxlen=0)
    return made
