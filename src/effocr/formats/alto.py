"""ALTO 4.4, the layout that libraries keep beside their scans (https://www.loc.gov/standards/alto/).

Scores are GC of glyphs, WC of words and PC of the page; what else a glyph may be are its Variants.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from xml.etree.ElementTree import Element

from effocr.formats.geometry import Frame, baseline_of, frame_of, shares
from effocr.formats.layout import Block, around, blocks, extent, likely_others, software_version, within
from effocr.formats.xml_text import add, corner_and_size, decimal, indented, legal
from effocr.page.boxes import Box
from effocr.page.hyphens import HYPHENS, parted_words
from effocr.page.result import Glyph, Line, Page, Word

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA = f"{NAMESPACE} https://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
LONGEST_VARIANT = 3
"""Characters; the schema allows no more."""


def write_alto(pages: Sequence[Page]) -> str:
    """One ALTO document, a Page for each page."""
    layout = Element("Layout")
    sources, bundles = dict[str, None](), dict[str, None]()  # sets that keep the order
    for place, page in enumerate(pages, 1):
        _Writer(page, place).write(layout)
        sources[page.source] = bundles[page.bundle] = None
    namespaces = {"xmlns": NAMESPACE, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    root = Element("alto", namespaces | {"xsi:schemaLocation": SCHEMA, "SCHEMAVERSION": "4.4"})
    _describe(root, list(sources), list(bundles))
    root.append(layout)
    return indented(root)


def _describe(root: Element, sources: Sequence[str], bundles: Sequence[str]) -> None:
    description = add(root, "Description")
    add(description, "MeasurementUnit", text="pixel")
    if len(sources) == 1:
        add(add(description, "sourceImageInformation"), "fileName", text=PurePath(sources[0]).name)
    processing = add(description, "Processing", {"ID": "reading"})
    add(processing, "processingCategory", text="contentGeneration")
    add(processing, "processingStepDescription", text="text recognition")
    if any(bundles):
        add(processing, "processingStepSettings", text=f"bundle {', '.join(filter(None, bundles))}")
    software = add(processing, "processingSoftware")
    add(software, "softwareName", text="effocr")
    add(software, "softwareVersion", text=software_version())


class _Writer:
    """Writes one page, the `place`-th of its document."""

    def __init__(self, page: Page, place: int) -> None:
        self.page = page
        self.name = f"page_{place}"
        self.number = page.number or place
        parted = parted_words(page)
        self.begun = {(line, len(page.lines[line].words) - 1): word for line, _, word in parted}
        self.ended = {(line, 0): word for _, line, word in parted}
        """The whole words that words are the first or last part of, by the places of line and word."""

    def write(self, layout: Element) -> None:
        size = {"WIDTH": str(self.page.width), "HEIGHT": str(self.page.height)}
        about = {"ID": self.name, "PHYSICAL_IMG_NR": str(self.number), "PC": f"{self.page.score:.4f}"}
        if self.page.estimated_cer is not None:
            about["ACCURACY"] = f"{100 * (1 - self.page.estimated_cer):.2f}"
        if self.page.turned:
            about["ROTATION"] = str(self.page.turned)
        found = blocks(self.page)
        printed = corner_and_size(around(self.page, (block.box for block in found)))
        space = add(add(layout, "Page", about | size), "PrintSpace", printed)
        for place, block in enumerate(found, 1):
            self._write_block(space, block, f"{self.name}_block_{place}")

    def _write_block(self, space: Element, block: Block, name: str) -> None:
        direction = {"BASEDIRECTION": "ttb"} if block.vertical else {}
        element = add(space, "TextBlock", {"ID": name, **corner_and_size(block.box), **direction})
        for place, line in block.lines:
            self._write_line(element, place, line)

    def _write_line(self, block: Element, place: int, line: Line) -> None:
        frame = frame_of(self.page, line)
        about = {"ID": f"{self.name}_line_{place + 1}", **corner_and_size(extent(self.page, line))}
        if line.vertical:
            about["BASEDIRECTION"] = "ttb"
        if baseline := baseline_of(self.page, line):
            about["BASELINE"] = " ".join(f"{decimal(x)},{decimal(y)}" for x, y in baseline)
        element = add(block, "TextLine", about)
        if not line.words:  # the schema asks for a String in every line
            add(element, "String", {"CONTENT": "", **corner_and_size(within(self.page, line.box))})
        for number, word in enumerate(line.words):
            if number and line.spaced:
                self._write_space(element, frame, line.words[number - 1], word)
            self._write_word(element, frame, word, (place, number))

    def _write_space(self, line: Element, frame: Frame, before: Word, after: Word) -> None:
        one, other = frame.box(before.box), frame.box(after.box)
        gap = Box(one.right, min(one.top, other.top), max(one.right, other.left), max(one.bottom, other.bottom))
        add(line, "SP", corner_and_size(within(self.page, frame.box_on_page(gap))))

    def _write_word(self, line: Element, frame: Frame, word: Word, place: tuple[int, int]) -> None:
        glyphs, hyphen = word.glyphs, None
        if place in self.begun and len(glyphs) > 1 and glyphs[-1].text in HYPHENS:
            glyphs, hyphen = glyphs[:-1], glyphs[-1]
        text = "".join(glyph.text for glyph in glyphs)
        about = {"CONTENT": text, **self._place(glyphs), "WC": f"{word.score:.4f}", "CC": _confidences(glyphs)}
        if whole := self.begun.get(place) or self.ended.get(place):
            about |= {"SUBS_TYPE": "HypPart1" if place in self.begun else "HypPart2", "SUBS_CONTENT": whole}
        element = add(line, "String", about)
        for glyph in glyphs:
            self._write_glyph(element, frame, glyph)
        if hyphen is not None:
            add(line, "HYP", {"CONTENT": hyphen.text, **self._place([hyphen])})

    def _write_glyph(self, word: Element, frame: Frame, glyph: Glyph) -> None:
        """One Glyph, or several for a text of several characters: the schema allows one character in each."""
        for text, box in _characters(frame, glyph):
            about = {"CONTENT": text, "GC": f"{glyph.score:.4f}", **corner_and_size(within(self.page, box))}
            element = add(word, "Glyph", about)
            if len(glyph.text) == 1:
                _write_variants(element, glyph)

    def _place(self, glyphs: Sequence[Glyph]) -> Mapping[str, str]:
        return corner_and_size(around(self.page, (glyph.box for glyph in glyphs)))


def _write_variants(element: Element, glyph: Glyph) -> None:
    for text, score in likely_others(glyph):
        if 0 < len(text) <= LONGEST_VARIANT:
            add(element, "Variant", {"CONTENT": text, "VC": f"{min(score, 1.0):.4f}"})


def _characters(frame: Frame, glyph: Glyph) -> list[tuple[str, Box]]:
    """The characters of a glyph with equal shares of its box; a combining mark has that of the letter it stands on."""
    text = legal(glyph.text)
    if len(text) == 1:
        return [(text, glyph.box)]
    places = [sum(not unicodedata.combining(char) for char in text[1 : end + 1]) for end in range(len(text))]
    boxes = shares(frame, glyph.box, places[-1] + 1) if text else []
    return [(char, boxes[place]) for char, place in zip(text, places, strict=True)]


def _confidences(glyphs: Sequence[Glyph]) -> str:
    """ALTO's CC: for each character a digit from 0, sure, to 9, unsure."""
    return " ".join(str(round(9 * (1 - glyph.score))) for glyph in glyphs for _ in glyph.text)
