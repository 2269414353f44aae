"""ALTO: valid against the official schema, and everything of a page is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from effocr.formats.alto import NAMESPACE, write_alto
from effocr.page.result import Line, Page

SCHEMAS = Path(__file__).parent / "schemas"
NAMES = {"a": NAMESPACE}


@pytest.fixture(scope="module")
def schema():
    document = etree.parse(SCHEMAS / "alto-4-4.xsd")
    for imported in document.iter("{http://www.w3.org/2001/XMLSchema}import"):
        imported.set("schemaLocation", (SCHEMAS / "xlink.xsd").as_uri())
    return etree.XMLSchema(document)


def written(*pages):
    return etree.fromstring(write_alto(pages).encode("utf-8"))


def found(root, path):
    return root.xpath(path, namespaces=NAMES)


def test_pages_are_valid(schema, rich, empty, turned, document):
    for pages in ([rich], [empty], [turned], document, []):
        root = written(*pages)
        if pages:  # the schema asks for a page
            schema.assertValid(root)
        assert len(found(root, "//a:Page")) == len(pages)


def test_the_schema_here_can_refuse(schema, rich):
    text = write_alto([rich]).replace(' PHYSICAL_IMG_NR="1"', "", 1)
    assert not schema.validate(etree.fromstring(text.encode("utf-8")))


def test_every_glyph_has_its_box_score_and_variants(rich):
    glyph = rich.lines[0].words[0].glyphs[1]
    element = found(written(rich), "//a:Glyph[@CONTENT='e']")[0]
    numbers = [float(element.get(name)) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    assert numbers == [glyph.box.left, glyph.box.top, glyph.box.width, glyph.box.height]
    assert float(element.get("GC")) == glyph.score
    assert [(each.get("CONTENT"), float(each.get("VC"))) for each in element] == [("é", 0.05), ("rn", 0.01)]


def test_words_tell_how_sure_they_and_their_characters_are(rich):
    words = found(written(rich), "//a:String")
    assert (words[0].get("CONTENT"), words[0].get("CC")) == ("Hello", "1 1 1 1 1")
    assert words[0].get("WC") == f"{rich.lines[0].words[0].score:.4f}"
    office = next(word for word in words if word.get("CONTENT") == "office")
    assert office.get("CC") == "1 1 1 1 1 1"


def test_a_ligature_becomes_a_glyph_for_each_character_and_marks_stay_with_their_letter(rich):
    office, odd = found(written(rich), "//a:TextLine[3]/a:String")
    assert [each.get("CONTENT") for each in office] == list("office")
    thirds = [(float(each.get("HPOS")), float(each.get("WIDTH"))) for each in office[1:4]]
    assert thirds == [(30.0, 2.67), (32.67, 2.67), (35.33, 2.67)]
    assert odd.get("CONTENT") == "\ufffd𝔄&<\u1e47\u0303\ufffd"
    assert [each.get("CONTENT") for each in odd] == list("\ufffd𝔄&<\u1e47\u0303\ufffd")
    assert odd[4].get("HPOS") == odd[5].get("HPOS")


def test_a_word_that_a_line_end_cuts_is_told_whole(rich):
    root = written(rich)
    first, second = found(root, "//a:String[@SUBS_TYPE]")
    assert (first.get("CONTENT"), first.get("SUBS_TYPE"), first.get("SUBS_CONTENT")) == ("exam", "HypPart1", "example")
    assert (second.get("CONTENT"), second.get("SUBS_TYPE"), second.get("SUBS_CONTENT")) == (
        "ple",
        "HypPart2",
        "example",
    )
    hyphen = rich.lines[0].glyphs[-1]
    (element,) = found(root, "//a:HYP")
    assert (element.get("CONTENT"), float(element.get("HPOS"))) == ("-", hyphen.box.left)


def test_spaces_lie_between_words_and_only_where_words_are_spaced(rich):
    root = written(rich)
    space = found(root, "//a:TextLine[1]/a:SP")[0]
    hello, world, _ = rich.lines[0].words
    assert float(space.get("HPOS")) == hello.box.right
    assert float(space.get("HPOS")) + float(space.get("WIDTH")) == world.box.left
    apart = replace(rich.lines[0], spaced=False)
    assert found(written(replace(rich, lines=(apart,))), "//a:SP") == []


def test_baselines_are_the_lines_own_or_where_the_glyphs_end(rich):
    lines = found(written(rich), "//a:TextLine")
    assert lines[0].get("BASELINE") == "20,33 100,34.5 190,36"
    assert lines[1].get("BASELINE") == "20,57 106,57"
    assert lines[3].get("BASELINE") is None
    assert (lines[5].get("BASELINE"), lines[5].get("BASEDIRECTION")) == (None, "ttb")


def test_blocks_are_the_regions_in_reading_order(rich):
    blocks = found(written(rich), "//a:TextBlock")
    texts = [[word.get("CONTENT") for word in found(block, ".//a:String")] for block in blocks]
    assert (len(texts), texts[1:]) == (3, [["right"], ["日本𠮷"]])


def test_a_turned_page_says_so_and_keeps_its_boxes(turned):
    page = found(written(turned), "//a:Page")[0]
    line = found(page, ".//a:TextLine")[0]
    assert (page.get("ROTATION"), line.get("HPOS"), line.get("VPOS")) == ("90", "48", "140")
    assert line.get("BASELINE") == "62,188 62,150"


def test_a_page_says_how_right_it_is_expected_to_be(rich, empty):
    page = found(written(rich), "//a:Page")[0]
    assert float(page.get("ACCURACY")) == pytest.approx(100 * (1 - rich.estimated_cer), abs=0.01)
    assert found(written(empty), "//a:Page")[0].get("ACCURACY") is None


def test_pages_of_a_document_keep_their_numbers(document):
    root = written(*document)
    assert [page.get("PHYSICAL_IMG_NR") for page in found(root, "//a:Page")] == ["3", "4"]
    assert found(root, "//a:fileName/text()") == ["book.pdf"]


def test_boxes_that_reach_over_the_border_are_cut(schema, rich):
    line = rich.lines[0]
    root = written(Page((Line(line.box, line.words),), 60, 25, "cut.png"))
    schema.assertValid(root)
    for element in found(root, "//*[@HPOS]"):
        left, top, width, height = (float(element.get(name)) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
        assert 0 <= left <= left + width <= 60
        assert 0 <= top <= top + height <= 25
