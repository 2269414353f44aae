"""PDF pages as pixels: drawn at the resolution of the scan that they hold, so that nothing is lost and nothing added.

PDFium is not safe with threads: all of it happens under one lock.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from effocr.errors import ImageError
from effocr.image.documents import MOST_PIXELS, no_such_page
from effocr.image.preparation import Grey

POINTS_PER_INCH = 72
ORDINARY_DPI = 300.0
"""The resolution of pages that hold no scan."""
COARSE_DPI = 150.0
LEAST_DPI, MOST_DPI = 36.0, 1200.0
SCAN_COVER = 0.5
"""Images that cover this part of a page make it a scan; smaller ones are pictures in it."""
COMPARABLE = 0.5
"""The finest image sets the resolution among those with this part of the largest one's area."""

_LOCK = RLock()
_REASONS = {
    raw.FPDF_ERR_PASSWORD: (
        "is encrypted: it opens with a password only",
        "qpdf --decrypt --password=... IN.pdf OUT.pdf",
    ),
    raw.FPDF_ERR_SECURITY: ("is encrypted in a way that is not known", "qpdf --decrypt IN.pdf OUT.pdf"),
    raw.FPDF_ERR_FORMAT: ("is damaged, or no PDF", "Copy or download it again; or: qpdf IN.pdf OUT.pdf"),
}


@dataclass(frozen=True)
class Geometry:
    """How a page is drawn: pixels of its width and height, pixels an inch, the part of it that images cover."""

    width: int
    height: int
    dpi: float
    cover: float


def pdf_page_count(path: Path) -> int:
    """How many pages a PDF has; raises ImageError."""
    with opened(path, str(path)) as document:
        return len(document)


def pdf_pixels(source: Path | bytes, number: int, name: str) -> tuple[Grey, float]:
    """The pixels of a page, numbered from 1, and their number an inch. Raises ImageError, which says `name`."""
    with opened(source, name) as document, page_of(document, number, name) as page:
        geometry = geometry_of(page)
        bitmap = pdfium.PdfBitmap.new_native(geometry.width, geometry.height, raw.FPDFBitmap_Gray)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, geometry.width, geometry.height)
        flags = raw.FPDF_GRAYSCALE | raw.FPDF_ANNOT | raw.FPDF_RENDER_LIMITEDIMAGECACHE
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, geometry.width, geometry.height, 0, flags)
        pixels = np.array(bitmap.to_numpy())  # its memory goes away with the bitmap
        bitmap.close()
        return pixels.reshape(geometry.height, geometry.width), geometry.dpi


@contextmanager
def opened(source: Path | bytes, name: str) -> Iterator[Any]:
    """A PDF that stays open, and PDFium locked, within the block; what PDFium refuses becomes an ImageError."""
    with _LOCK:
        try:
            document = pdfium.PdfDocument(source)
        except FileNotFoundError:
            raise ImageError(f"{name}: no such file.", hint="Check the path; `ls` its folder.") from None
        except pdfium.PdfiumError as error:
            reason, hint = _REASONS.get(error.err_code, ("cannot be opened as a PDF", "Open it in a PDF viewer."))
            raise ImageError(f"{name} {reason}.", hint=hint) from None
        except (OSError, ValueError) as error:
            raise ImageError(f"{name} cannot be opened: {error}.", hint=f"Try: ls -l {name}") from None
        try:
            yield document
        except pdfium.PdfiumError as error:
            raise ImageError(f"{name} is damaged: {error}", hint=_REASONS[raw.FPDF_ERR_FORMAT][1]) from None
        finally:
            document.close()


@contextmanager
def page_of(document: Any, number: int, name: str) -> Iterator[Any]:
    """A page, numbered from 1, of an open PDF; raises ImageError."""
    if not 1 <= number <= len(document):
        raise no_such_page(name.removesuffix(f"#{number}"), number, len(document))
    page = document[number - 1]
    try:
        yield page
    finally:
        page.close()


def geometry_of(page: Any) -> Geometry:
    """How a page is drawn: see `Geometry`."""
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise ImageError(f"a page of {width:g} x {height:g} points holds nothing.")
    images = [image for image in map(_image, page.get_objects([raw.FPDF_PAGEOBJ_IMAGE])) if image[1] > 0]
    cover = min(1.0, sum(area for _, area in images) / (width * height))
    dpi = ORDINARY_DPI
    if cover >= SCAN_COVER:
        largest = max(area for _, area in images)
        dpi = max(math.sqrt(pixels / area) for pixels, area in images if area >= COMPARABLE * largest)
        dpi *= POINTS_PER_INCH
        if dpi < COARSE_DPI and _shows_text(page):  # text over a coarse picture
            dpi = ORDINARY_DPI
    most = math.sqrt(MOST_PIXELS / (width * height)) * POINTS_PER_INCH
    dpi = min(max(dpi, LEAST_DPI), MOST_DPI, most)
    scale = dpi / POINTS_PER_INCH
    # Rounded down where the bound decides; PDFium's own rounding up adds a row to most scans.
    columns, rows = (max(1, int(edge * scale + 0.499)) for edge in (width, height))
    return Geometry(columns, rows, dpi, cover)


def _image(image: Any) -> tuple[int, float]:
    """The pixels of an image, and its area on the page in square points; forms may scale what they hold."""
    columns, rows = image.get_px_size()
    area, holder = 1.0, image
    while holder is not None:
        matrix = holder.get_matrix()
        area *= abs(matrix.a * matrix.d - matrix.b * matrix.c)
        holder = holder.container
    return columns * rows, area


def _shows_text(page: Any) -> bool:
    """Whether a page has text that is drawn; the text layers of scans are not."""
    texts = page.get_objects([raw.FPDF_PAGEOBJ_TEXT])
    return any(raw.FPDFTextObj_GetTextRenderMode(text) != raw.FPDF_TEXTRENDERMODE_INVISIBLE for text in texts)
