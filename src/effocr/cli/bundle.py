"""`effocr bundle`: what a bundle is, whether it is whole, and a new one from parts of two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console

if TYPE_CHECKING:
    from effocr.bundle.card import Card

app = typer.Typer(help="Show, verify and join bundles.", no_args_is_help=True, rich_markup_mode=None)

BundleName = Annotated[
    str, typer.Argument(metavar="BUNDLE", help="Name of a shipped bundle, or path of a folder or zip.")
]


@app.command("show")
def show(
    bundle: BundleName = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as it is.")] = False,
) -> None:
    """Print the card of a bundle.

    Charset, provenance of data and fonts, scores and the commands that measure them, limits.
    """
    from effocr.bundle.card import readme_of
    from effocr.bundle.files import open_bundle

    card = open_bundle(bundle).card
    console.result((card.to_json() if as_json else readme_of(card)).rstrip())


@app.command("verify")
def verify(bundle: BundleName = "en") -> None:
    """Check that a bundle is whole and can read.

    Format, digests, whether the nets run here, and whether the index belongs to the encoder.
    """
    from effocr.bundle import files
    from effocr.read.reader import Reader

    opened = files.open_bundle(bundle)
    files.verify(opened)
    Reader(opened, threads=1)
    console.result(f"{opened.path}: {_summary(opened.card)}: whole")


@app.command("join")
def join(
    localizer_from: Annotated[str, typer.Argument(help="Bundle that gives its localizer.", show_default=False)],
    recognizer_from: Annotated[str, typer.Argument(help="Bundle that gives encoder, index, card.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="Folder of the new bundle.", show_default=False)],
) -> None:
    """Make a new bundle from parts of two.

    The localizer comes from one, the encoder, the index and the card from the other.
    """
    from effocr.bundle import files

    joined = files.join(localizer_from, recognizer_from, out)
    console.result(f"{joined.path}: {_summary(joined.card)}")
    console.next_command(f"effocr evaluate DIR --bundle {out}")


def _summary(card: Card) -> str:
    return f"{card.title}, {len(card.charset)} texts, {card.index.exemplars} exemplars"
