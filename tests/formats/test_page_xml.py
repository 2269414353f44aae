"""PAGE XML: valid against the official schema, and everything of a page is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from effocr.errors import OutputError
from effocr.formats.page_xml import NAMESPACE, write_page_xml
from effocr.page.result import Line, Page

SCHEMA = Path(__file__).parent / "schemas" / "page-2024-07-15.xsd"
NAMES = {"p": NAMESPACE}


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(etree.parse(SCHEMA))


def written(page):
    return etree.fromstring(write_page_xml([page]).encode("utf-8"))


def found(root, path):
    return root.xpath(path, namespaces=NAMES)


def texts(element):
    return found(element, "./p:TextEquiv/p:Unicode/text()")


def points(element):
    pairs = (point.split(",") for point in element.get("points").split())
    return [(int(x), int(y)) for x, y in pairs]


def test_pages_are_valid(schema, rich, empty, turned, document):
    for page in (rich, empty, turned, *document):
        schema.assertValid(written(page))


def test_the_schema_here_can_refuse(schema, rich):
    text = write_page_xml([rich]).replace("imageWidth", "imageBreadth", 1)
    assert not schema.validate(etree.fromstring(text.encode("utf-8")))


def test_several_pages_are_refused_with_a_way_out(document):
    for pages in (document, []):
        with pytest.raises(OutputError, match=f"not {len(pages)}") as refused:
            write_page_xml(pages)
        assert "folder" in refused.value.hint


def test_every_glyph_has_its_box_score_and_alternatives(rich):
    glyph = rich.lines[0].words[0].glyphs[1]
    element = found(written(rich), "//p:Glyph")[1]
    left, top, right, bottom = (round(edge) for edge in glyph.box)
    outline = [(left, top), (right, top), (right, bottom), (left, bottom)]
    assert points(found(element, "./p:Coords")[0]) == outline
    assert texts(element) == ["e", "é", "rn"]
    equivalents = found(element, "./p:TextEquiv")
    assert [each.get("index") for each in equivalents] == ["0", "1", "2"]
    assert [float(each.get("conf")) for each in equivalents] == [0.9, 0.05, 0.01]


def test_texts_stand_at_every_level(rich):
    root = written(rich)
    line = found(root, "//p:TextLine")[0]
    assert texts(line) == ["Hello wörld exam-"]
    assert [texts(word) for word in found(line, "./p:Word")] == [["Hello"], ["wörld"], ["exam-"]]
    assert texts(found(root, "//p:TextRegion")[1]) == ["right"]


def test_a_ligature_stays_one_glyph_and_illegal_characters_are_replaced(rich):
    office, odd = found(written(rich), "//p:TextLine[@id='line_3']/p:Word")
    assert [texts(glyph)[0] for glyph in found(office, "./p:Glyph")] == ["o", "ffi", "c", "e"]
    assert [glyph.get("ligature") for glyph in found(office, "./p:Glyph")] == [None, "true", None, None]
    assert texts(odd) == ["\ufffd𝔄&<\u1e47\u0303\ufffd"]


def test_a_line_that_was_not_read_says_why(rich):
    line = found(written(rich), "//p:TextLine[@id='line_4']")[0]
    assert (line.get("comments"), texts(line), found(line, "./p:Word")) == ("the crop is empty", [], [])


def test_regions_are_listed_in_reading_order(rich, empty):
    root = written(rich)
    refs = found(root, "//p:RegionRefIndexed")
    assert [ref.get("regionRef") for ref in refs] == [region.get("id") for region in found(root, "//p:TextRegion")]
    assert [ref.get("index") for ref in refs] == ["0", "1", "2"]
    assert found(written(empty), "//p:ReadingOrder") == []


def test_vertical_lines_and_turned_pages_say_so(rich, turned):
    region = found(written(rich), "//p:TextRegion")[2]
    assert (region.get("readingDirection"), region.get("textLineOrder")) == ("top-to-bottom", "right-to-left")
    for turn, angle in [(90, "90"), (180, "180"), (270, "-90")]:
        assert found(written(replace(turned, turned=turn)), "//p:Page")[0].get("orientation") == angle


def test_resolution_and_source_are_named(document, rich):
    page = found(written(document[0]), "//p:Page")[0]
    assert (page.get("imageFilename"), page.get("imageXResolution")) == ("book.pdf#3", "300")
    assert found(written(rich), "//p:Page")[0].get("imageFilename") == 'läge "1";.png'


def test_nothing_lies_outside_of_what_it_belongs_to(schema, rich):
    line = rich.lines[0]
    root = written(Page((Line(line.box, line.words),), 60, 25, "cut.png"))
    schema.assertValid(root)
    for element in found(root, "//p:Coords"):
        assert all(0 <= x <= 60 and 0 <= y <= 25 for x, y in points(element))
    for inner, outer in (("Glyph", "Word"), ("Word", "TextLine"), ("TextLine", "TextRegion")):
        for element in found(written(rich), f"//p:{inner}"):
            around = points(found(element, f"ancestor::p:{outer}/p:Coords")[0])
            (left, top), (right, bottom) = around[0], around[2]
            coords = points(found(element, "./p:Coords")[0])
            assert all(left <= x <= right and top <= y <= bottom for x, y in coords)
