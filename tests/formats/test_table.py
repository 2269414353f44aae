from __future__ import annotations

import csv
import io
import json

import pytest

from effocr.formats.table import FORMATS
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word
from effocr.page.serial import page_from_json, page_to_json


def word(text: str, left: float) -> Word:
    return Word(tuple(Glyph(Box(left + 5 * i, 1, left + 5 * i + 4, 9), char, 0.5) for i, char in enumerate(text)))


def page(source: str, *lines: str) -> Page:
    made = [Line(Box(0, 0, 99, 10), tuple(word(text, 40 * i) for i, text in enumerate(line.split()))) for line in lines]
    return Page(tuple(made), 99, 30, source, bundle="fake 1")


PAGES = [page("a.png", "Hello wörld", "„zwei“"), page('odd\t"name".png'), page("c.png", "x")]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_every_format_writes_any_number_of_pages(name: str, count: int) -> None:
    text = FORMATS[name](PAGES[:count])
    assert text == "" or text.endswith("\n")
    assert ("wörld" in text) == (count > 0)


def test_one_page_is_its_text_and_several_are_named() -> None:
    assert FORMATS["txt"](PAGES[:1]) == "Hello wörld\n„zwei“\n"
    assert FORMATS["txt"](PAGES) == "a.png: Hello wörld\na.png: „zwei“\nc.png: x\n"


def test_json_holds_every_page_whole() -> None:
    document = json.loads(FORMATS["json"](PAGES))
    assert document["schema"] == "effocr.pages/1"
    assert [page_from_json(json.dumps(each)) for each in document["pages"]] == PAGES
    assert json.loads(FORMATS["json"]([]))["pages"] == []


def test_jsonl_is_a_page_a_row() -> None:
    assert FORMATS["jsonl"](PAGES).splitlines() == [page_to_json(each) for each in PAGES]


def test_tsv_is_a_row_a_word_with_the_same_columns_everywhere() -> None:
    odd = page("tab\there\nand line.png", "one two", "three")
    rows = list(csv.DictReader(io.StringIO(FORMATS["tsv"]([odd])), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [(row["line"], row["word"], row["text"]) for row in rows] == [
        ("1", "1", "one"),
        ("1", "2", "two"),
        ("2", "1", "three"),
    ]
    assert {row["source"] for row in rows} == {"tab here and line.png"}
    assert [float(rows[1][edge]) for edge in ("left", "top", "right", "bottom")] == [40, 1, 54, 9]
    assert rows[0]["score"] == "0.5000"
