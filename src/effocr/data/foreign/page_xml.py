"""PAGE XML of any version, as Transkribus, eScriptorium, OCR-D and Aletheia write it."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

from effocr.data.foreign.marked import MarkedGlyph, MarkedLine, MarkedPage
from effocr.data.foreign.xml_tree import all_below, box_of_points, child, children, name_of, number, only_page
from effocr.errors import DataError
from effocr.page.boxes import Box

VERTICAL = {"left-to-right": False, "right-to-left": False, "top-to-bottom": True}
_DIRECTION = "readingDirection"


def read_page_xml(path: Path, root: Element) -> MarkedPage:
    """The page in a PAGE XML document; polygons become the boxes around them. DataError where it makes no sense."""
    page = only_page(list(children(root, "Page")), path)
    lines = _lines(page, page.get(_DIRECTION, ""), str(path))
    width, height = (number(page, key, str(path)) or 0.0 for key in ("imageWidth", "imageHeight"))
    return MarkedPage(path, page.get("imageFilename", ""), width, height, tuple(lines))


def _lines(element: Element, direction: str, where: str) -> list[MarkedLine]:
    """The lines in a page or region, in the order of the file; directions are inherited."""
    found = []
    for part in element:
        own = part.get(_DIRECTION, direction)
        if name_of(part) == "TextLine":
            found.append(_line(part, own, where))
        elif name_of(part).endswith("Region"):
            found += _lines(part, own, where)
    return found


def _line(line: Element, direction: str, where: str) -> MarkedLine:
    name = line.get("id", "?")
    where = f"{where}: line {name!r}"
    words = list(children(line, "Word"))
    word_texts = [_text(word) or "".join(map(_text, children(word, "Glyph"))) for word in words]
    glyphs = tuple(MarkedGlyph(_box(glyph, where), _text(glyph)) for word in words for glyph in children(word, "Glyph"))
    if any(child(word, "Glyph") is None for word, text in zip(words, word_texts, strict=True) if text):
        glyphs = ()  # some words have none
    return MarkedLine(
        name,
        _box(line, where),
        _text(line) or " ".join(word_texts),
        tuple(MarkedGlyph(_box(word, where), text) for word, text in zip(words, word_texts, strict=True)),
        glyphs,
        _vertical(direction, where),
    )


def _vertical(direction: str, where: str) -> bool | None:
    if not direction:
        return None
    if direction not in VERTICAL:
        known = ", ".join(VERTICAL)
        raise DataError(f"{where}: {_DIRECTION} {direction!r} is not read; known: {known}.", hint="Turn the image.")
    return VERTICAL[direction]


def _text(element: Element) -> str:
    """What an element reads as: the text of the lowest `index`, of those without one the first; "" for none."""
    texts = list(children(element, "TextEquiv"))
    if not texts:
        return ""
    best = min(texts, key=lambda text: int(text.get("index", "0")) if text.get("index", "0").isdigit() else 0)
    unicode = child(best, "Unicode")
    return " ".join(((unicode.text or "") if unicode is not None else "").split())


def _box(element: Element, where: str) -> Box:
    coords = child(element, "Coords")
    if coords is None:
        raise DataError(f"{where}: its {name_of(element)} has no Coords.", hint="Add them, or remove the line.")
    points = coords.get("points") or " ".join(
        f"{point.get('x', '')},{point.get('y', '')}" for point in all_below(coords, "Point")
    )
    return box_of_points(points, where)
