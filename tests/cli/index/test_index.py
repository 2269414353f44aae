"""`effocr index`: exemplars taught, forgotten, built anew, shown, and exchanged with other tools."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle.files import open_bundle
from effocr.image.draw import png
from effocr.testing import bar_boxes, draw_bars, make_bundle

TEXT = "Bars all"


@pytest.fixture
def line(tmp_path: Path) -> Path:
    path = tmp_path / "line.png"
    path.write_bytes(png(draw_bars(TEXT)))
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A bundle of one's own that may be changed."""
    return make_bundle(tmp_path / "own").path


def box_of(place: int) -> str:
    left, top, right, bottom = bar_boxes(TEXT)[place]
    return f"{left:g},{top:g},{right - left:g},{bottom - top:g}"


def test_a_letter_is_forgotten_taught_and_read(effocr, own, line, tmp_path):
    assert effocr("index", "forget", own, own, "--text", "l").code == 0
    assert "l" not in effocr("read", line, "--bundle", own).stdout
    outcome = effocr("index", "teach", own, tmp_path / "new", "--text", "ł", "--image", line, "--box", box_of(5))
    assert outcome.code == 0 and outcome.stdout.startswith(f"{tmp_path / 'new'}: bars 1+")
    assert f"next: effocr read {line} --bundle {tmp_path / 'new'}" in outcome.stderr
    assert effocr("read", line, "--bundle", tmp_path / "new").stdout == "Bars ałł\n"
    assert effocr("bundle", "verify", tmp_path / "new").code == 0
    assert "ł" not in open_bundle(own).card.charset


@pytest.mark.parametrize(
    "way",
    [["--text", "ł", "--at", 6], ["--line-text", "Bars ałł"], ["--line-text", "Bars ałł", "--text", "ł"]],
    ids=["one glyph", "all glyphs", "one text"],
)
def test_a_line_teaches(effocr, own, line, way):
    assert effocr("index", "forget", own, own, "--text", "l").code == 0
    assert effocr("index", "teach", own, own, "--line", line, *way).code == 0
    assert effocr("read", line, "--bundle", own).stdout == "Bars ałł\n"


def test_a_font_teaches_the_bundle_that_ships(effocr, fonts, tmp_path):
    (font,) = fonts.iterdir()
    assert effocr("index", "forget", "en", tmp_path / "en", "--text", "Q").code == 0
    outcome = effocr("index", "teach", tmp_path / "en", tmp_path / "en", "--text", "Q", "--font", font)
    assert outcome.code == 0
    card = open_bundle(tmp_path / "en").card
    assert "Q" in card.charset and "Aileron" in [entry.name for entry in card.fonts]
    assert "Aileron Regular (" in effocr("index", "show", tmp_path / "en").stdout.split("\nQ\t")[1].split("\n")[0]


@pytest.mark.parametrize(
    "given",
    [[], ["--text", "x"], ["--text", "x", "--at", "1"], ["--line", "a.png", "--at", "1"], ["--image", "a.png"]],
    ids=["nothing", "text", "no line", "no text", "no box"],
)
def test_a_lesson_needs_all_its_parts(effocr, bundle, tmp_path, given):
    outcome = effocr("index", "teach", bundle, tmp_path / "new", *given)
    assert outcome.code == 2 and not (tmp_path / "new").exists()


def test_a_bad_box_is_refused(effocr, bundle, line, tmp_path):
    for box, code in (("1,2,3", 2), ("a,b,c,d", 2), ("900,900,5,5", 4)):
        outcome = effocr("index", "teach", bundle, tmp_path / "new", "--text", "x", "--image", line, "--box", box)
        assert outcome.code == code and not (tmp_path / "new").exists()


def test_a_look_alike_is_pointed_out(effocr, bundle, line, tmp_path):
    outcome = effocr("index", "teach", bundle, tmp_path / "new", "--text", "ł", "--line", line, "--at", 6)
    assert "'ł' looks much like 'l'" in outcome.stderr


def test_rows_and_sources_are_forgotten(effocr, bundle, line, own, tmp_path):
    assert effocr("index", "teach", own, own, "--line", line, "--line-text", TEXT).code == 0
    shown = effocr("index", "show", own, "--text", "l").stdout.split("\n")[1:-1]
    assert [row.split("\t")[0] for row in shown] == ["11", "75", "76"]
    assert effocr("index", "forget", own, own, "--row", 11, "--source", shown[1].split("\t")[1]).code == 0
    assert effocr("index", "show", own).stdout.count("\nl\t1\t") == 1
    assert effocr("read", line, "--bundle", own).stdout == f"{TEXT}\n"


def test_what_is_not_there_cannot_be_forgotten(effocr, bundle, tmp_path):
    for option, value, code in (("--text", "ß", 2), ("--source", "bard", 2), ("--row", "70", 4)):
        assert effocr("index", "forget", bundle, tmp_path / "new", option, value).code == code
    assert "Did you mean 'bars'?" in effocr("index", "forget", bundle, tmp_path / "new", "--source", "bard").stderr
    assert effocr("index", "forget", bundle, tmp_path / "new").code == 2
    assert effocr("index", "forget", bundle, tmp_path / "new", "--source", "bars").code == 4
    assert not (tmp_path / "new").exists()


