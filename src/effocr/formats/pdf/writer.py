"""Searchable PDFs: the pages as they were, with their text on top, which can be found and copied but not seen.

A PDF stays what it is, with bookmarks, links and metadata; images become pages without being compressed anew.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path
from typing import Any

from pikepdf import Name, ObjectStreamMode, PasswordError, Pdf, PdfError
from pikepdf import Page as PdfPage

from effocr.errors import OutputError
from effocr.formats.layout import page_name, software_version
from effocr.formats.pdf.glyphless import GlyphlessFont
from effocr.formats.pdf.hidden import remove_hidden_text
from effocr.formats.pdf.images import add_image_page
from effocr.formats.pdf.layer import Sheet, text_layer
from effocr.page.result import Page

KEPT = "text layer"
"""What stands for a bundle on pages whose text was taken from the PDF, and is in it already."""
_FONT = "/EffocrText"
_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024


def searchable_pdf(pages: Iterable[Page]) -> bytes:
    """One PDF of all pages; of a PDF all pages come along, with text on those that are given.

    OutputError where a source is no file, or cannot be opened any more.
    """
    with ExitStack() as opened:
        document: _Document | None = None
        for page in pages:
            if document is None:
                document = _Document.begun(page.source, opened)
            document.add(page)
        return (document or _Document(Pdf.new(), opened)).finished()


class _Document:
    """The PDF that is being written, and the PDFs that stay open until it is."""

    def __init__(self, pdf: Pdf, opened: ExitStack) -> None:
        self.pdf = opened.enter_context(pdf)
        self.opened = opened
        self.font = GlyphlessFont(pdf)
        self.starts: dict[str, int] = {}
        """Where the pages of each PDF begin, counted from 0."""

    @classmethod
    def begun(cls, source: str, opened: ExitStack) -> _Document:
        """The PDF at the first page's source, whose bookmarks and metadata are kept, else a new one."""
        if _is_pdf(source):
            document = cls(_opened(source), opened)
            document.starts[source] = 0
            return document
        document = cls(Pdf.new(), opened)
        document.pdf.docinfo["/Producer"] = f"effocr {software_version()}"
        return document

    def add(self, page: Page) -> None:
        """Lay the text of a page on the page of its PDF, or on a new one that shows its image."""
        if not (page.source in self.starts or _is_pdf(page.source)):
            sheet = add_image_page(self.pdf, page)
            self._lay(page, sheet, self.pdf.pages[-1])
            return
        if page.source not in self.starts:
            self.starts[page.source] = len(self.pdf.pages)
            self.pdf.pages.extend(self.opened.enter_context(_opened(page.source)).pages)
        if page.bundle == KEPT:
            return
        place = self.starts[page.source] + max(page.number, 1) - 1
        if place >= len(self.pdf.pages):
            raise OutputError(f"{page_name(page)}: the PDF has no such page any more.", hint="Read it again.")
        target = self.pdf.pages[place]
        remove_hidden_text(self.pdf, target)
        self._lay(page, _sheet(target), target)

    def _lay(self, page: Page, sheet: Sheet, target: PdfPage) -> None:
        layer = text_layer(page, sheet, self.font, _named(target, self.font))
        # What a page leaves behind of its own state must not move the text.
        target.contents_add(b"q\n", prepend=True)
        target.contents_add(b"\nQ\n" + layer)

    def finished(self) -> bytes:
        self.font.embed()
        buffer = io.BytesIO()
        self.pdf.save(buffer, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
        return buffer.getvalue()


def _is_pdf(source: str) -> bool:
    """Whether a file is a PDF. OutputError where it cannot be opened."""
    try:
        with open(source, "rb") as file:
            return _MAGIC in file.read(_MAGIC_WITHIN)
    except OSError as error:
        name, what = source or "a page without a source", error.strerror or str(error)
        raise OutputError(
            f"{name}: a PDF shows the image that was read, which cannot be opened: {what}.",
            hint="Read files, and write the PDF while they are there; or choose another format, such as hocr.",
        ) from None


def _opened(source: str) -> Pdf:
    try:
        return Pdf.open(Path(source))
    except PasswordError:
        raise OutputError(
            f"{source} is encrypted: it opens with a password only.",
            hint="qpdf --decrypt --password=... IN.pdf OUT.pdf",
        ) from None
    except (PdfError, OSError) as error:
        raise OutputError(f"{source}: is damaged, or no PDF: {error}", hint="qpdf IN.pdf OUT.pdf mends some.") from None


def _named(target: PdfPage, font: GlyphlessFont) -> str:
    """The name by which the page knows the font: one that is free, or its own where pages share their resources."""
    known: Any = target.resources.get("/Font", {})
    for name in chain([_FONT], (f"{_FONT}{number}" for number in count(2))):
        if name not in known:
            target.add_resource(font.reference, Name.Font, Name(name))
        elif known[name].objgen != font.reference.objgen:
            continue
        return name.removeprefix("/")
    return ""


def _sheet(page: PdfPage) -> Sheet:
    """Where the page as viewers show it lies: the part of it that is not cut away, turned clockwise by /Rotate."""
    box = [float(edge) for edge in page.mediabox]
    x0, y0, x1, y1 = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    crop = [float(edge) for edge in page.cropbox]
    left, right = max(x0, min(crop[0], crop[2])), min(x1, max(crop[0], crop[2]))
    bottom, top = max(y0, min(crop[1], crop[3])), min(y1, max(crop[1], crop[3]))
    if left < right and bottom < top:
        x0, y0, x1, y1 = left, bottom, right, top
    width, height = x1 - x0, y1 - y0
    match int(page.obj.get("/Rotate", 0)) % 360:
        case 90:
            return Sheet((x0, y0), (0.0, height), (width, 0.0))
        case 180:
            return Sheet((x1, y0), (-width, 0.0), (0.0, height))
        case 270:
            return Sheet((x1, y1), (0.0, -height), (-width, 0.0))
        case _:
            return Sheet((x0, y1), (width, 0.0), (0.0, -height))
