"""What to say when a command needs libraries that were not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from effocr.errors import MissingExtraError


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Imports inside the block may need the extra `name`: a missing library becomes MissingExtraError."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if not library or library == "effocr":
            raise
        raise MissingExtraError(
            f"this command needs {library}, which is not installed.", hint=f'pip install "effocr[{name}]"'
        ) from error
