"""The line finders by name, and `auto`, which chooses among them by what an image looks like."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from effocr.errors import BundleError, unknown_name
from effocr.image.preparation import Grey
from effocr.read.lines import ClipLines, Projection, WholeImage
from effocr.read.pages.others import Kraken, RapidOcr
from effocr.read.sockets import FoundLine, LineFinder

PAGE_ROWS, PAGE_COLUMNS = 400, 200
"""An image with fewer rows or columns is a clip: one line, or a few."""

WIDEST_PAGE = 6.0
"""An image this many times wider than high is a clip."""

WHOLE = 0.5
"""A page of one line that has this part of its height is a crop of that line, and is not cut further."""

Net = Callable[[], LineFinder | None]
"""Opens the line finder of a bundle when it is needed; None where the bundle has none."""


class Auto:
    """Takes a line crop as it is and cuts a clip into its few lines; pages go to the bundle's net, if it has one."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._clips = ClipLines()

    @cached_property
    def pages(self) -> LineFinder:
        """What finds the lines of pages; opened with the first page."""
        return self._net() or Projection()

    def find(self, page: Grey) -> list[FoundLine]:
        """The lines of a page in reading order; of a smaller image the whole, or one box a line."""
        if not is_page(page):
            return self._clips.find(page)
        lines = self.pages.find(page)
        if len(lines) == 1 and lines[0].box.height >= WHOLE * page.shape[0]:
            return WholeImage().find(page)
        return lines


def is_page(image: Grey) -> bool:
    """Whether an image, by its size and shape, is a page rather than a line or a clip of lines."""
    rows, columns = image.shape
    return bool(rows >= PAGE_ROWS and PAGE_COLUMNS <= columns <= WIDEST_PAGE * rows)


def _net_alone(net: Net) -> LineFinder:
    finder = net()
    if finder is None:
        raise BundleError("this bundle has no line finder.", hint="Try: --lines auto")
    return finder


def _no_net() -> LineFinder | None:
    return None


LINE_FINDERS: dict[str, Callable[[Net], LineFinder]] = {
    "auto": Auto,
    "net": _net_alone,
    "none": lambda _: WholeImage(),
    "projection": lambda _: Projection(),
    "kraken": lambda _: Kraken(),
    "rapidocr": lambda _: RapidOcr(),
}


def line_finder(name: str, net: Net = _no_net) -> LineFinder:
    """The line finder called `name`; `net` opens that of the bundle.

    Raises `UnknownNameError`, `BundleError` where the bundle has none, and `MissingExtraError`.
    """
    if name not in LINE_FINDERS:
        raise unknown_name("line finder", name, LINE_FINDERS)
    return LINE_FINDERS[name](net)
