"""Pages to JSON and back."""

from __future__ import annotations

import json

import pytest

from effocr.errors import DataError
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word
from effocr.page.serial import SCHEMA, page_from_json, page_to_json


def page() -> Page:
    a = Glyph(Box(1.25, 2.0, 9.5, 20.75), "“", 0.9375, (Alternative("'", 0.05), Alternative(",", 0.0125)), 17, "a font")
    b = Glyph(Box(10.0, 2.0, 19.5, 20.75), "ffi", 1.0)
    lines = (
        Line(Box(0.0, 0.0, 30.0, 25.0), (Word((a,)), Word((b, a)))),
        Line(Box(0.0, 25.0, 30.0, 50.0), vertical=True, spaced=False, error="too long"),
    )
    return Page(lines, 30, 50, "folder/ä.png", bundle="en 1")


@pytest.mark.parametrize("indent", [None, 2])
def test_round_trip(indent: int | None) -> None:
    assert page_from_json(page_to_json(page(), indent=indent)) == page()
    assert page_from_json(page().to_json(indent=indent)) == page()


def test_numbers_are_rounded_once() -> None:
    glyph = Glyph(Box(1 / 3, 0.0, 2 / 3, 1.0), "x", 2 / 3)
    text = page_to_json(Page((Line(Box(0.0, 0.0, 1.0, 1.0), (Word((glyph,)),)),), 1, 1))
    read = page_from_json(text)
    assert read.lines[0].glyphs[0].box == Box(0.33, 0.0, 0.67, 1.0)
    assert read.lines[0].glyphs[0].score == 0.6667
    assert page_to_json(read) == text


def test_texts_stand_beside_their_parts() -> None:
    data = json.loads(page_to_json(page()))
    assert data["schema"] == SCHEMA
    assert data["lines"][0]["text"] == "“ ffi“"
    assert [word["text"] for word in data["lines"][0]["words"]] == ["“", "ffi“"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON"),
        ("[]", "schema None"),
        ('{"schema": "effocr.page/9"}', "effocr.page/9"),
        ('{"schema": "effocr.page/1", "lines": []}', "lacks 'width'"),
        ('{"schema": "effocr.page/1", "lines": [{"box": [1, 2]}]}', "damaged"),
    ],
)
def test_other_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        page_from_json(text)
