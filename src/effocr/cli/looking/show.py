"""`effocr show`: what was read, drawn over its image, as a picture and as a page to look through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.reading import LinesOption
from effocr.errors import DataError, ImageError, unknown_name
from effocr.settings import settings

if TYPE_CHECKING:
    from effocr.image.decode import Source
    from effocr.page.result import Page

RESULTS = (".json", ".jsonl")


def show(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGE|RESULT", help="An image, a document, or what `read --format json` wrote.", show_default=False
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the files.", show_default="the current one")
    ] = None,
    page: Annotated[int, typer.Option(min=1, help="Which page of a document, or of a result.")] = 1,
    image: Annotated[
        Path | None, typer.Option(help="The image of a result.", show_default="the one that it names")
    ] = None,
    bundle: Annotated[
        str | None, typer.Option(help="Name or path of the bundle that reads.", show_default="en")
    ] = None,
    lines: LinesOption = "auto",
    layer: Annotated[
        list[str] | None,
        typer.Option(help="What the picture shows: lines, words, glyphs; several.", show_default="all"),
    ] = None,
) -> None:
    """Show what was read: lines, words and glyphs over the image, coloured by how sure they are.

    Writes NAME.show.png, and NAME.show.html: one file with search, alternatives and exemplars under the pointer.
    """
    from effocr.data.writing import write_bytes, write_text
    from effocr.evaluate.showing.document import render
    from effocr.evaluate.showing.overlay import LAYERS, overlay
    from effocr.image.decode import decode
    from effocr.image.draw import png

    for name in layer or ():
        if name not in LAYERS:
            raise unknown_name("layer", name, LAYERS)
    if source.suffix.lower() in RESULTS:
        read = _page_of_result(source, page)
        shown = image or _image_of(read, source)
        grey = decode(_numbered(shown, read.number))
        if grey.shape != (read.height, read.width):
            raise DataError(
                f"{shown} is {grey.shape[1]} x {grey.shape[0]} pixels, its result {read.width} x {read.height}.",
                hint="Name the image that was read: --image FILE",
            )
    else:
        wanted = _page_wanted(source, page)
        read, grey = _read(wanted, bundle or settings().bundle, lines), decode(wanted)
    stem = (output or Path()) / (source.stem if page == 1 else f"{source.stem}.{page}")
    picture = write_bytes(stem.with_name(f"{stem.name}.show.png"), png(overlay(grey, read, layer or LAYERS)))
    console.say(f"wrote {picture}")
    console.result(str(write_text(stem.with_name(f"{stem.name}.show.html"), render(grey, read))))


def _read(source: Source, bundle: str, lines: str) -> Page:
    from effocr.read.reader import Reader

    return Reader(bundle, threads=1, lines=lines).read_one(source)


def _page_wanted(path: Path, number: int) -> Source:
    from effocr.image.documents import document_at

    numbers = document_at(path).numbers
    return _numbered(path, number if numbers or number > 1 else 0)


def _numbered(path: Path, number: int) -> Source:
    from effocr.image.documents import DocumentPage

    return DocumentPage(path, number) if number else path


def _page_of_result(path: Path, number: int) -> Page:
    """One page of what `read` wrote as json or jsonl, counted from 1; raises `DataError` and `ImageError`."""
    from effocr.image.documents import no_such_page
    from effocr.page.serial import page_from_dict

    try:
        text = path.read_text(encoding="utf-8")
        rows = [json.loads(row) for row in text.splitlines() if row] if path.suffix == ".jsonl" else [json.loads(text)]
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as JSON: {error}.", hint="effocr read IMAGE --format json") from None
    pages = [page for row in rows for page in (row["pages"] if isinstance(row, dict) and "pages" in row else [row])]
    if number > len(pages):
        raise no_such_page(str(path), number, len(pages))
    try:
        return page_from_dict(pages[number - 1])
    except DataError as error:
        raise DataError(f"{path}: {error.message}", hint=error.hint) from None


def _image_of(page: Page, result: Path) -> Path:
    """Where the image of a result lies: as it is named, or beside the result; raises `ImageError`."""
    named = Path(page.source)
    for path in (named, result.parent / named.name):
        if path.is_file():
            return path
    what = f"the image of {result} ({page.source or 'without a name'})"
    raise ImageError(f"{what} is neither there nor beside it.", hint="Name it: --image FILE")
