"""Teaching by example: from regions of images, effective at once, and kept in bundles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.bundle.card import Provenance
from effocr.bundle.files import Bundle, open_bundle, verify, with_quantized
from effocr.errors import DataError, UnknownNameError
from effocr.page.boxes import Box, Boxes
from effocr.read.reader import Reader
from effocr.read.sockets import Localization
from effocr.read.teaching import (
    fragment,
    lesson_at,
    lesson_in_box,
    line_seen,
    lines_seen,
    lookalikes,
    teach,
    write_with_index,
)
from effocr.testing import bar_boxes, draw_bars, make_bundle, make_published

TEXT = "Salt, 1859"


@pytest.fixture
def reader(bars: Bundle) -> Reader:
    """A reader of bars that does not know the letter l."""
    return Reader(bars, threads=1, lines="none", without="l")


def box_of(place: int, text: str = TEXT) -> Box:
    return bar_boxes(text)[place]


def test_a_glyph_in_a_box_is_read_at_once(reader: Reader) -> None:
    assert "l" not in reader.read_one(draw_bars(TEXT)).text
    lesson = lesson_in_box(reader, draw_bars(TEXT), box_of(2), "ł")
    assert (lesson.shown, lesson.found, lesson.exemplars.texts) == (1, 1, ("ł",))
    teach(reader, lesson.exemplars)
    assert reader.read_one(draw_bars(TEXT)).text == "Sałt, 1859"
    assert reader.read_one(draw_bars("all")).text == "ałł"


def test_a_box_on_a_page_is_seen_on_its_own_line(bars: Bundle) -> None:
    reader = Reader(bars, threads=1, lines="projection")
    blank = np.full((30, 300), 255, np.uint8)
    lines = [
        np.pad(draw_bars(text), ((0, 0), (0, 300 - draw_bars(text).shape[1])), constant_values=255)
        for text in ("Over it", TEXT)
    ]
    page = np.concatenate([blank, lines[0], blank, lines[1], blank])
    box = box_of(2)
    top = 30 + 48 + 30
    on_page = Box(box.left, box.top + top, box.right, box.bottom + top)
    alone = lesson_in_box(reader, lines[1], box, "ł").exemplars
    assert float(lesson_in_box(reader, page, on_page, "ł").exemplars.vectors[0] @ alone.vectors[0]) > 0.99


def test_a_vertical_line_is_marked_in_its_own_pixels(reader: Reader) -> None:
    line = draw_bars(TEXT)
    upright = np.ascontiguousarray(np.rot90(line, -1))
    box = box_of(2)
    on_upright = Box(line.shape[0] - box.bottom, box.left, line.shape[0] - box.top, box.right)
    vertical = lesson_in_box(reader, upright, on_upright, "ł", vertical=True)
    left, top, width, height = map(int, vertical.exemplars.sources[0].partition("xywh=")[2].split(","))
    assert abs(left - on_upright.left) <= 2 and abs(top - on_upright.top) <= 2
    assert abs(width - on_upright.width) <= 2 and abs(height - on_upright.height) <= 3
    teach(reader, vertical.exemplars)
    assert reader.read_one(upright, vertical=True).lines[0].glyphs[2].text == "ł"


def test_a_glyph_that_was_found_in_pieces_is_taught_whole_and_said_to_stay_unread(reader: Reader) -> None:
    one, two = box_of(1), box_of(2)
    lesson = lesson_in_box(reader, draw_bars(TEXT), Box(one.left, one.top, two.right, two.bottom), "al")
    assert (lesson.shown, lesson.found) == (1, 0)
    assert lesson.exemplars.sources[0].endswith(f"#xywh={one.left:.0f},4,{two.right - one.left:.0f},40")


def test_blank_paper_cannot_be_taught(reader: Reader) -> None:
    with pytest.raises(DataError, match="nothing but paper"):
        lesson_in_box(reader, np.full((48, 100), 255, np.uint8), Box(20, 5, 40, 40), "☐")


@pytest.mark.parametrize("box", [Box(5, 5, 5, 20), Box(500, 0, 520, 40), Box(-30, 0, -10, 40)])
def test_a_box_without_pixels_is_refused(reader: Reader, box: Box) -> None:
    with pytest.raises(DataError, match="covers no pixel"):
        lesson_in_box(reader, draw_bars(TEXT), box, "x")


def test_a_glyph_is_named_by_its_number(reader: Reader) -> None:
    teach(reader, lesson_at(reader, draw_bars(TEXT), 3, "ł").exemplars)
    assert reader.read_one(draw_bars("all")).text == "ałł"
    for number in (0, 10, -1):
        with pytest.raises(DataError, match="9 were found"):
            lesson_at(reader, draw_bars(TEXT), number, "ł")


def test_sources_say_where_in_which_image(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "line.png"
    Image.fromarray(draw_bars(TEXT)).save(path)
    (source,) = lesson_at(reader, path, 1, "S").exemplars.sources
    assert source.startswith(f"{path}#xywh=")
    assert fragment("a.png", Box(1.2, 2.6, 4.4, 2.7)) == "a.png#xywh=1,3,3,1"


def test_lines_are_seen_as_they_are_read(reader: Reader) -> None:
    (seen,) = lines_seen(reader, draw_bars(TEXT))
    again = line_seen(reader, draw_bars(TEXT))
    assert len(seen.embeddings) == 9
    assert np.array_equal(seen.embeddings, again.embeddings)
    page = reader.read_one(draw_bars(TEXT))
    assert np.allclose([glyph.box for glyph in page.lines[0].glyphs], seen.boxes.array)


def test_a_rule_at_the_end_of_a_line_is_no_glyph_to_teach(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    line = np.pad(draw_bars(TEXT), ((0, 0), (8, 0)), constant_values=255)
    line[:, 2:4] = 0
    (glyphs,) = reader.localizer.localize([line])
    first = [np.insert(values, 0, 0.5) for values in (glyphs.scores, glyphs.space_before)]
    with_rule = Localization(Boxes(np.insert(glyphs.boxes.array, 0, (1, 6, 5, 42), axis=0)), *first, glyphs.band)
    monkeypatch.setattr(reader.localizer, "localize", lambda lines: [with_rule] * len(lines))
    (seen,) = lines_seen(reader, line)
    assert np.array_equal(seen.boxes.array, glyphs.boxes.array)
    assert np.allclose([glyph.box for glyph in reader.read_one(line).lines[0].glyphs], seen.boxes.array)


def test_look_alikes_are_named(bars: Bundle) -> None:
    index = Reader(bars, threads=1).recognizer.index
    row = index.texts.index("l")
    same = index.selected(np.array([row]))
    assert lookalikes(index.without_texts("l"), same)[0][2] < 0.99
    renamed = type(index)(same.vectors, ("ł",), ("",))
    ((text, other, cosine),) = lookalikes(index, renamed)
    assert (text, other) == ("ł", "l") and cosine > 0.999


def test_a_bundle_keeps_what_was_taught_and_its_card_follows(reader: Reader, tmp_path: Path) -> None:
    index = reader.recognizer.index.merged(lesson_in_box(reader, draw_bars(TEXT), box_of(2), "ł").exemplars)
    font = Provenance(name="Bars", licence="none", origin="here")
    written = write_with_index(reader.bundle, index, tmp_path / "taught", fonts=[font, *reader.bundle.card.fonts])
    verify(written)
    card = open_bundle(tmp_path / "taught").card
    assert "ł" in card.charset and "l" not in card.charset and card.index.exemplars == len(index)
    assert card.version.startswith("1+") and card.scores == []
    assert [entry.name for entry in card.fonts] == ["bars", "Bars"]
    assert Reader(written, threads=1).read_one(draw_bars(TEXT)).text == "Sałt, 1859"


def test_a_bundle_is_replaced_by_what_it_learned(reader: Reader, tmp_path: Path) -> None:
    own = make_bundle(tmp_path / "own")
    first = write_with_index(own, reader.recognizer.index, own.path)
    second = write_with_index(first, reader.recognizer.index.without_texts("a"), own.path)
    assert [part.name for part in tmp_path.iterdir()] == ["own"]
    assert second.card.version.count("+") == 1 and second.card.version != first.card.version
    assert "a" not in open_bundle(own.path).card.charset


def test_a_bundle_without_exemplars_is_not_written(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least one exemplar"):
        write_with_index(reader.bundle, reader.recognizer.index.selected(np.zeros(0, np.intp)), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_reader_never_reads_what_it_shall_not(bars: Bundle) -> None:
    assert Reader(bars, threads=1).read_one(draw_bars(TEXT)).text == TEXT
    text = Reader(bars, threads=1, without="l,").read_one(draw_bars(TEXT)).text
    assert len(text) == len(TEXT) and not set("l,") & set(text)
    with pytest.raises(DataError, match="no exemplar is left"):
        Reader(bars, threads=1, without=Reader(bars).bundle.card.charset)


def test_a_published_model_is_taught_into_a_bundle_and_keeps_its_words(tmp_path: Path) -> None:
    line = "Salt, telegraphs 1859."
    folder = make_published(tmp_path / "effocr_en", line, ["Salt"])
    before = sorted(path.name for path in folder.rglob("*"))
    reader = Reader(folder, threads=1, lines="none")
    index = reader.recognizer.index.without_texts("g")
    taught = index.merged(lesson_at(reader, draw_bars(line), 10, "ğ").exemplars)
    written = write_with_index(reader.bundle, taught, tmp_path / "taught")
    verify(written)
    page = Reader(written, threads=1, lines="none").read_one(draw_bars(line))
    assert page.text == "Salt, teleğraphs 1859."
    assert page.lines[0].words[0].glyphs[0].by_word
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_words_that_hold_a_forbidden_character_are_not_read_as_words(tmp_path: Path) -> None:
    folder = make_published(tmp_path / "effocr_en", "Salt 1859", ["Salt"])
    reader = Reader(folder, threads=1, lines="none", without="t")
    text = reader.read_one(draw_bars("Salt 1859")).text
    assert text.startswith("Sal") and "t" not in text
    assert reader.word_recognizer is None


def test_a_search_that_is_not_known_is_named(bars: Bundle) -> None:
    with pytest.raises(UnknownNameError, match="cels"):
        Reader(bars, threads=1, search="cels")
    assert Reader(bars, threads=1, search="cells", lines="none").read_one(draw_bars(TEXT)).text == TEXT


def test_quantized_nets_stay_where_exemplars_change(reader: Reader, tmp_path: Path) -> None:
    nets = {"encoder": reader.bundle.encoder(), "localizer": reader.bundle.localizer()}
    both = with_quantized(reader.bundle, tmp_path / "both", **nets)
    taught = write_with_index(both, reader.recognizer.index, tmp_path / "taught")
    assert taught.quantized() == both.quantized() and len(taught.quantized()) == len(nets)