def test_characters_can_be_left_out_while_reading(effocr, bundle, line):
    read = effocr("read", line, "--bundle", bundle, "--without", "la").stdout
    assert len(read) == len(TEXT) + 1 and not {"l", "a"} & set(read)


def test_an_index_is_built_from_folders_named_by_code_points(effocr, bundle, line, tmp_path):
    boxes = bar_boxes(TEXT)
    for place, text in enumerate("Bârsâłł"):
        folder = tmp_path / "crops" / "_".join(str(ord(character)) for character in text)
        folder.mkdir(parents=True, exist_ok=True)
        box = boxes[place]
        (folder / f"bars-char-{place}.png").write_bytes(png(draw_bars(TEXT)[:, int(box.left) : int(box.right)]))
    outcome = effocr("index", "build", bundle, tmp_path / "new", "--crops", tmp_path / "crops")
    assert outcome.code == 0
    assert effocr("read", line, "--bundle", tmp_path / "new").stdout == "Bârs âłł\n"
    assert open_bundle(tmp_path / "new").card.charset == sorted("Bârsł")


def test_an_index_is_built_from_labelled_lines_and_extends_the_present_one(effocr, bundle, line, tmp_path):
    rows, columns = draw_bars(TEXT).shape
    annotations = [
        {"id": number, "image_id": 1, "category_id": 0, "bbox": [box.left, box.top, box.width, box.height]}
        for number, box in enumerate(map(bar_boxes(TEXT).__getitem__, range(7)), 1)
    ]
    image = {"id": 1, "width": columns, "height": rows, "file_name": "line.png", "text": "Bârs âłł"}
    categories = [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}]
    coco = {"images": [image], "annotations": annotations, "categories": categories}
    (tmp_path / "coco.json").write_text(json.dumps(coco), encoding="utf-8")
    build = ["index", "build", bundle, tmp_path / "new", "--lines", tmp_path / "coco.json"]
    assert effocr(*build).code == 0
    assert effocr("read", line, "--bundle", tmp_path / "new").stdout == "Bârs âłł\n"
    assert effocr(*build, "--extend").code == 0
    assert set(open_bundle(tmp_path / "new").card.charset) > set("Bârslł0")


def test_an_index_is_built_from_fonts_and_a_charset(effocr, fonts, tmp_path):
    (tmp_path / "charset.txt").write_text("abcdй", encoding="utf-8")
    outcome = effocr(
        "index", "build", "en", tmp_path / "new", "--fonts", fonts, "--charset", tmp_path / "charset.txt", "--most", 1
    )
    assert outcome.code == 0 and "1 of 5 texts" in outcome.stderr and "й" in outcome.stderr
    assert open_bundle(tmp_path / "new").card.charset == ["a", "b", "c", "d"]


def test_build_wants_one_material(effocr, bundle, tmp_path):
    for given in ([], ["--crops", tmp_path, "--fonts", tmp_path]):
        assert effocr("index", "build", bundle, tmp_path / "new", *given).code == 2


def test_a_sheet_is_drawn_as_page_or_picture(effocr, bundle, lines, tmp_path):
    for name in ("sheet.html", "sheet.png"):
        outcome = effocr("index", "near", bundle, lines, "-o", tmp_path / name, "-k", 3, "--most", 5)
        assert outcome.stdout == f"{tmp_path / name}: 5 glyphs; there are more than 5\n"
        assert (tmp_path / name).stat().st_size > 1000
    only = effocr("index", "near", bundle, lines / "0.png", "-o", tmp_path / "r.html", "--text", "r")
    assert only.stdout.endswith(": 3 glyphs\n")
    assert effocr("index", "near", bundle, lines, "-o", tmp_path / "w.html", "--wrong").code == 4
    assert effocr("index", "near", bundle, lines, "-o", tmp_path / "sheet.pdf").code == 2


def test_an_index_goes_out_and_comes_back(effocr, bundle, line, own, tmp_path):
    for form in ("plain", "coded"):
        out = tmp_path / form
        assert effocr("index", "export", bundle, out, "--texts", form).code == 0
        assert sorted(path.name for path in out.iterdir()) == ["ref.index", "ref.txt"]
        assert effocr("index", "import", own, out, tmp_path / "again", "--texts", form).code == 0
        assert effocr("read", line, "--bundle", tmp_path / "again").stdout == f"{TEXT}\n"
    assert effocr("index", "export", bundle, tmp_path / "plain").code == 9
    assert effocr("index", "export", bundle, tmp_path / "other", "--texts", "coder").code == 2


def test_an_index_of_another_encoder_is_not_taken_in(effocr, bundle, tmp_path):
    from effocr.index.faiss_files import flat_index_bytes
    from effocr.index.glyph_index import GlyphIndex

    (tmp_path / "ref.index").write_bytes(
        flat_index_bytes(GlyphIndex(np.eye(2, 5, dtype=np.float32), ("a", "b"), ("",) * 2))
    )
    (tmp_path / "ref.txt").write_text("a\nb\n", encoding="utf-8")
    outcome = effocr("index", "import", bundle, tmp_path, tmp_path / "new")
    assert outcome.code == 4 and "5 dimensions" in outcome.stderr and not (tmp_path / "new").exists()
    assert effocr("index", "import", bundle, tmp_path / "gone", tmp_path / "new").code == 4
