"""PAGE XML of 2024-07-15, which Transkribus, eScriptorium and OCR-D read (https://github.com/PRImA-Research-Lab/PAGE-XML).

Coordinates are whole pixels, as the schema asks. What else a glyph may be are its TextEquivs of index 1 and higher.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from effocr.errors import OutputError
from effocr.formats.geometry import Point, baseline_of
from effocr.formats.layout import (
    Block,
    around,
    blocks,
    extent,
    file_name,
    likely_others,
    page_name,
    software_version,
    within,
)
from effocr.formats.xml_text import add, indented
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2024-07-15"


def write_page_xml(pages: Sequence[Page]) -> str:
    """The one page as a PAGE XML document. OutputError for more or none: the format has one Page in a file."""
    if len(pages) != 1:
        names = f" ({page_name(pages[0])} to {page_name(pages[-1])})" if pages else ""
        raise OutputError(
            f"PAGE XML holds one page in a file, not {len(pages)}{names}.",
            hint="Write a file for each page: name a folder to write into.",
        )
    page = pages[0]
    location = f"{NAMESPACE} {NAMESPACE}/pagecontent.xsd"
    root = Element(
        "PcGts",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": location,
        },
    )
    _describe(root, page)
    _Writer(page).write(root)
    return indented(root)


def _describe(root: Element, page: Page) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = add(root, "Metadata")
    add(metadata, "Creator", text=f"effocr {software_version()}")
    add(metadata, "Created", text=now)
    add(metadata, "LastChange", text=now)
    if page.bundle:
        about = {"type": "processingStep", "name": "text recognition", "value": f"bundle {page.bundle}"}
        add(metadata, "MetadataItem", about)


class _Writer:
    """Writes one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def write(self, root: Element) -> None:
        page = self.page
        about = {
            "imageFilename": file_name(page),
            "imageWidth": str(page.width),
            "imageHeight": str(page.height),
        }
        if page.dpi:
            resolution = f"{page.dpi:g}"
            about |= {"imageXResolution": resolution, "imageYResolution": resolution, "imageResolutionUnit": "PPI"}
        if page.turned:
            about["orientation"] = str(page.turned if page.turned <= 180 else page.turned - 360)
        element = add(root, "Page", about)
        found = [(f"region_{place}", block) for place, block in enumerate(blocks(page), 1)]
        if found:
            group = add(add(element, "ReadingOrder"), "OrderedGroup", {"id": "reading_order"})
            for index, (name, _) in enumerate(found):
                add(group, "RegionRefIndexed", {"index": str(index), "regionRef": name})
        for name, block in found:
            self._write_block(element, name, block)

    def _write_block(self, page: Element, name: str, block: Block) -> None:
        about = {"id": name, "type": "paragraph"}
        if block.vertical:
            about |= {"readingDirection": "top-to-bottom", "textLineOrder": "right-to-left"}
        region = add(page, "TextRegion", about)
        self._outline(region, block.box)
        for place, line in block.lines:
            self._write_line(region, place, line)
        _read_as(region, "\n".join(line.text for _, line in block.lines))

    def _write_line(self, region: Element, place: int, line: Line) -> None:
        name = f"line_{place + 1}"
        about = {"id": name} | ({"readingDirection": "top-to-bottom"} if line.vertical else {})
        element = add(region, "TextLine", about | ({"comments": line.error} if line.error else {}))
        self._outline(element, extent(self.page, line))
        if len(baseline := baseline_of(self.page, line)) > 1:
            add(element, "Baseline", {"points": self._points(baseline)})
        for number, word in enumerate(line.words, 1):
            self._write_word(element, f"{name}_word_{number}", word)
        _read_as(element, line.text, line.score)

    def _write_word(self, line: Element, name: str, word: Word) -> None:
        element = add(line, "Word", {"id": name})
        self._outline(element, around(self.page, (glyph.box for glyph in word.glyphs)))
        for number, glyph in enumerate(word.glyphs, 1):
            self._write_glyph(element, f"{name}_glyph_{number}", glyph)
        _read_as(element, word.text, word.score)

    def _write_glyph(self, word: Element, name: str, glyph: Glyph) -> None:
        element = add(word, "Glyph", {"id": name} | ({"ligature": "true"} if len(glyph.text) > 1 else {}))
        self._outline(element, glyph.box)
        for index, (text, score) in enumerate([(glyph.text, glyph.score), *likely_others(glyph)]):
            _read_as(element, text, score, index=index)

    def _outline(self, element: Element, box: Box) -> None:
        left, top, right, bottom = within(self.page, box)
        add(element, "Coords", {"points": self._points([(left, top), (right, top), (right, bottom), (left, bottom)])})

    def _points(self, points: Iterable[Point]) -> str:
        pixels = ((min(max(x, 0), self.page.width), min(max(y, 0), self.page.height)) for x, y in points)
        return " ".join(f"{round(x)},{round(y)}" for x, y in pixels)


def _read_as(element: Element, text: str, score: float | None = None, *, index: int = 0) -> None:
    confidence = {} if score is None else {"conf": f"{min(score, 1.0):.4f}"}
    add(add(element, "TextEquiv", {"index": str(index), **confidence}), "Unicode", text=text)
