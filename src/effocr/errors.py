"""The errors effocr raises: what went wrong, where, the value and its bound, and a hint: the next command to try."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class EffocrError(Exception):
    """Base of all errors that effocr raises on purpose; `exit_code` is what the command line ends with."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UnknownNameError(EffocrError):
    """A name that is none of the known ones; the hint offers the nearest."""

    exit_code = 2


class ImageError(EffocrError):
    """A source that is not a readable image."""

    exit_code = 3


class DataError(EffocrError):
    """Labelled data, text or fonts that cannot be used as they are."""

    exit_code = 4


class BundleError(EffocrError):
    """A bundle that is missing, damaged, of another format, or put together from parts that do not match."""

    exit_code = 5


class RecipeError(EffocrError):
    """A recipe with unknown keys or values out of bounds."""

    exit_code = 6


class MissingExtraError(EffocrError):
    """A part of the library whose optional dependencies are not installed."""

    exit_code = 7


class PartialError(EffocrError):
    """Some inputs were read and some were not; the results of the others were delivered."""

    exit_code = 8


class OutputError(EffocrError):
    """A result could not be written; nothing half-written is left."""

    exit_code = 9


def extra_hint(name: str) -> str:
    """The hint for an extra that is not installed, wherever effocr itself came from."""
    return f'pip install "effocr[{name}]" (in a copy of the repository: pip install ".[{name}]")'


def unknown_name(kind: str, name: str, known: Iterable[str], *, otherwise: str = "") -> UnknownNameError:
    """The error for `name` being no known `kind`; the hint is the nearest known name, else `otherwise`."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]!r}?" if near else otherwise
    return UnknownNameError(f"unknown {kind} {name!r}; known: {', '.join(names) or 'none'}.", hint=hint)
