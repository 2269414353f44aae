"""Whether the text that a PDF page already carries is kept, or its pixels are read."""

from __future__ import annotations

from effocr.errors import unknown_name
from effocr.image.documents import PDF_SUFFIXES, DocumentPage
from effocr.page.result import Page

TEXT_LAYERS = ("auto", "keep", "replace")
"""`auto` keeps the text of born-digital pages and reads scans anew; `keep` and `replace` do the same with all pages."""


def checked_text_layer(name: str) -> str:
    """One of `TEXT_LAYERS`; raises UnknownNameError."""
    if name not in TEXT_LAYERS:
        raise unknown_name("text layer", name, TEXT_LAYERS)
    return name


def kept_page(source: object, text_layer: str) -> Page | None:
    """The page that the text layer of a PDF page gives; None where its pixels are to be read. Raises ImageError."""
    if text_layer == "replace" or not isinstance(source, DocumentPage):
        return None
    if source.path.suffix.lower() not in PDF_SUFFIXES:
        return None
    from effocr.image.pdf.text_layer import page_of_layer

    return page_of_layer(source, scans=text_layer == "keep")
