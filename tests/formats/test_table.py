from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

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


@pytest.fixture
def pages(tmp_path: Path) -> list[Page]:
    """The pages, with images where they say."""
    for each in PAGES:
        Image.new("L", (each.width, each.height), 255).save(tmp_path / each.source)
    return [replace(each, source=str(tmp_path / each.source)) for each in PAGES]


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("name", [name for name, format in FORMATS.items() if not format.page_by_page])
def test_every_format_writes_any_number_of_pages(name: str, count: int, pages: list[Page]) -> None:
    content = FORMATS[name].write(pages[:count])
    if isinstance(content, str):
        assert content == "" or content.endswith("\n")
        assert count == 0 or all(sign in content for sign in "wörld")


@pytest.mark.parametrize("name", [name for name, format in FORMATS.items() if format.page_by_page])
def test_formats_of_single_pages_write_each_page(name: str, pages: list[Page]) -> None:
    contents = [FORMATS[name].write([each]) for each in pages]
    assert ["wörld" in str(content) for content in contents] == [True, False, False]


def test_files_of_all_formats_can_lie_side_by_side() -> None:
    suffixes = [format.suffix for format in FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix.startswith(".") for suffix in suffixes)


def test_one_page_is_its_text_and_several_are_named() -> None:
    assert FORMATS["txt"].write(PAGES[:1]) == "Hello wörld\n„zwei“\n"
    assert FORMATS["txt"].write(PAGES) == "a.png: Hello wörld\na.png: „zwei“\nc.png: x\n"


def test_json_holds_every_page_whole() -> None:
    document = json.loads(FORMATS["json"].write(PAGES))
    assert document["schema"] == "effocr.pages/1"
    assert [page_from_json(json.dumps(each)) for each in document["pages"]] == PAGES
    assert json.loads(FORMATS["json"].write([]))["pages"] == []


def test_jsonl_is_a_page_a_row() -> None:
    assert FORMATS["jsonl"].write(PAGES).splitlines() == [page_to_json(each) for each in PAGES]


def test_tsv_is_a_row_a_word_with_the_same_columns_everywhere() -> None:
    odd = page("tab\there\nand line.png", "one two", "three")
    rows = list(csv.DictReader(io.StringIO(FORMATS["tsv"].write([odd])), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [(row["line"], row["word"], row["text"]) for row in rows] == [
        ("1", "1", "one"),
        ("1", "2", "two"),
        ("2", "1", "three"),
    ]
    assert {row["source"] for row in rows} == {"tab here and line.png"}
    assert [float(rows[1][edge]) for edge in ("left", "top", "right", "bottom")] == [40, 1, 54, 9]
    assert rows[0]["score"] == "0.1250"
