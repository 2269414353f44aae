"""The options that choose repairs of what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from effocr.read.english.revision import Repair

RepairOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Repair lines: quotes, case, capitals, small-capitals, digits, spelling, or none; several in their order.",
        show_default="the bundle's",
    ),
]
LexiconOption = Annotated[
    str | None,
    typer.Option(help="Words for `--repair spelling`: a file, or wordfreq:LANGUAGE.", show_default="wordfreq:en"),
]


def chosen_repairs(names: list[str] | None, lexicon: str | None) -> tuple[Repair, ...] | None:
    """The repairs that were asked for, None where nothing was said."""
    from effocr.read.english.table import LEXICON, repairs_of

    words = checked_lexicon(names, lexicon) or LEXICON
    return repairs_of(names, words) if names else None


def checked_lexicon(names: list[str] | None, lexicon: str | None) -> str:
    """The lexicon that was asked for, "" for the usual one; it must have a repair to serve."""
    if lexicon is not None and "spelling" not in (names or ()):
        raise typer.BadParameter("--lexicon is for --repair spelling.")
    return lexicon or ""
