"""ALTO 2 to 4, as ABBYY, Tesseract, kraken and the digitisation services of libraries write it."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

from effocr.data.foreign.marked import MarkedGlyph, MarkedLine, MarkedPage, Scale
from effocr.data.foreign.xml_tree import all_below, box_of_points, child, children, number, only_page
from effocr.errors import unknown_name
from effocr.page.boxes import Box, Boxes

UNITS: dict[str, Scale] = {"pixel": "pixels", "mm10": "page", "inch1200": "page"}
SOFT_HYPHEN = "\u00ad"


def read_alto(path: Path, root: Element) -> MarkedPage:
    """The page in an ALTO document. DataError where it makes no sense."""
    page = only_page(list(all_below(root, "Page")), path)
    unit = next((each.text or "" for each in all_below(root, "MeasurementUnit")), "pixel").strip() or "pixel"
    if unit not in UNITS:
        raise unknown_name(f"MeasurementUnit in {path}:", unit, UNITS)
    width, height = (number(page, key, str(path)) or 0.0 for key in ("WIDTH", "HEIGHT"))
    image = next((each.text or "" for each in all_below(root, "fileName")), "").strip()
    lines = tuple(_line(line, place, str(path)) for place, line in enumerate(all_below(page, "TextLine"), 1))
    order = number(page, "PHYSICAL_IMG_NR", str(path)) or 0
    return MarkedPage(path, image, width, height, lines, UNITS[unit], int(order))


def _line(line: Element, place: int, where: str) -> MarkedLine:
    name = line.get("ID", str(place))
    where = f"{where}: line {name!r}"
    strings = list(children(line, "String"))
    words = [_marked(string, where) for string in strings]
    glyphs = [_marked(glyph, where) for string in strings for glyph in children(string, "Glyph")]
    text = " ".join(string.get("CONTENT", "").strip() for string in strings)
    hyphen = child(line, "HYP")
    if hyphen is not None:
        text += hyphen.get("CONTENT", "-").replace(SOFT_HYPHEN, "-") or "-"
        words, glyphs = _hyphenated(words, glyphs, _marked(hyphen, where))
    complete = all(child(string, "Glyph") is not None for string in strings) and None not in glyphs
    known_words, known_glyphs = (tuple(each for each in some if each is not None) for some in (words, glyphs))
    box = _box(line, where) or Boxes.of(each.box for each in (*known_words, *known_glyphs)).union()
    return MarkedLine(name, box, text, known_words, known_glyphs if complete else ())


def _hyphenated(
    words: list[MarkedGlyph | None], glyphs: list[MarkedGlyph | None], hyphen: MarkedGlyph | None
) -> tuple[list[MarkedGlyph | None], list[MarkedGlyph | None]]:
    """Words and glyphs with the hyphen at the line's end, which ALTO keeps apart from the word that it ends."""
    if not words or (last := words[-1]) is None or hyphen is None:
        return words, [*glyphs, hyphen]
    whole = MarkedGlyph(Boxes.of([last.box, hyphen.box]).union(), last.text + hyphen.text)
    return [*words[:-1], whole], [*glyphs, hyphen]


def _marked(element: Element, where: str) -> MarkedGlyph | None:
    """A String, Glyph or HYP with its box; None where it has none."""
    box = _box(element, where)
    text = element.get("CONTENT", "").strip().replace(SOFT_HYPHEN, "-")
    return None if box is None else MarkedGlyph(box, text)


def _box(element: Element, where: str) -> Box | None:
    """The box of an element from its own numbers, or around its polygon; None where it has neither."""
    left, top, width, height = (number(element, key, where) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    if left is not None and top is not None and width is not None and height is not None:
        return Box(left, top, left + width, top + height)
    shape = child(element, "Shape")
    polygon = None if shape is None else child(shape, "Polygon")
    return None if polygon is None else box_of_points(polygon.get("POINTS", ""), where)
