"""A page as one HTML file that needs nothing else: the image, what was read on it, and why."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from PIL import Image

from effocr import __version__
from effocr.evaluate.exemplars.sheets import picture_of
from effocr.evaluate.showing.colours import STEPS, legend
from effocr.image.draw import png
from effocr.image.preparation import Grey, resized
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page

VIEWER = "viewer.html"
LONGEST = 4000
"""Pixels of the longer side of the image inside; larger ones are shown smaller."""
QUALITY = 80
MOST_ALTERNATIVES = 4
HIGHEST_PICTURE = 48


def render(grey: Grey, page: Page) -> str:
    """The HTML of a page and the image that it was read on."""
    title = f"{page.source}#{page.number}" if page.number else page.source or "page"
    viewer = files("effocr.evaluate.showing").joinpath(VIEWER).read_text(encoding="utf-8")
    return Template(viewer).substitute(
        title=escape(title),
        generator=escape(f"effocr {__version__}"),
        image=_image(grey),
        data=_inert(_data(page, title)),
        swatches="".join(
            f'<span><i style="background:{step.css}"></i>{escape(text)}</span>'
            for step, text in zip(STEPS, legend(), strict=True)
        ),
        steps=json.dumps([[_thousandths(step.least), step.css, step.cover] for step in STEPS]),
    )


def _inert(data: dict[str, Any]) -> str:
    """JSON that no text can break out of: a script element ends at the first "</script", whatever is around it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _data(page: Page, title: str) -> dict[str, Any]:
    glyphs = [glyph for line in page.lines for glyph in line.glyphs]
    exemplars, deciding = _exemplars(glyphs)
    estimate = page.estimated_cer
    return {
        "title": title,
        "bundle": page.bundle,
        "width": page.width,
        "height": page.height,
        "cer": None if estimate is None else round(estimate, 4),
        "lines": [_line(line) for line in page.lines],
        "glyphs": {
            "text": [glyph.text for glyph in glyphs],
            "box": [edge for glyph in glyphs for edge in _edges(glyph.box)],
            "score": [_thousandths(glyph.score) for glyph in glyphs],
            "others": [
                [[other.text, _thousandths(other.score)] for other in glyph.alternatives[:MOST_ALTERNATIVES]]
                for glyph in glyphs
            ],
            "exemplar": deciding,
        },
        "exemplars": exemplars,
    }


def _line(line: Line) -> dict[str, Any]:
    """Box, score, words as [score, number of glyphs], and how the line runs."""
    words = [[_thousandths(word.score), len(word.glyphs)] for word in line.words]
    said = {"box": _edges(line.box), "score": _thousandths(line.score), "words": words}
    return said | ({"vertical": True} if line.vertical else {}) | ({} if line.spaced else {"joined": True})


def _thousandths(score: float) -> int:
    """The same for a result as it was read and as it was written, with four decimals."""
    return round(1000 * round(score, 4))


def _edges(box: Box) -> list[int]:
    return [round(edge) for edge in box]


def _exemplars(glyphs: Sequence[Glyph]) -> tuple[list[dict[str, str]], list[int]]:
    """The exemplars that decided, each once, and for every glyph the place of its own among them."""
    places: dict[tuple[int, str], int] = {}
    deciding = [places.setdefault((glyph.exemplar, glyph.exemplar_source), len(places)) for glyph in glyphs]
    return [_exemplar(row, source) for row, source in places], deciding


def _exemplar(row: int, source: str) -> dict[str, str]:
    said = {"row": str(row) if row >= 0 else "", "source": source}
    crop = picture_of(source) if source else None
    if crop is None:
        return said
    small = _smaller(crop, HIGHEST_PICTURE / max(crop.shape[0], 1))
    return said | {"picture": "data:image/png;base64," + base64.b64encode(png(small)).decode()}


def _image(grey: Grey) -> str:
    """The image as a data URI: as JPEG, which is far smaller for scans."""
    small = _smaller(grey, LONGEST / max(*grey.shape, 1))
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def _smaller(grey: Grey, scale: float) -> Grey:
    if scale >= 1:
        return grey
    rows, columns = grey.shape
    return resized(grey, max(1, round(columns * scale)), max(1, round(rows * scale)))
