"""What is written here is read again by what reads other programs' files, and by their checkers."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from effocr.data.coco import read_coco
from effocr.data.foreign.conversion import foreign_to_lines, read_marked
from effocr.formats.table import FORMATS
from effocr.formats.xml_text import legal
from effocr.page.boxes import Boxes

# ALTO keeps hundredths of a pixel, PAGE XML whole pixels.
SLACK = {"alto": 0.011, "page": 0.5}


@pytest.fixture
def plain(rich):
    """The page without what no file can hold: illegal characters, and glyphs without text."""
    office, odd = rich.lines[2].words
    legal_glyphs = tuple(glyph for glyph in odd.glyphs if glyph.text and legal(glyph.text) == glyph.text)
    lines = list(rich.lines)
    lines[2] = replace(lines[2], words=(office, replace(odd, glyphs=legal_glyphs)))
    return replace(rich, lines=tuple(lines), source="scan.png")


@pytest.fixture
def folder(plain, tmp_path):
    """The page's image, and a place for its files."""
    Image.fromarray(np.full((plain.height, plain.width), 255, np.uint8)).save(tmp_path / "scan.png")
    return tmp_path


def saved(folder, page, name):
    path = folder / f"scan{FORMATS[name].suffix}"
    path.write_text(FORMATS[name].write([page]), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", SLACK)
def test_lines_words_and_glyphs_come_back(name, plain, folder):
    marked = read_marked(saved(folder, plain, name))
    assert (marked.image, marked.width, marked.height) == ("scan.png", plain.width, plain.height)
    assert [line.text for line in marked.lines if line.text] == [line.text for line in plain.lines if line.text]
    for line, back in zip(plain.lines, marked.lines, strict=True):
        assert [word.text for word in back.words if word.text] == [word.text for word in line.words]
        # ALTO has a glyph for each character of a ligature, in the ligature's box.
        cut = {"alto": list(map(len, (glyph.text for glyph in line.glyphs))), "page": [1] * len(line.glyphs)}[name]
        ends = np.cumsum([0, *cut])
        together = [back.glyphs[start:end] for start, end in pairwise(ends)]
        assert ["".join(glyph.text for glyph in some) for some in together] == [glyph.text for glyph in line.glyphs]
        after = [Boxes.of(glyph.box for glyph in some).union() for some in together]
        for glyph, box in zip(line.glyphs, after, strict=True):
            assert np.abs(np.subtract(glyph.box, box)).max() <= SLACK[name]


@pytest.mark.parametrize("name", SLACK)
def test_a_converted_file_is_material_for_training(name, plain, folder):
    done = foreign_to_lines(saved(folder, plain, name), folder / "lines")
    assert (done.lines, done.boxed) == (5, 5)
    texts = [image.text for image in read_coco(folder / "lines" / "coco.json").images]
    assert texts == [line.text for line in plain.lines if line.text]


def test_hocr_passes_the_checker(rich, empty, turned, document, folder):
    if shutil.which("hocr-check") is None:
        pytest.skip("hocr-tools is not installed")
    path = folder / "pages.hocr"
    for pages in ([rich], [empty], [turned], document):
        path.write_text(FORMATS["hocr"].write(pages), encoding="utf-8")
        told = subprocess.run(["hocr-check", path], capture_output=True, text=True, check=True).stderr
        assert "ok 1 " in told
        assert "not ok" not in told
