"""Plain text."""

from __future__ import annotations

from collections.abc import Sequence

from effocr.page.result import Page


def write_txt(pages: Sequence[Page]) -> str:
    """The text of one page, a row a line; of several pages each row begins with the name of its source."""
    if len(pages) == 1:
        rows = [line.text for line in pages[0].lines]
    else:
        rows = [f"{page.source}: {line.text}" for page in pages for line in page.lines]
    return "".join(f"{row}\n" for row in rows)
