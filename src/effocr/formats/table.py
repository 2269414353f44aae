"""The formats that pages can be written in, by the names the command line knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from effocr.formats.alto import write_alto
from effocr.formats.coco import write_coco
from effocr.formats.hocr import write_hocr
from effocr.formats.page_xml import write_page_xml
from effocr.formats.records import write_json, write_jsonl
from effocr.formats.text import write_markdown, write_txt
from effocr.formats.tsv import write_tsv
from effocr.page.result import Page


@dataclass(frozen=True, slots=True)
class Format:
    """How files of a format end, and what writes the pages of one document: text, or bytes where it is no text."""

    suffix: str
    write: Callable[[Sequence[Page]], str | bytes]
    page_by_page: bool = False
    """Whether a document becomes a file for each of its pages, as those who take this format expect."""


def write_pdf(pages: Sequence[Page]) -> bytes:
    """The scans as one PDF whose text can be found and copied (`effocr.formats.pdf.writer`)."""
    from effocr.formats.pdf.writer import searchable_pdf  # pikepdf is slow to load, and seldom needed

    return searchable_pdf(pages)


FORMATS: dict[str, Format] = {
    "txt": Format(".txt", write_txt),
    "md": Format(".md", write_markdown),
    "json": Format(".json", write_json),
    "jsonl": Format(".jsonl", write_jsonl),
    "tsv": Format(".tsv", write_tsv),
    "hocr": Format(".hocr", write_hocr),
    "alto": Format(".alto.xml", write_alto, page_by_page=True),
    "page": Format(".page.xml", write_page_xml, page_by_page=True),
    "pdf": Format(".pdf", write_pdf),
    "coco": Format(".coco.json", write_coco),
}
