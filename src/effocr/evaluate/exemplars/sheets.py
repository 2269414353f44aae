"""Contact sheets: glyphs beside the exemplars nearest to them, right and wrong ones marked, as a page or a picture.

Exemplars are vectors. What stands for one on a sheet is its crop where its source names an image that still is there
("line.png#xywh=10,5,20,30"), and otherwise its text in a plain font.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

import numpy as np

from effocr.data.coco import COCO_FILE, lines_of, read_coco
from effocr.data.labelled import LabelledLine
from effocr.data.lines import LINES_FILE, TextLine, read_lines
from effocr.data.writing import write_text
from effocr.errors import EffocrError
from effocr.evaluate.exemplars.lines import texts_at_boxes, texts_of_glyphs
from effocr.evaluate.frame import STYLE
from effocr.image.decode import decode
from effocr.image.draw import png
from effocr.image.folders import IMAGE_SUFFIXES, image_paths
from effocr.image.preparation import Grey
from effocr.page.boxes import Box
from effocr.page.distance import folded
from effocr.read.reader import Reader
from effocr.read.teaching import SeenLine, line_seen, lines_seen

FRAGMENT = re.compile(r"(.+)#xywh=(\d+),(\d+),(\d+),(\d+)$")
MARGIN = 2
"""Columns shown on either side of a glyph."""
KINDS = {True: "right", False: "wrong", None: ""}
SHEET_STYLE = """
table { border: 0; background: none; } td { border: 0; vertical-align: top; padding: .25rem; }
figure { margin: 0; padding: .3rem; min-width: 3.6rem; text-align: center; border: 2px solid var(--rule);
  border-radius: .4rem; background: var(--paper); }
figure b { display: block; height: 3rem; font: 2rem/3rem Georgia, serif; } figure img { height: 3rem; max-width: 9rem;
  object-fit: contain; }
