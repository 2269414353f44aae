"""Plain text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from effocr.formats.layout import page_name
from effocr.page.hyphens import joined_text
from effocr.page.result import Page

PAGE_BREAK = "\f"
RULE = "---\n\n"
_INLINE = re.compile(r"[\\`*_\[\]<>&]")
_BLOCK_MARK = re.compile(r"^(\d*)(?=[#+\-=~.)])")


def write_txt(pages: Sequence[Page]) -> str:
    """The text, a row a line, with a form feed between the pages of one document; of several images each row begins
    with the name of its image."""
    texts = [(page.source, page_name(page), [line.text for line in page.lines]) for page in pages]
    if len({source for source, _, _ in texts}) <= 1:
        return PAGE_BREAK.join("".join(f"{line}\n" for line in lines) for _, _, lines in texts)
    return "".join(f"{name}: {line}\n" for _, name, lines in texts for line in lines)


def write_markdown(pages: Sequence[Page]) -> str:
    """Running text: a paragraph a region, words that line ends cut in two joined, a rule between pages."""
    written = ["".join(f"{_marked(paragraph)}\n\n" for paragraph in _paragraphs(page)) for page in pages]
    return RULE.join(written).removesuffix("\n")


def _paragraphs(page: Page) -> list[str]:
    text = joined_text(page)
    return text.split("\n\n") if text else []


def _marked(paragraph: str) -> str:
    """A paragraph as Markdown that shows it as it stands."""
    escaped = _INLINE.sub(r"\\\g<0>", " ".join(paragraph.split()))
    return _BLOCK_MARK.sub(r"\1\\", escaped)
