"""XML as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from effocr.page.boxes import Box

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 forbids (section 2.2)."""
    return text if text.isprintable() else _ILLEGAL.sub("\ufffd", text)


def add(parent: Element, tag: str, attributes: Mapping[str, str] | None = None, text: str | None = None) -> Element:
    """A new last child; what attributes and text say is made legal."""
    child = SubElement(parent, tag, {name: legal(value) for name, value in (attributes or {}).items()})
    child.text = None if text is None else legal(text)
    return child


def indented(root: Element) -> str:
    """A document whose elements hold either text or elements, an element a row."""
    ElementTree.indent(root, " ")
    return DECLARATION + ElementTree.tostring(root, encoding="unicode") + "\n"


def decimal(value: float) -> str:
    """A number to hundredths, without zeros at its end."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def corner_and_size(box: Box) -> dict[str, str]:
    """A box as ALTO's HPOS, VPOS, WIDTH and HEIGHT."""
    values = {"HPOS": box.left, "VPOS": box.top, "WIDTH": box.width, "HEIGHT": box.height}
    return {name: decimal(value) for name, value in values.items()}
