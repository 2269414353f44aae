"""hOCR 1.2, HTML that says where its words are (https://kba.github.io/hocr-spec/1.2/)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from effocr.formats.geometry import baseline_in, frame_of, level_at
from effocr.formats.layout import Block, around, blocks, extent, page_name, software_version, whole_pixels, within
from effocr.formats.xml_text import DECLARATION, add
from effocr.page.boxes import Box
from effocr.page.result import Line, Page, Word

CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrx_cinfo ocrp_wconf"
DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
)


def write_hocr(pages: Sequence[Page]) -> str:
    """One XHTML document, an `ocr_page` for each page; a row of it is a line."""
    body = Element("body")
    body.text = "\n"
    sources, bundles = dict[str, None](), dict[str, None]()  # sets that keep the order
    for place, page in enumerate(pages):
        _write_page(body, page, place)
        sources[page.source] = bundles[page.bundle] = None
    root = Element("html", {"xmlns": "http://www.w3.org/1999/xhtml"})
    head = add(root, "head", text="\n")
    add(head, "title", text=", ".join(sources))
    add(head, "meta", {"http-equiv": "Content-Type", "content": "text/html; charset=utf-8"})
    system = "; ".join([f"effocr {software_version()}", *(f"bundle {name}" for name in bundles if name)])
    add(head, "meta", {"name": "ocr-system", "content": system})
    add(head, "meta", {"name": "ocr-capabilities", "content": CAPABILITIES})
    add(head, "meta", {"name": "ocr-number-of-pages", "content": str(len(body))})
    root.append(body)
    for element in (head, *head, body, *body):
        element.tail = "\n"
    return DECLARATION + DOCTYPE + ElementTree.tostring(root, encoding="unicode") + "\n"


def _write_page(body: Element, page: Page, place: int) -> None:
    name = f"page_{place + 1}"
    whole = Box(0, 0, page.width, page.height)
    facts = [f"image {_quoted(page_name(page))}", _bbox(whole), f"ppageno {page.number - 1 if page.number else place}"]
    if page.dpi:
        facts.append(f"scan_res {round(page.dpi)} {round(page.dpi)}")
    element = _part(body, "div", "ocr_page", name, facts)
    for number, block in enumerate(blocks(page), 1):
        _write_block(element, page, block, f"{name}_block_{number}")


def _write_block(page_element: Element, page: Page, block: Block, name: str) -> None:
    area = _part(page_element, "div", "ocr_carea", name, [_bbox(block.box)])
    if block.vertical:
        area.set("style", "writing-mode: vertical-rl")
    paragraph = _part(area, "p", "ocr_par", f"{name}_par", [_bbox(block.box)])
    for place, line in block.lines:
        _write_line(paragraph, page, line, f"{name}_line_{place + 1}")
    for element in (area, paragraph, *paragraph):
        element.tail = "\n"


def _write_line(paragraph: Element, page: Page, line: Line, name: str) -> None:
    box = extent(page, line)
    facts = [_bbox(box), *_slope(page, line, box), *_size(page, line)]
    if page.turned:
        # The specification counts how far text is turned counter-clockwise, which is how far it has to be turned back.
        facts.append(f"textangle {page.turned}")
    element = _part(paragraph, "span", "ocr_line", name, facts)
    for number, word in enumerate(line.words, 1):
        _write_word(element, page, word, f"{name}_word_{number}")
        element[-1].tail = " " if line.spaced and number < len(line.words) else None


def _write_word(line: Element, page: Page, word: Word, name: str) -> None:
    box = around(page, (glyph.box for glyph in word.glyphs))
    element = _part(line, "span", "ocrx_word", name, [_bbox(box), f"x_wconf {round(100 * word.score)}"])
    for glyph in word.glyphs:
        left, top, right, bottom = whole_pixels(within(page, glyph.box))
        title = f"x_bboxes {left} {top} {right} {bottom}; x_confs {100 * glyph.score:.2f}"
        add(element, "span", {"class": "ocrx_cinfo", "title": title}, glyph.text)


def _part(parent: Element, tag: str, kind: str, name: str, facts: Sequence[str]) -> Element:
    about = {"class": kind, "id": name, "title": "; ".join(facts)}
    return add(parent, tag, about, None if tag == "span" else "\n")


def _slope(page: Page, line: Line, box: Box) -> list[str]:
    """The baseline as slope and offset from the lower left corner of the line's box; nothing where lines do not run
    to the right."""
    frame = frame_of(page, line)
    baseline = baseline_in(frame, line) if not frame.turn else ()
    if not baseline:
        return []
    (x0, y0), (x1, y1) = baseline[0], baseline[-1]
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    middle = (x0 + x1) / 2
    offset = level_at(baseline, middle) - slope * (middle - box.left) - box.bottom
    return [f"baseline {slope:.4f} {round(offset)}"]


def _size(page: Page, line: Line) -> list[str]:
    """The height of the line's largest word, across the reading axis."""
    frame = frame_of(page, line)
    heights = [frame.box(word.box).height for word in line.words]
    return [f"x_size {max(heights):.1f}"] if heights else []


def _bbox(box: Box) -> str:
    return " ".join(["bbox", *map(str, whole_pixels(box))])


def _quoted(name: str) -> str:
    """A name between quotes; a quote or a semicolon inside would end it early."""
    safe = name.replace('"', "%22").replace(";", "%3B")
    return f'"{safe}"'
