"""Words as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from effocr.page.result import Page

COLUMNS = ("source", "page", "region", "line", "word", "left", "top", "right", "bottom", "score", "text")


def write_tsv(pages: Sequence[Page]) -> str:
    """A row a word under one row of column names; lines and words count from 1 on each page, regions as Line does.

    `page` is 0 for an image that is no document. Boxes are pixels, scores lie in 0..1.
    Tabs and line ends inside names and texts become spaces, so that every row has the same columns.
    """
    rows = [COLUMNS, *(row for page in pages for row in _rows(page))]
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def _rows(page: Page) -> Iterator[tuple[str, ...]]:
    for number, line in enumerate(page.lines, 1):
        for place, word in enumerate(line.words, 1):
            box = (f"{value:.1f}" for value in word.box)
            yield (
                page.source,
                *(str(count) for count in (page.number, line.region, number, place)),
                *box,
                f"{word.score:.4f}",
                word.text,
            )
