"""`effocr data draft`: labels to start from, for images that have none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.reading import LinesOption, ThreadsOption, VerticalOption
from effocr.errors import DataError, EffocrError, ImageError, PartialError, unknown_name
from effocr.settings import settings

if TYPE_CHECKING:
    from effocr.evaluate.drafting import PageReader

READERS = ("effocr", "tesseract")


def draft(
    paths: Annotated[list[Path], typer.Argument(help="Images, or folders of images.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="New folder for lines and coco.json.", show_default=False)],
    reader: Annotated[str, typer.Option(help="effocr or tesseract.")] = "effocr",
    bundle: Annotated[str | None, typer.Option(help="Of effocr: name or path of a bundle.", show_default="en")] = None,
    language: Annotated[str, typer.Option(help="Of tesseract: its model, for example eng+deu.")] = "eng",
    doubtful: Annotated[float, typer.Option(min=0, max=1, help="List glyphs whose score is lower.")] = 0.5,
    vertical: VerticalOption = None,
    lines: LinesOption = "auto",
    threads: ThreadsOption = None,
) -> None:
    """Draft labels for images that have none, to be corrected.

    Lines are cut out; every glyph and word gets box, text and score. Correct texts and boxes in any editor of COCO.
    """
    from effocr.evaluate.drafting import write_drafts
    from effocr.image.documents import document_at
    from effocr.image.folders import image_paths

    if reader not in READERS:
        raise unknown_name("reader", reader, READERS)
    images = image_paths(paths)
    for image in images:
        if (count := len(document_at(image))) > 1:
            raise ImageError(
                f"{image} has {count} pages; drafts are made of images.", hint="pdftoppm -png IN.pdf PAGES"
            )
    engine = _reader(reader, bundle, language, lines, threads)
    failures: list[EffocrError] = []
    with console.progress("images") as progress:
        done = write_drafts(
            images,
            engine,
            out,
            doubtful=doubtful,
            vertical=vertical,
            on_error=lambda name, error: failures.append(error),
            progress=lambda count: progress(count, len(images)),
        )
    console.result(f"{out / 'coco.json'}: {done.lines} lines, {done.glyphs} glyphs, {done.doubtful} doubtful")
    if done.blank:
        console.say(f"{done.blank} lines on which nothing was read were left out")
    console.next_command(f"effocr data check {out}")
    for error in failures:
        console.report_error(error)
    if failures:
        raise PartialError(f"{len(failures)} of {len(images)} images could not be read; the others were.")


def _reader(kind: str, bundle: str | None, language: str, lines: str, threads: int | None) -> PageReader:
    if kind == "tesseract":
        from effocr.read.engines.tesseract import TesseractReader

        if bundle is not None:
            raise DataError("--bundle is for --reader effocr.", hint="Tesseract's model is chosen with --language.")
        return TesseractReader(language, lines=lines)
    from effocr.read.reader import Reader

    return Reader(bundle or settings().bundle, threads=threads or settings().threads, lines=lines)
