"""XML of any namespace, read without trust: its elements, attributes and polygons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from effocr.errors import DataError
from effocr.page.boxes import Box

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


class _Doctype(Exception):
    """There is a document type, which may define entities that blow up, or name other files."""


class _Builder(TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise _Doctype


def only_page(pages: Sequence[Element], path: Path) -> Element:
    """The one page of a document; DataError where there are more, or none."""
    if len(pages) != 1:
        raise DataError(f"{path}: holds {len(pages)} pages; one a file is read.", hint="Export it page by page.")
    return pages[0]


def parsed(path: Path) -> Element:
    """The root of an XML file. DataError for one that cannot be read, is no XML, or has a document type."""
    hint = "Open it in a browser, which shows where it breaks, or export it again."
    parser = XMLParser(target=_Builder())
    try:
        parser.feed(path.read_bytes())
        root = parser.close()
    except _Doctype:
        raise DataError(f"{path}: has a DOCTYPE, which is not read.", hint="Remove the line <!DOCTYPE ...>.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}.", hint="Check the path.") from error
    except (ParseError, LookupError, ValueError) as error:
        raise DataError(f"{path}: is not well-formed XML: {error}.", hint=hint) from None
    if not isinstance(root, Element):
        raise DataError(f"{path}: is not well-formed XML: there is no element in it.", hint=hint)
    return root


def name_of(element: Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if name_of(child) == name)


def child(element: Element, name: str) -> Element | None:
    return next(children(element, name), None)


def all_below(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if name_of(each) == name)


def number(element: Element, key: str, where: str) -> float | None:
    """The number in an attribute, None where it is missing; DataError for another value."""
    value = element.get(key)
    if value is None:
        return None
    if not _NUMBER.fullmatch(value.strip()):
        raise DataError(f"{where}: {key}={value!r} is no number.", hint="Mend it in the file.")
    return float(value)


def box_of_points(points: str, where: str) -> Box:
    """The box around a polygon: "x,y x,y" or "x y x y". DataError for fewer than two points, or an odd number."""
    values = [float(value) for value in _NUMBER.findall(points)]
    if len(values) < 4 or len(values) % 2:
        raise DataError(f"{where}: {points[:60]!r} is no polygon.", hint="Give points as 'x,y x,y ...'.")
    return Box(min(values[::2]), min(values[1::2]), max(values[::2]), max(values[1::2]))
