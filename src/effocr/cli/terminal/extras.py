"""What to say when a command needs libraries that were not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from effocr.errors import MissingExtraError, extra_hint


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Imports inside the block may need the extra `name`: a missing library becomes MissingExtraError."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if not library or library == "effocr":
            raise
        message = f"this command needs {library}, which is not installed."
        raise MissingExtraError(message, hint=extra_hint(name)) from error
