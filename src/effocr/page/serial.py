"""Pages as JSON, schema `effocr.page/2`; what schema 1 lacked is filled in where that is read.

Coordinates are rounded to hundredths of a pixel and scores to four decimals; a page that was read from JSON is written
as the same JSON again. Texts and scores of words, lines and pages are written for the reader's sake and not read back.
"""

from __future__ import annotations

import json
from typing import Any

from effocr.errors import DataError
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word

SCHEMA = "effocr.page/2"
SCORE_DIGITS, PIXEL_DIGITS = 4, 2
"""Decimals that are written."""
_READABLE = ("effocr.page/1", SCHEMA)


def page_to_json(page: Page, *, indent: int | None = None) -> str:
    """The page as one JSON object."""
    return json.dumps(page_to_dict(page), ensure_ascii=False, indent=indent)


def page_to_dict(page: Page) -> dict[str, Any]:
    """What `page_to_json` writes, as dicts, lists, texts and numbers."""
    return {
        "schema": SCHEMA,
        "source": page.source,
        "bundle": page.bundle,
        "width": page.width,
        "height": page.height,
        "number": page.number,
        "dpi": round(page.dpi, 2),
        "turned": page.turned,
        "score": round(page.score, SCORE_DIGITS),
        "estimated_cer": None if page.estimated_cer is None else round(page.estimated_cer, SCORE_DIGITS),
        "lines": [_line_to_dict(line) for line in page.lines],
    }


def page_from_json(text: str) -> Page:
    """The page in a JSON object; raises `DataError` when it is not of this schema."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise DataError(f"a page is no JSON: {error}.", hint="Write it with `effocr read --format json`.") from None
    return page_from_dict(data)


def page_from_dict(data: Any) -> Page:
    """The page in what `page_to_dict` gives; raises `DataError`."""
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema not in _READABLE:
        hint = "Write it again with `effocr read --format json`."
        raise DataError(f"a page has the schema {schema!r}; {SCHEMA!r} can be read.", hint=hint)
    try:
        lines = tuple(_line(line) for line in data["lines"])
        return Page(
            lines,
            int(data["width"]),
            int(data["height"]),
            str(data["source"]),
            bundle=str(data["bundle"]),
            number=int(data.get("number", 0)),
            dpi=float(data.get("dpi", 0.0)),
            turned=int(data.get("turned", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise DataError(f"a page of the schema {SCHEMA!r} is damaged: {what}.") from None


def _line_to_dict(line: Line) -> dict[str, Any]:
    return {
        "text": line.text,
        "score": round(line.score, SCORE_DIGITS),
        "box": _corners(line.box),
        "vertical": line.vertical,
        "spaced": line.spaced,
        "error": line.error,
        "baseline": [[round(x, PIXEL_DIGITS), round(y, PIXEL_DIGITS)] for x, y in line.baseline],
        "region": line.region,
        "words": [_word_to_dict(word) for word in line.words],
    }


def _word_to_dict(word: Word) -> dict[str, Any]:
    return {
        "text": word.text,
        "score": round(word.score, SCORE_DIGITS),
        "parted": round(word.parted, SCORE_DIGITS),
        "box": _corners(word.box),
        "glyphs": [_glyph_to_dict(glyph) for glyph in word.glyphs],
    }


def _glyph_to_dict(glyph: Glyph) -> dict[str, Any]:
    row = {
        "text": glyph.text,
        "score": round(glyph.score, SCORE_DIGITS),
        "box": _corners(glyph.box),
        "alternatives": [[text, round(score, SCORE_DIGITS)] for text, score in glyph.alternatives],
        "exemplar": glyph.exemplar,
        "exemplar_source": glyph.exemplar_source,
    }
    return row | {"by_word": True} if glyph.by_word else row


def _corners(box: Box) -> list[float]:
    return [round(edge, PIXEL_DIGITS) for edge in box]


def _line(data: dict[str, Any]) -> Line:
    words = tuple(map(_word, data["words"]))
    flags = bool(data["vertical"]), bool(data["spaced"])
    baseline = tuple((float(x), float(y)) for x, y in data.get("baseline", ()))
    region = int(data.get("region", 0))
    return Line(_box(data["box"]), words, *flags, error=str(data["error"]), baseline=baseline, region=region)


def _word(data: dict[str, Any]) -> Word:
    return Word(tuple(map(_glyph, data["glyphs"])), float(data.get("parted", 1.0)))


def _glyph(data: dict[str, Any]) -> Glyph:
    alternatives = tuple(Alternative(str(text), float(score)) for text, score in data["alternatives"])
    exemplar = int(data["exemplar"]), str(data["exemplar_source"]), bool(data.get("by_word", False))
    return Glyph(_box(data["box"]), str(data["text"]), float(data["score"]), alternatives, *exemplar)


def _box(corners: list[float]) -> Box:
    left, top, right, bottom = map(float, corners)
    return Box(left, top, right, bottom)
