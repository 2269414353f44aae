"""Pages as JSON, with everything that reading found."""

from __future__ import annotations

from collections.abc import Sequence

from effocr.page.result import Page
from effocr.page.serial import page_to_json

SCHEMA = "effocr.pages/1"


def write_json(pages: Sequence[Page]) -> str:
    """One object of schema `effocr.pages/1`, whose `pages` are objects of schema `effocr.page/2`, one a row."""
    rows = ",\n".join(page_to_json(page) for page in pages)
    return f'{{"schema": "{SCHEMA}", "pages": [\n{rows}\n]}}\n'


def write_jsonl(pages: Sequence[Page]) -> str:
    """A row a page, each an object of schema `effocr.page/2`."""
    return "".join(f"{page_to_json(page)}\n" for page in pages)
