"""An older invisible text layer, taken out of a page before a new one is laid on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pikepdf import (
    ContentStreamInlineImage,
    ContentStreamInstruction,
    Name,
    Object,
    Page,
    Pdf,
    PdfError,
    Stream,
    parse_content_stream,
    unparse_content_stream,
)

from effocr.formats.pdf.layer import INVISIBLE

Instruction = ContentStreamInstruction | ContentStreamInlineImage
_SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
_HIDES = re.compile(rb"(?<![\d.])3\s+Tr\b")
_DEEPEST = 8
"""Forms that show forms; more are a loop."""


def remove_hidden_text(pdf: Pdf, page: Page) -> None:
    """Take out the text that is shown in the invisible mode, of the page and of the forms that it shows."""
    contents = page.obj.get("/Contents")
    parts = [contents] if isinstance(contents, Stream) else list(contents or [])
    if _HIDES.search(b"\n".join(part.read_bytes() for part in parts)) and (kept := _visible(page.obj)) is not None:
        page.obj["/Contents"] = pdf.make_stream(kept)
    for form in _forms(page.resources, _DEEPEST):
        if _HIDES.search(form.read_bytes()) and (kept := _visible(form)) is not None:
            form.write(kept)


def _forms(resources: Object, depth: int) -> Iterator[Stream]:
    for each in dict(resources.get("/XObject", {})).values():
        if depth and isinstance(each, Stream) and each.get("/Subtype") == Name.Form:
            yield each
            if "/Resources" in each:
                yield from _forms(each["/Resources"], depth - 1)


def _visible(content: Object) -> bytes | None:
    """A content stream without its hidden text; None where it cannot be parsed."""
    try:
        return unparse_content_stream(list(_without_hidden(parse_content_stream(content))))
    except PdfError:
        return None


def _without_hidden(instructions: list[Instruction]) -> Iterator[Instruction]:
    mode, saved = 0, []
    for each in instructions:
        operator = str(each.operator)
        if operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr":
            mode = int(each.operands[0])
        if not (mode == INVISIBLE and operator in _SHOWS_TEXT):
            yield each
