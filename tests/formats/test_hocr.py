"""hOCR: well-formed, every class and property as the specification has it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import etree

from effocr.formats.hocr import CAPABILITIES, write_hocr

INSIDE = {"ocr_carea": "ocr_page", "ocr_par": "ocr_carea", "ocr_line": "ocr_par", "ocrx_word": "ocr_line"}
NAMES = {"h": "http://www.w3.org/1999/xhtml"}
_BOX = r"\d+ \d+ \d+ \d+"
PROPERTIES = {
    "image": r'".*"',
    "bbox": _BOX,
    "ppageno": r"\d+",
    "scan_res": r"\d+ \d+",
    "baseline": r"-?\d+\.\d+ -?\d+",
    "x_size": r"\d+\.\d+",
    "x_wconf": r"\d{1,3}",
    "x_bboxes": _BOX,
    "x_confs": r"\d{1,3}\.\d+",
    "textangle": r"\d+",
}
"""Their grammar in hOCR 1.2, section 6, as far as it is used."""


def written(*pages):
    return etree.fromstring(write_hocr(pages).encode("utf-8"))


def of_class(root, name):
    return root.xpath(f".//h:*[@class='{name}']", namespaces=NAMES)


def facts(element):
    """The properties in a title, which are divided by semicolons."""
    return dict(fact.split(" ", 1) for fact in element.get("title").split("; "))


def box(element):
    return [int(edge) for edge in facts(element)["bbox"].split()]


def test_every_property_follows_the_grammar(rich, empty, turned, document):
    for element in written(rich, empty, turned, *document).iter():
        if (element.get("class") or "").startswith("ocr"):
            assert element.get("class") in CAPABILITIES.split()
            for name, value in facts(element).items():
                assert re.fullmatch(PROPERTIES[name], value), (name, value)


def test_elements_lie_inside_each_other(rich):
    root = written(rich)
    for inner, outer in INSIDE.items():
        assert of_class(root, inner)
        for element in of_class(root, inner):
            (around,) = element.xpath(f"ancestor::h:*[@class='{outer}']", namespaces=NAMES)
            (left, top, right, bottom), (x0, y0, x1, y1) = box(element), box(around)
            assert x0 <= left <= right <= x1
            assert y0 <= top <= bottom <= y1
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_the_head_says_what_made_it_and_what_is_in_it(document):
    about = {meta.get("name"): meta.get("content") for meta in written(*document).iter("{*}meta") if meta.get("name")}
    assert about["ocr-system"].startswith("effocr ")
    assert about["ocr-system"].endswith("bundle en 1")
    assert about["ocr-number-of-pages"] == "2"


def test_lines_read_as_text_with_spaces_between_words_only(rich):
    lines = ["".join(line.itertext()) for line in of_class(written(rich), "ocr_line")]
    assert lines[:2] == ["Hello wörld exam-", "ple “end”"]
    assert lines[2:] == ["office \ufffd𝔄&<\u1e47\u0303\ufffd", "", "right", "日本𠮷"]


def test_glyphs_have_boxes_and_scores(rich):
    glyph = of_class(written(rich), "ocrx_cinfo")[1]
    assert (glyph.text, glyph.get("title")) == ("e", "x_bboxes 30 20 38 32; x_confs 90.00")


def test_baselines_count_from_the_lower_left_corner(rich, turned):
    first, second, *_, last = of_class(written(rich), "ocr_line")
    slope, offset = facts(first)["baseline"].split()
    assert float(slope) == pytest.approx(3 / 170, abs=1e-3)
    # At the line's left edge, 3 pixels before the first point of a baseline that lies at 33 there.
    assert int(offset) == round(33 - 3 * 3 / 170 - box(first)[3])
    assert facts(second)["baseline"] == f"0.0000 {57 - box(second)[3]}"
    assert "baseline" not in facts(last)
    (line,) = of_class(written(turned), "ocr_line")
    assert ("baseline" in facts(line), facts(line)["textangle"]) == (False, "90")


def test_pages_are_numbered_and_name_their_images(rich, document):
    assert [facts(page)["ppageno"] for page in of_class(written(rich, rich), "ocr_page")] == ["0", "1"]
    pages = of_class(written(*document), "ocr_page")
    assert [facts(page)["ppageno"] for page in pages] == ["2", "3"]
    assert facts(pages[0])["image"] == '"scans/book.pdf#3"'
    assert facts(of_class(written(rich), "ocr_page")[0])["image"] == '"scans/läge %221%22%3B.png"'
    assert "scan_res" not in facts(of_class(written(replace(rich, dpi=0.0)), "ocr_page")[0])
