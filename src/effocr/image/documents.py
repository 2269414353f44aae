"""Documents of several pages: PDFs and multi-page TIFFs, which of their pages are meant, and how many there are."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from effocr.errors import DataError, ImageError

PDF_SUFFIXES = frozenset({".pdf"})
TIFF_SUFFIXES = frozenset({".tif", ".tiff"})
PDF_MAGIC = b"%PDF-"

MOST_PIXELS = 178_956_970
"""The bound at which Pillow itself refuses to open a file; a newspaper page at 600 dpi has a third of it."""

_PART = re.compile(r"(\d+)|(\d*)-(\d*)")
_RANGE_HINT = "Pages count from 1; write for example: --pages 1-3,7,10-"


@dataclass(frozen=True)
class DocumentPage:
    """One page of a PDF or a TIFF; pages count from 1."""

    path: Path
    number: int

    def __str__(self) -> str:
        return f"{self.path}#{self.number}"


@dataclass(frozen=True)
class Document:
    """A file, and the numbers of the pages meant in it: none where it is one image, or cannot be looked into."""

    path: Path
    numbers: Sequence[int] = ()

    def __len__(self) -> int:
        return max(1, len(self.numbers))

    @property
    def sources(self) -> list[Path | DocumentPage]:
        """What a reader is given, one a page."""
        return [DocumentPage(self.path, number) for number in self.numbers] or [self.path]


@dataclass(frozen=True)
class PageRange:
    """Spans of pages, first and last; a last of None stands for the end of the document."""

    spans: tuple[tuple[int, int | None], ...]

    @classmethod
    def of(cls, text: str) -> PageRange:
        """The range in a text such as "1-3,7,10-"; raises DataError, which says what is wrong."""
        return cls(tuple(_span(part.strip(), text) for part in text.split(",")))

    def within(self, count: int) -> list[int]:
        """The numbers that a document of `count` pages has, in its order, each once."""
        spans = ((first, count if last is None else min(last, count)) for first, last in self.spans)
        return sorted({number for first, last in spans for number in range(first, last + 1)})

    @property
    def first(self) -> int:
        """The lowest number that is asked for."""
        return min(first for first, _ in self.spans)


def document_at(path: Path, pages: PageRange | None = None) -> Document:
    """The document in a file, with the pages of a range or all.

    Where the range has none of its pages, the first that is asked for is taken, so that reading it says what is wrong;
    so does reading a file that cannot be looked into.
    """
    try:
        count = page_count(path)
    except ImageError:
        return Document(path)
    single = count == 1 and path.suffix.lower() not in PDF_SUFFIXES
    if pages is None:
        return Document(path) if single else Document(path, range(1, count + 1))
    numbers = pages.within(count) or [pages.first]
    return Document(path) if single and numbers == [1] else Document(path, tuple(numbers))


def page_count(path: str | os.PathLike[str]) -> int:
    """How many pages a PDF or TIFF has by its suffix; 1 for every other file. Raises ImageError."""
    suffix = Path(path).suffix.lower()
    if suffix in PDF_SUFFIXES:
        from effocr.image.pdf.drawing import pdf_page_count

        return pdf_page_count(Path(path))
    if suffix not in TIFF_SUFFIXES:
        return 1
    try:
        with Image.open(path) as image:
            return int(getattr(image, "n_frames", 1))
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        raise ImageError(f"{os.fspath(path)} cannot be looked into: {error}") from None


def no_such_page(name: str, number: int, count: int) -> ImageError:
    """The error for a page number that a document lacks."""
    pages = "1 page" if count == 1 else f"{count} pages"
    hint = f"Pages 1 to {count} can be read." if count > 1 else "Leave the choice of pages out." if count else ""
    return ImageError(f"{name} has {pages}; there is no page {number}.", hint=hint)


def _span(part: str, whole: str) -> tuple[int, int | None]:
    match = _PART.fullmatch(part)
    if match is None or part == "-":
        what = f"{part!r} is no number and no range" if part else "a number is missing beside a comma"
        raise DataError(f"pages {whole!r}: {what}.", hint=_RANGE_HINT)
    one, first, last = match.groups()
    span = (int(one), int(one)) if one else (int(first or 1), int(last) if last else None)
    if span[0] < 1 or span[1] == 0:
        raise DataError(f"pages {whole!r}: there is no page 0.", hint=_RANGE_HINT)
    if span[1] is not None and span[1] < span[0]:
        raise DataError(f"pages {whole!r}: {part} runs backwards.", hint=_RANGE_HINT)
    return span
