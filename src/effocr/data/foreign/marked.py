"""A page as another program marked it: lines, words and glyphs with their boxes, before any pixel is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from effocr.errors import DataError
from effocr.page.boxes import Box

Scale = Literal["pixels", "page", "upwards"]
"""What coordinates mean: pixels of the image; parts of the size that the file gives its page; pixels from below."""


@dataclass(frozen=True)
class MarkedGlyph:
    """A glyph, or a word of which no glyphs are known."""

    box: Box
    text: str


@dataclass(frozen=True)
class MarkedLine:
    """A line; `name` is how its file calls it, `vertical` is None where the file does not say."""

    name: str
    box: Box
    text: str
    words: tuple[MarkedGlyph, ...] = ()
    glyphs: tuple[MarkedGlyph, ...] = ()
    vertical: bool | None = None


@dataclass(frozen=True)
class MarkedPage:
    """The lines of one page in the order of the file; `image` is the image's name there, "" where it names none.

    `width` and `height` are those of the page in the file's own unit, 0 where it does not give them.
    """

    file: Path
    image: str
    width: float
    height: float
    lines: tuple[MarkedLine, ...]
    scale: Scale = "pixels"
    number: int = 0
    """Which page of a document it is, counted from 1; 0 where the file does not say."""


def in_pixels(page: MarkedPage, width: int, height: int) -> MarkedPage:
    """The page with all boxes in pixels of its image. DataError where that image is of another size than the page."""
    if page.scale == "upwards":
        return _mapped(page, lambda box: Box(box.left, height - box.bottom, box.right, height - box.top))
    if page.scale == "page":
        if page.width <= 0 or page.height <= 0:
            raise DataError(
                f"{page.file}: the page has no WIDTH and HEIGHT, so its coordinates cannot become pixels.",
                hint="Write the file again with pixels as its unit.",
            )
        fx, fy = width / page.width, height / page.height
        return _mapped(page, lambda box: Box(box.left * fx, box.top * fy, box.right * fx, box.bottom * fy))
    if page.width and page.height and (page.width, page.height) != (width, height):
        raise DataError(
            f"{page.file}: the page is {page.width:g} x {page.height:g} pixels, its image {width} x {height}.",
            hint="The labels belong to another image, or to this one at another size: give that with --images.",
        )
    return page


def _mapped(page: MarkedPage, moved: Callable[[Box], Box]) -> MarkedPage:
    def mapped(glyphs: tuple[MarkedGlyph, ...]) -> tuple[MarkedGlyph, ...]:
        return tuple(replace(each, box=moved(each.box)) for each in glyphs)

    lines = (
        replace(line, box=moved(line.box), words=mapped(line.words), glyphs=mapped(line.glyphs)) for line in page.lines
    )
    return replace(page, lines=tuple(lines), scale="pixels")
