"""What a person sees: results on stdout; errors, progress and the next command on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import typer

from effocr.errors import EffocrError


class Progress(Protocol):
    """Is told how much of the work is done, out of a total (0: not known yet), and figures worth showing beside it."""

    def __call__(self, done: int, total: int, figures: Mapping[str, float] = ..., /) -> None: ...


SECONDS_BETWEEN_REPORTS = 10.0
NO_FIGURES: Mapping[str, float] = {}


def result(text: str) -> None:
    """A result, on stdout."""
    typer.echo(text)


def show(content: str | bytes) -> None:
    """A result that brings its own line ends, on stdout."""
    typer.echo(content, nl=False)


def say(text: str) -> None:
    """Anything that is no result, on stderr."""
    typer.echo(text, err=True)


def report_error(error: EffocrError) -> None:
    """An error and its hint, on stderr."""
    say(f"error: {error.message}")
    if error.hint:
        say(f"hint: {error.hint}")


def next_command(command: str) -> None:
    """The command to try next, on stderr."""
    say(f"next: {command}")


def write(content: str | bytes, output: Path) -> None:
    """A result into a file, whole or not at all."""
    from effocr.data.writing import write_bytes

    say(f"wrote {write_bytes(output, content.encode('utf-8') if isinstance(content, str) else content)}")


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A progress bar on a terminal; elsewhere a line now and then, so that a log tells how far the work is."""
    if not sys.stderr.isatty():
        yield _plain_reports(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Redirected, results on stdout would end up on stderr.
    with Bar(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task(what, total=None)

        def show(done: int, total: int, figures: Mapping[str, float] = NO_FIGURES, /) -> None:
            bar.update(task, description=_described(what, figures), completed=done, total=total or None)

        yield show


def no_progress(done: int, total: int, figures: Mapping[str, float] = NO_FIGURES, /) -> None:
    """Shows nothing."""


def _plain_reports(what: str) -> Progress:
    import time

    last = time.monotonic()
    first: tuple[int, float] | None = None

    def report(done: int, total: int, figures: Mapping[str, float] = NO_FIGURES, /) -> None:
        nonlocal first, last
        now = time.monotonic()
        first = first or (done, now)
        if now - last >= SECONDS_BETWEEN_REPORTS:
            last = now
            left = _left((total - done) * (now - first[1]) / (done - first[0])) if done > first[0] and total else ""
            say(f"{_described(what, figures)}: {done}" + (f" of {total}{left}" if total else ""))

    return report


def _left(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f", {hours}:{minutes:02d}:{seconds:02d} left"


def _described(what: str, figures: Mapping[str, float]) -> str:
    return " ".join([what, *(f"{name} {value:.4g}" for name, value in figures.items())])
