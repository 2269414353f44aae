"""Reading the sets that a calibration is fitted to, and the table of how well it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from effocr.cli.terminal import console
from effocr.errors import DataError

if TYPE_CHECKING:
    from effocr.bundle.card import Calibration
    from effocr.bundle.files import Bundle
    from effocr.evaluate.calibration.trial import Trial, TrialLine

Sets = Mapping[str, Sequence["TrialLine"]]
HEAD = (
    "set", "scores", "glyphs", "right", "given", "Brier", "error", "words right", "given", "error",
    "CER", "estimated", "pages", "off by",
)  # fmt: skip
FEWEST_SETS = 2
WORDS = 2
"""Columns that hold words; the others hold figures."""


def read_sets(bundle: Bundle, folders: Sequence[Path], split: str | None, pages: str) -> dict[str, list[TrialLine]]:
    """The lines of every folder as the bundle reads them, by the folder's name; DataError for one without lines."""
    from effocr.data.lines import read_lines
    from effocr.data.split import part_of
    from effocr.evaluate.calibration.trial import trial_lines
    from effocr.read.reader import Reader

    reader = Reader(bundle, threads=1, lines="none")
    sets: dict[str, list[TrialLine]] = {}
    for folder in folders:
        every = read_lines(folder)
        of_split = [line for line in every if split is not None and line.split == split]
        lines = of_split or part_of(every, pages)
        with console.progress(f"lines ({folder.name})") as progress:
            sets[folder.name] = trial_lines(lines, reader, progress=progress)
        if not sets[folder.name]:
            raise DataError(f"{folder}: no line of it could be read.", hint=f"effocr data check {folder}")
    return sets


def table_of(sets: Sets, calibration: Calibration) -> str:
    """How well scores hold on each set: as the index gives them, fitted to the other sets, and fitted to all.

    `error` is the expected calibration error, `off by` the mean distance of estimated and true CER of a page.
    """
    from effocr.evaluate.calibration.trial import left_out, tried

    others = left_out(sets) if len(sets) >= FEWEST_SETS else {}
    rows: list[Sequence[str]] = [HEAD]
    for name, lines in sets.items():
        rows.append((name, "index", *_cells(tried(lines, None))))
        if name in others:
            rows.append(("", "others", *_cells(others[name])))
        rows.append(("", "all", *_cells(tried(lines, calibration))))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join("  ".join(_aligned(row, widths)).rstrip() for row in rows)


def _cells(trial: Trial) -> tuple[str, ...]:
    glyphs, words = trial.glyphs, trial.words
    shares = (glyphs.true, glyphs.given, glyphs.brier, glyphs.error, words.true, words.given, words.error)
    rates = (trial.cer, trial.estimated_cer)
    return (
        str(glyphs.count),
        *(f"{share:.4f}" for share in (*shares, *rates)),
        str(trial.pages.count),
        f"{trial.pages.mean_error:.4f}",
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if column < WORDS else cell.rjust(width)