figcaption { font-size: .75rem; color: var(--soft); white-space: nowrap; }
.right { border-color: #0072b2; } .wrong { border: 2px dashed #d55e00; }
.right figcaption::before { content: "✓ "; color: #0072b2; }
.wrong figcaption::before { content: "✗ "; color: #d55e00; }
.where { font-size: .8rem; color: var(--soft); max-width: 14rem; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True)
class Near:
    """An exemplar near to a glyph: its text, the cosine, and where it came from."""

    text: str
    cosine: float
    source: str


@dataclass(frozen=True, eq=False)
class Sighting:
    """A glyph, number `number` of an image, with the exemplars nearest to it, best first.

    `truth` is None where it is not known.
    """

    crop: Grey
    image: str
    number: int
    read: str
    score: float
    truth: str | None
    near: tuple[Near, ...]

    def right(self, text: str) -> bool | None:
        """Whether a text is the true one, quotes, dashes and long s aside; None where that is not known."""
        return None if self.truth is None else folded(text) == folded(self.truth)


def sightings(reader: Reader, source: Path, k: int) -> Iterator[Sighting]:
    """The glyphs of an image, or of the images of a folder, each with its `k` nearest exemplars.

    A COCO file, or a folder with `coco.json` or `lines.jsonl`, tells what they truly read as.
    """
    if source.suffix in (".json", ".gz") or (source / COCO_FILE).is_file():
        for labelled in lines_of(read_coco(source, None), on_error=lambda error: None):
            yield from _of_labelled(reader, labelled, k)
    elif (source / LINES_FILE).is_file():
        for line in read_lines(source):
            yield from _of_text(reader, line, k)
    else:
        for image in image_paths([source]):
            lines = lines_seen(reader, image)
            yield from _shown(reader, str(image), lines, [[None] * len(line.embeddings) for line in lines], k)


def _of_labelled(reader: Reader, labelled: LabelledLine, k: int) -> Iterator[Sighting]:
    line = line_seen(reader, labelled.image, vertical=labelled.vertical)
    return _shown(reader, labelled.source, [line], [texts_at_boxes(line, labelled.boxes, labelled.texts)], k)


def _of_text(reader: Reader, text: TextLine, k: int) -> Iterator[Sighting]:
    lines = lines_seen(reader, text.image, vertical=text.vertical)
    truths: list[list[str | None]] = [[None] * len(line.embeddings) for line in lines]
    if len(lines) == 1:
        truths = [texts_of_glyphs(reader, lines[0], text.text)]
    return _shown(reader, str(text.image), lines, truths, k)


def _shown(
    reader: Reader, image: str, lines: Sequence[SeenLine], truths: Sequence[Sequence[str | None]], k: int
) -> Iterator[Sighting]:
    index, number = reader.recognizer.index, 0
    for line, known in zip(lines, truths, strict=True):
        near = index.nearest(line.embeddings, k)
        read = reader.recognizer.recognitions(line.embeddings)
        for place, (rows, cosines) in enumerate(zip(near.rows.tolist(), near.scores.tolist(), strict=True)):
            number += 1
            exemplars = (
                Near(index.texts[row], cosine, index.sources[row]) for row, cosine in zip(rows, cosines, strict=True)
            )
            crop = _crop(line, line.found.boxes[place])
            yield Sighting(crop, image, number, read[place].text, read[place].score, known[place], tuple(exemplars))


def _crop(line: SeenLine, box: Box) -> Grey:
    """The columns of a glyph and a little more, upright."""
    left, right = max(0, int(box.left) - MARGIN), min(line.pixels.shape[1], int(np.ceil(box.right)) + MARGIN)
    crop = line.pixels[:, left:right]
    return np.ascontiguousarray(np.rot90(crop, -1) if line.vertical else crop)


@lru_cache(maxsize=4096)
def picture_of(source: str) -> Grey | None:
    """The crop that an exemplar came from, where its source names an image, or a region of one, that can be read."""
    found = FRAGMENT.match(source)
    if found is None and Path(source).suffix.lower() not in IMAGE_SUFFIXES:
        return None
    try:
        crop = decode(found[1] if found else source)
    except EffocrError:
        return None
    if found:
        left, top, width, height = map(int, found.groups()[1:])
        crop = crop[top : top + height, left : left + width]
    return crop if crop.size else None


def write_page(shown: Iterable[Sighting], path: Path, title: str) -> Path:
    """The path of one HTML file that holds the sheet, with all its pictures."""
    rows = "".join(map(_row, shown))
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    looks = f"<style>{STYLE}{SHEET_STYLE}</style>"
    note = "<p>Glyph, what it reads as, and the nearest exemplars: ✓ right, ✗ wrong where the truth is known.</p>"
    return write_text(path, f"{head}{looks}<h1>{escape(title)}</h1>{note}<table>{rows}</table></html>\n")


def _row(sighting: Sighting) -> str:
    truth = "" if sighting.truth is None else f", is {escape(sighting.truth)}"
    where = f'<td class="where">{escape(Path(sighting.image).name)}<br>glyph {sighting.number}</td>'
    said = f"{escape(sighting.read)} {sighting.score:.2f}{truth}"
    glyph = _figure(_image(sighting.crop), said, KINDS[sighting.right(sighting.read)], sighting.image)
    cells = "".join(f"<td>{_exemplar(near, sighting.right(near.text))}</td>" for near in sighting.near)
    return f"<tr>{where}<td>{glyph}</td>{cells}</tr>"


def _exemplar(near: Near, right: bool | None) -> str:
    crop = picture_of(near.source)
    drawn = f"<b>{escape(near.text)}</b>" if crop is None else _image(crop)
    return _figure(drawn, f"{escape(near.text)} {near.cosine:.2f}", KINDS[right], near.source)


def _figure(drawn: str, caption: str, kind: str, title: str) -> str:
    classes = f' class="{kind}"' if kind else ""
    return f'<figure{classes} title="{escape(title, quote=True)}">{drawn}<figcaption>{caption}</figcaption></figure>'


def _image(crop: Grey) -> str:
    return f'<img alt="" src="data:image/png;base64,{base64.b64encode(png(crop)).decode()}">'
