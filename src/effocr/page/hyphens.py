"""The second layer of text: words that the printer parted at line ends joined again, paragraphs by region.

The printed form stays in the lines. No dictionary is asked. A line's last word goes on in the next line, of
the same region or of the region that is read next, when it ends in a hyphen that stands after a letter, and the next
line begins with a lower-case letter. The hyphen is then left out, unless the word has one inside already
("brother-in-" and "law"), or the page prints the compound inside a line as well ("to-day" there keeps it in "to-" and
"day"). A compound that is printed at line ends alone loses its hyphen: nothing tells "re-" and "enter" from "Consti-"
and "tution". Dashes are no hyphens; the soft hyphen and the double hyphen of Fraktur are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from effocr.page.result import Line, Page

HYPHENS = "-‐⸗=¬\u00ad"
"""Hyphen-minus, hyphen, double oblique hyphen, equals sign (as Fraktur is often transcribed), not sign, soft hyphen."""

AROUND = "\"'“”‘’„‚«»()[]"
"""What may stand before the first letter of a word, or after its last."""


def joined_text(page: Page) -> str:
    """The page's text with parted words joined: a paragraph a region, with an empty line between two."""
    kept = hyphenated(page)
    paragraphs = [_paragraph(block, kept) for block in _blocks(page.lines)]
    return "\n\n".join(filter(None, paragraphs))


def parted_words(page: Page) -> list[tuple[int, int, str]]:
    """The words that go on in another line: the places of both lines on the page, from 0, and the word joined."""
    kept = hyphenated(page)
    lines = [(place, line) for place, line in enumerate(page.lines) if line.words]
    return [
        (place, next_place, _joined(line.words[-1].text, next_line.words[0].text, kept))
        for (place, line), (next_place, next_line) in pairwise(lines)
        if _goes_on(line, next_line)
    ]


def hyphenated(page: Page) -> frozenset[str]:
    """The compounds that the page prints with a hyphen inside a line, in lower case, without what stands around."""
    words = (word.text.strip(AROUND + ".,;:!?").lower() for line in page.lines for word in line.words)
    return frozenset(_plain(word) for word in words if any(mark in word[1:-1] for mark in HYPHENS))


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines by region; a region whose last word goes on is kept together with the one that follows."""
    block: list[Line] = []
    for _, region in groupby(lines, key=lambda line: line.region):
        following = [line for line in region if line.words]
        if block and following and not _goes_on(block[-1], following[0]):
            yield block
            block = []
        block += following
    if block:
        yield block


def _paragraph(lines: Sequence[Line], kept: frozenset[str]) -> str:
    text = ""
    for before, line in zip([None, *lines[:-1]], lines, strict=True):
        if before is None:
            text = line.text
        elif _goes_on(before, line):
            text = _joined(text, line.text, kept)
        else:
            text += (" " if line.spaced else "") + line.text
    return text


def _goes_on(before: Line, line: Line) -> bool:
    """Whether the last word of a line goes on in the next."""
    if not before.words or not line.words:
        return False
    last, first = before.words[-1].text, line.words[0].text
    return last[-1:] in HYPHENS and last[-2:-1].isalpha() and first[:1].islower()


def _joined(text: str, following: str, kept: frozenset[str]) -> str:
    start = text.rsplit(" ", 1)[-1].lstrip(AROUND)
    compound = start + following.split(" ", 1)[0]
    inside = any(mark in start[:-1] for mark in HYPHENS)
    whole = _plain(compound.rstrip(AROUND + ".,;:!?").lower()) in kept
    return text + following if inside or whole else text[:-1] + following


def _plain(word: str) -> str:
    """A word with all its hyphens as "-"."""
    return "".join("-" if char in HYPHENS else char for char in word)
