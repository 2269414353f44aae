"""What the formats that mark regions have in common: blocks of lines, names of pages, boxes inside the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from pathlib import PurePath

from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page

LEAST_LIKELY = 0.001


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbours in reading order of the same region; `lines` with their places on the page, counted from 0."""

    box: Box
    lines: tuple[tuple[int, Line], ...]

    @property
    def vertical(self) -> bool:
        return all(line.vertical for _, line in self.lines)


def blocks(page: Page) -> list[Block]:
    """The blocks of a page in reading order; each line is in one of them."""
    grouped = groupby(enumerate(page.lines), key=lambda numbered: numbered[1].region)
    gathered = [tuple(lines) for _, lines in grouped]
    return [Block(around(page, (extent(page, line) for _, line in lines)), lines) for lines in gathered]


def extent(page: Page, line: Line) -> Box:
    """The box around what was read as a line and all of its glyphs."""
    return around(page, (line.box, *(glyph.box for glyph in line.glyphs)))


def around(page: Page, boxes: Iterable[Box]) -> Box:
    """The box around boxes, cut at the borders of the page; of none a zero box."""
    edges = tuple(zip(*boxes, strict=True))
    if not edges:
        return Box(0.0, 0.0, 0.0, 0.0)
    left, top, right, bottom = edges
    return within(page, Box(min(left), min(top), max(right), max(bottom)))


def within(page: Page, box: Box) -> Box:
    """A box cut at the borders of the page."""
    left, right = (min(max(x, 0.0), float(page.width)) for x in (box.left, box.right))
    top, bottom = (min(max(y, 0.0), float(page.height)) for y in (box.top, box.bottom))
    return Box(left, top, right, bottom)


def likely_others(glyph: Glyph) -> list[Alternative]:
    """What else a glyph may be, of some likelihood: clear print has four alternatives a glyph that say nothing."""
    return [each for each in glyph.alternatives if each.text != glyph.text and each.score >= LEAST_LIKELY]


def page_name(page: Page) -> str:
    """What a page is called: its source, and its number where that is a document ("scan.pdf#3")."""
    return f"{page.source}#{page.number}" if page.number else page.source


def file_name(page: Page) -> str:
    """The page's name without the folders."""
    return PurePath(page_name(page)).name


def whole_pixels(box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box, rounded."""
    left, top, right, bottom = (round(edge) for edge in box)
    return left, top, right, bottom


def software_version() -> str:
    """The version of effocr, looked up by name: its front door leads to rooms that formats may not import."""
    return str(import_module("effocr").__version__)
