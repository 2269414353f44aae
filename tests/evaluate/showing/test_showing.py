"""What was read, drawn over its image: the picture and the page."""

from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from effocr.evaluate.showing.colours import STEPS, legend, step_of
from effocr.evaluate.showing.document import render
from effocr.evaluate.showing.overlay import FRAMES, LOWEST_LEGEND, overlay
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word

EVIL = "</script><img src=x onerror=alert(1)>&<!--$title"
PAPER = np.full((60, 300), 255, np.uint8)


def page(text: str = "a", source: str = "page.png") -> Page:
    """Two words, surely and hardly read; every text of it is the same."""
    sure = Glyph(Box(20, 20, 40, 40), text, 0.99, (Alternative(text, 0.01),), 7, text)
    unsure = Glyph(Box(60, 20, 80, 40), text, 0.2, (), 7, text)
    line = Line(Box(10, 10, 290, 50), (Word((sure,), 0.9), Word((unsure,), 0.9)))
    return Page((line, Line(Box(0, 50, 9, 60))), 300, 60, source, bundle=text)


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.mark.parametrize(("score", "step"), [(0.0, 0), (0.499, 0), (0.5, 1), (0.8, 2), (0.95, 3), (1.0, 3)])
def test_scores_fall_into_steps(score: float, step: int) -> None:
    assert step_of(score) == step


def test_the_legend_names_every_step() -> None:
    assert legend() == ["0 to 50 %", "50 to 80 %", "80 to 95 %", "95 to 100 %"]


def test_unsure_glyphs_stand_out_and_paper_stays_paper() -> None:
    drawn = overlay(PAPER, page(), ["glyphs"])
    assert drawn.shape == (60 + LOWEST_LEGEND, 300, 3)
    sure, unsure, bare = (drawn[LOWEST_LEGEND + 30, x].astype(int) for x in (30, 70, 150))
    for seen, step in ((sure, STEPS[3]), (unsure, STEPS[0])):
        wanted = (1 - step.cover) * 255 + step.cover * np.array(step.colour)
        assert np.abs(seen - wanted).max() <= 1
    assert bare.tolist() == [255, 255, 255]


def test_layers_that_are_not_wanted_are_not_drawn() -> None:
    frames = overlay(PAPER, page(), ["lines"])[LOWEST_LEGEND:]
    assert frames[10, 100].tolist() == list(FRAMES["lines"])
    assert (frames[20:40, 20:80] == 255).all()
    assert (overlay(PAPER, page(), [])[LOWEST_LEGEND:] == 255).all()


def test_boxes_beyond_the_image_do_no_harm() -> None:
    glyphs = Glyph(Box(-9, -9, 5, 5), "x", 0.1), Glyph(Box(290, 50, 400, 99), "y", 1)
    line = Line(Box(-5, -5, 900, 900), (Word(glyphs),))
    assert overlay(PAPER, Page((line,), 300, 60)).shape[1] == 300


def test_the_document_holds_all_that_was_read() -> None:
    data = data_of(render(PAPER, page("é")))
    glyphs = data["glyphs"]
    assert isinstance(glyphs, dict)
    assert glyphs["text"] == ["é", "é"] and glyphs["score"] == [990, 200] and glyphs["box"][:4] == [20, 20, 40, 40]
    assert glyphs["others"] == [[["é", 10]], []] and glyphs["exemplar"] == [0, 0]
    assert data["exemplars"] == [{"row": "7", "source": "é"}]
    assert data["cer"] == pytest.approx(1 - page().score, abs=1e-4)


def test_texts_are_data_and_never_become_part_of_the_page() -> None:
    plain, evil = render(PAPER, page("a")), render(PAPER, page(EVIL, source=EVIL))
    assert "<img src=x" not in evil and "<!--" not in evil
    for mark in ("<script", "</script", "<img", "<svg"):
        assert evil.count(mark) == plain.count(mark)
    data = data_of(evil)
    assert data["title"] == EVIL and data["bundle"] == EVIL


def test_the_document_needs_nothing_from_elsewhere() -> None:
    html = render(PAPER, page())
    assert "default-src 'none'" in html
    assert not re.findall(r"(?:src|href)=[\"'](?!data:)", html)
    picture = re.search(r"data:image/jpeg;base64,([^\"]+)", html)
    assert picture is not None
    assert Image.open(io.BytesIO(base64.b64decode(picture[1]))).size == (300, 60)


def test_a_page_without_anything_is_shown_too() -> None:
    assert data_of(render(PAPER, Page((), 300, 60)))["cer"] is None
    assert overlay(PAPER, Page((), 300, 60)).shape[1] == 300
