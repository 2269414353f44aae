"""Draft labels for what has none: line images and pages are read, to be corrected in any editor of COCO."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from effocr.data.coco import COCO_FILE, Annotation, CocoImage, document_of, write_coco
from effocr.data.writing import new_folder
from effocr.errors import DataError
from effocr.image.decode import decode
from effocr.image.draw import png
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes
from effocr.page.result import Glyph, Line, Page
from effocr.read.reader import OnError

DOUBTFUL = 0.5
"""Glyphs with a lower score are listed for whoever corrects."""


class PageReader(Protocol):
    """What drafting needs of a reader."""

    def iterate(
        self, images: Sequence[Path], *, vertical: bool | None = None, on_error: OnError | None = None
    ) -> Iterator[Page]:
        """A page an image, in their order."""
        ...


@dataclass
class Drafted:
    """What came of a draft; `blank` lines, in which nothing was read, are left out."""

    lines: int = 0
    glyphs: int = 0
    doubtful: int = 0
    blank: int = 0


@dataclass
class _Output:
    folder: Path
    images: list[CocoImage] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)


def write_drafts(
    images: Sequence[Path],
    reader: PageReader,
    out: Path,
    *,
    doubtful: float = DOUBTFUL,
    vertical: bool | None = None,
    on_error: OnError | None = None,
    progress: Callable[[int], None] | None = None,
) -> Drafted:
    """A new folder `out` with an image for every line that was read, and `coco.json`.

    Every glyph and word has box, text and `score`; an image's `doubtful` lists the glyphs whose score is lower than
    that, with their alternatives. DataError where nothing was read at all; `on_error` as for `Reader.iterate`.
    """
    done = Drafted()
    with new_folder(out) as folder:
        (folder / "images").mkdir()
        output = _Output(folder)
        pages = reader.iterate(images, vertical=vertical, on_error=on_error)
        for number, (image, page) in enumerate(zip(images, pages, strict=True), 1):
            lines = [line for line in page.lines if line.text.strip()]
            done.blank += len(page.lines) - len(lines)
            if lines:
                _add_page(output, image, lines, f"{number:06d}", doubtful, done)
            if progress is not None:
                progress(number)
        if not output.images:
            raise DataError(f"nothing was read on {len(images)} images.", hint="Look at them, or try another reader.")
        write_coco(document_of(output.images, output.annotations), folder / COCO_FILE)
    return done


def _add_page(output: _Output, image: Path, lines: Sequence[Line], name: str, doubtful: float, done: Drafted) -> None:
    """Cuts the lines of one image and notes what they read as."""
    grey = decode(image)
    for place, line in enumerate(lines):
        region = _region(line, grey)
        left, top = int(region.left), int(region.top)
        crop = np.ascontiguousarray(grey[top : int(region.bottom), left : int(region.right)])
        file_name = f"images/{name}_{place:03d}.png" if len(lines) > 1 else f"images/{name}.png"
        (output.folder / file_name).write_bytes(png(crop))
        weak = [_shown(glyph, region) for glyph in line.glyphs if glyph.score < doubtful]
        image_id = len(output.images) + 1
        output.images.append(
            CocoImage(
                image_id,
                file_name,
                crop.shape[1],
                crop.shape[0],
                line.text,
                line.vertical,
                page=image.stem,
                source=str(image),
                extra={"doubtful": weak},
            )
        )
        output.annotations += _annotations(line, image_id, region, len(output.annotations))
        done.lines += 1
        done.glyphs += len(line.glyphs)
        done.doubtful += len(weak)


def _region(line: Line, grey: Grey) -> Box:
    """The line with all its glyphs, in whole pixels of the image."""
    left, top, right, bottom = Boxes.of([line.box, *(glyph.box for glyph in line.glyphs)]).union()
    height, width = grey.shape
    return Box(
        max(0, math.floor(left)), max(0, math.floor(top)), min(width, math.ceil(right)), min(height, math.ceil(bottom))
    )


def _annotations(line: Line, image_id: int, region: Box, count: int) -> Iterator[Annotation]:
    rows: list[tuple[str, Box, str, float]] = []
    rows += [("char", glyph.box, glyph.text, glyph.score) for glyph in line.glyphs]
    rows += [("word", word.box, word.text, word.score) for word in line.words]
    for number, (kind, box, text, score) in enumerate(rows, count + 1):
        yield Annotation(number, image_id, kind, _bbox(box, region), text, score=score)


def _bbox(box: Box, region: Box) -> tuple[float, float, float, float]:
    """A box within its line's region: x, y, width, height, both at least a pixel, so that an editor can show it."""
    left = min(max(box.left - region.left, 0.0), region.width - 1)
    top = min(max(box.top - region.top, 0.0), region.height - 1)
    width = min(max(box.right - region.left - left, 1.0), region.width - left)
    return left, top, width, min(max(box.bottom - region.top - top, 1.0), region.height - top)


def _shown(glyph: Glyph, region: Box) -> dict[str, object]:
    """A glyph to look at again: where it is, what it was read as, what else it may be."""
    bbox = [round(value, 2) for value in _bbox(glyph.box, region)]
    others = [other.text for other in glyph.alternatives if other.text != glyph.text]
    return {"bbox": bbox, "text": glyph.text, "score": round(glyph.score, 4), "others": others}
