"""Contact sheets: what stands on them, as a page and as a picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.bundle.files import Bundle
from effocr.evaluate.exemplars.pictures import BESIDE, CELL, RIGHT, TALL, WRONG, write_picture
from effocr.evaluate.exemplars.sheets import picture_of, sightings, write_page
from effocr.image.draw import png
from effocr.read.reader import Reader
from effocr.read.teaching import lesson_at, teach
from effocr.testing import bar_boxes, draw_bars


@pytest.fixture
def reader(bars: Bundle) -> Reader:
    return Reader(bars, threads=1, lines="none")


def folder_of(folder: Path, read: str, truth: str) -> Path:
    """A folder with one line, and with a truth that may be another text."""
    folder.mkdir(exist_ok=True)
    (folder / "line.png").write_bytes(png(draw_bars(read)))
    (folder / "lines.jsonl").write_text(json.dumps({"image": "line.png", "text": truth}) + "\n", encoding="utf-8")
    return folder


def test_every_glyph_comes_with_its_nearest_exemplars_best_first(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "line.png"
    path.write_bytes(png(draw_bars("Salt")))
    shown = list(sightings(reader, path, 4))
    assert [(glyph.read, glyph.number, glyph.truth) for glyph in shown] == [
        (text, number, None) for number, text in enumerate("Salt", 1)
    ]
    for glyph in shown:
        assert glyph.near[0].text == glyph.read and len(glyph.near) == 4
        assert [near.cosine for near in glyph.near] == sorted((near.cosine for near in glyph.near), reverse=True)
        assert glyph.right(glyph.read) is None


def test_truth_of_lines_tells_right_from_wrong(reader: Reader, tmp_path: Path) -> None:
    shown = list(sightings(reader, folder_of(tmp_path / "lines", "Salt 18", "Sa1t 18"), 2))
    assert [glyph.truth for glyph in shown] == list("Sa1t18")
    assert [glyph.right(glyph.read) for glyph in shown] == [True, True, False, True, True, True]


def test_a_text_of_another_length_is_aligned(reader: Reader, tmp_path: Path) -> None:
    shown = list(sightings(reader, folder_of(tmp_path / "lines", "Salty tales", "Salt tales"), 2))
    assert [glyph.truth for glyph in shown if glyph.truth] == list("Salttales")
    assert [glyph.read for glyph in shown if glyph.truth is None] == ["y"]


def test_truth_of_boxes_is_that_of_the_box_that_matches(reader: Reader, tmp_path: Path) -> None:
    text = "Salt"
    (tmp_path / "line.png").write_bytes(png(draw_bars(text)))
    rows, columns = draw_bars(text).shape
    annotations = [
        {"id": row, "image_id": 1, "category_id": 0, "bbox": [box.left, box.top, box.width, box.height], "text": read}
        for row, (box, read) in enumerate(zip(map(bar_boxes(text).__getitem__, range(4)), "Sa1t", strict=True), 1)
    ]
    coco = {
        "images": [{"id": 1, "width": columns, "height": rows, "file_name": "line.png", "text": "Sa1t"}],
        "annotations": annotations,
        "categories": [{"id": 0, "name": "char"}, {"id": 1, "name": "word"}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco), encoding="utf-8")
    shown = list(sightings(reader, tmp_path, 2))
    assert [(glyph.read, glyph.truth) for glyph in shown] == list(zip("Salt", "Sa1t", strict=True))
    assert [glyph.truth for glyph in sightings(reader, tmp_path / "coco.json", 2)] == list("Sa1t")


def test_an_exemplar_is_shown_by_its_own_crop_where_that_can_be_found(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "line.png"
    Image.fromarray(draw_bars("Salt")).save(path)
    (source,) = lesson_at(reader, path, 2, "a").exemplars.sources
    crop = picture_of(source)
    assert crop is not None and abs(crop.shape[1] - 12) <= 2 and crop.min() == 0
    whole = picture_of(str(path))
    assert whole is not None and np.array_equal(whole, draw_bars("Salt"))
    assert picture_of("a font") is None and picture_of(f"{tmp_path}/gone.png#xywh=1,1,5,5") is None


def test_a_page_holds_everything_and_marks_by_sign_and_colour(reader: Reader, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "lines", "Salt", "Sa1t")
    teach(reader, lesson_at(reader, folder / "line.png", 2, "a").exemplars)
    page = write_page(sightings(reader, folder, 3), tmp_path / "sheet.html", "Bars & more").read_text(encoding="utf-8")
    assert page.count("<tr>") == 4 and "<h1>Bars &amp; more</h1>" in page
    assert '"✓ "' in page and '"✗ "' in page
    glyph = page.split("<tr>")[3]
    assert glyph.index('class="wrong"') < glyph.index("is 1")
    assert page.count("<img") > 4 and "src=" in page and 'src="data:' in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_picture_has_a_row_a_glyph_and_a_frame_in_the_colour_of_its_mark(reader: Reader, tmp_path: Path) -> None:
    shown = list(sightings(reader, folder_of(tmp_path / "lines", "Salt", "Sa1t"), 3))
    path = write_picture(shown, tmp_path / "sheet.png")
    pixels = np.asarray(Image.open(path))
    assert pixels.shape == (4 * TALL, BESIDE + 4 * CELL, 3)
    assert tuple(pixels[2, BESIDE + 10]) == RIGHT
    assert tuple(pixels[2 * TALL + 2, BESIDE + 10]) == WRONG
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 3
