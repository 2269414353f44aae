"""The text of a page as invisible PDF text that lies on its glyphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import dist

from effocr.formats.geometry import Frame, Point, baseline_in, frame_of, height_above, level_at
from effocr.formats.pdf.glyphless import ASCENT, MOST_UNITS, UNITS_AN_EM, GlyphlessFont
from effocr.formats.xml_text import legal
from effocr.page.result import Line, Page, Word

INVISIBLE = 3
"""The text rendering mode that neither fills nor strokes (ISO 32000-1, 9.3.6)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where an image lies on a PDF page: its upper left corner, and the ways along its upper and its left side."""

    origin: Point
    right: Point
    down: Point

    def place(self, x: float, y: float) -> Point:
        """Where a point lies that is given in parts of the image's width and height."""
        (left, bottom), (rx, ry), (dx, dy) = self.origin, self.right, self.down
        return left + x * rx + y * dx, bottom + x * ry + y * dy


def text_layer(page: Page, sheet: Sheet, font: GlyphlessFont, name: str) -> bytes:
    """The content stream that puts the text of a page on a sheet; the font goes by `name` in the page's resources."""
    runs = [run for line in page.lines for run in _runs(page, line, sheet, font, name)]
    return "\n".join(["q", "BT", f"{INVISIBLE} Tr", *runs, "ET", "Q"]).encode("ascii")


def _runs(page: Page, line: Line, sheet: Sheet, font: GlyphlessFont, name: str) -> Iterator[str]:
    """The operators that show each word, with the space behind it."""
    words = [word for word in line.words if word.text]
    if not words:
        return
    frame = frame_of(page, line)
    boxes = [frame.box(word.box) for word in words]
    pen = _Pen(page, sheet, font, name, frame, baseline_in(frame, line), _height(frame, line))
    for place, (word, box) in enumerate(zip(words, boxes, strict=True)):
        spaced = line.spaced and place + 1 < len(words)
        yield pen.run(word, max(1.0, boxes[place + 1].left - box.right) if spaced else 0.0)


def _height(frame: Frame, line: Line) -> float:
    return height_above(baseline_in(frame, line), [frame.box(glyph.box) for glyph in line.glyphs])


@dataclass(frozen=True)
class _Pen:
    """What all words of a line have in common; `height` is that of its letters, in pixels."""

    page: Page
    sheet: Sheet
    font: GlyphlessFont
    name: str
    frame: Frame
    baseline: Sequence[Point]
    height: float

    def run(self, word: Word, space: float) -> str:
        """The operators that show a word, and a space of so many pixels unless that is 0."""
        glyphs = [glyph for glyph in word.glyphs if glyph.text]
        boxes = [self.frame.box(glyph.box) for glyph in glyphs]
        left, right = min(box.left for box in boxes), max(box.right for box in boxes)
        right = max(right, left + 1)
        start, end = self._on_baseline(left), self._on_baseline(right)
        top = self._on_sheet(left, level_at(self.baseline, left) - self.height)
        length, size = dist(start, end), dist(start, top) * 1000 / ASCENT
        along, up = _direction(start, end), _direction(start, top)
        matrix = " ".join(f"{value:.5f}" for value in (*along, *up)) + f" {start[0]:.3f} {start[1]:.3f}"
        # A glyph reaches to where the next one begins, so that no viewer sees a space inside the word.
        scale = length / (right - left)
        edges = [(box.left - left) * scale for box in boxes] + [length]
        shown = [self._shown([glyph.text for glyph in glyphs], edges, size)]
        if space:
            shown.append(self._shown([" "], [0.0, space * scale], size))
        return " ".join([f"/{self.name} {size:.3f} Tf {matrix} Tm", *shown])

    def _shown(self, texts: Sequence[str], edges: Sequence[float], size: float) -> str:
        """Glyphs between edges, in points from the first; stretched together so that they end at the last one."""
        unit = size / UNITS_AN_EM
        marks = [0]
        for edge in edges[1:]:
            marks.append(min(max(round(edge / unit), marks[-1] + 1), marks[-1] + MOST_UNITS))
        wanted = (after - before for before, after in pairwise(marks))
        codes = [self.font.code(legal(text), units) for text, units in zip(texts, wanted, strict=True)]
        stretch = 100 * edges[-1] / (unit * sum(units for _, units in codes))
        return f"{stretch:.2f} Tz <{''.join(f'{code:04X}' for code, _ in codes)}> Tj"

    def _on_baseline(self, x: float) -> Point:
        return self._on_sheet(x, level_at(self.baseline, x))

    def _on_sheet(self, x: float, y: float) -> Point:
        """Where a point of the line's frame lies on the sheet."""
        across, down = self.frame.out_of((x, y))
        return self.sheet.place(across / self.page.width, down / self.page.height)


def _direction(one: Point, other: Point) -> Point:
    length = dist(one, other)
    return (other[0] - one[0]) / length, (other[1] - one[1]) / length
