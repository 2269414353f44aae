"""What the environment sets for every command: the bundle that reads and the number of threads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from effocr.errors import EffocrError

BUNDLE_VARIABLE = "EFFOCR_BUNDLE"
THREADS_VARIABLE = "EFFOCR_THREADS"
MOST_THREADS = 1024


@dataclass(frozen=True)
class Settings:
    """Defaults that an option of a command overrides."""

    bundle: str = "en"
    """A shipped bundle's name or the path of a bundle."""
    threads: int | None = None
    """Lines that are read at the same time; None for one a core."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from variables; an empty one counts as not set. Raises EffocrError for a value out of bounds."""
        return cls(environment.get(BUNDLE_VARIABLE) or cls.bundle, _threads(environment.get(THREADS_VARIABLE, "")))


def settings() -> Settings:
    """The settings of this process."""
    return Settings.of(os.environ)


def _threads(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= MOST_THREADS):
        raise EffocrError(
            f"the environment variable {THREADS_VARIABLE} is {value!r}; it must be a number in 1..{MOST_THREADS}.",
            hint=f"Unset it, or give --threads: unset {THREADS_VARIABLE}",
        )
    return int(value)
