"""A document teaches its own type where it is read surely and alike, and nothing where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle.files import Bundle
from effocr.image.preparation import Grey
from effocr.index.glyph_index import GlyphIndex
from effocr.read.document import adapting
from effocr.read.document.adapting import DOCUMENT, adapt_to_document, document_exemplars
from effocr.read.reader import Reader
from effocr.testing import draw_bars

LINES = ("the cat sat on the mat", "a cat sat there", "that hat sat on a mat", "the hat that sat") * 3


@pytest.fixture
def reader(bars: Bundle, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(adapting, "FEWEST_GLYPHS", 60)
    monkeypatch.setattr(adapting, "LEAST_GAIN", 0.0)  # bars are read surely from the beginning
    return Reader(bars, threads=1, lines="none")


def test_glyphs_read_surely_become_exemplars(reader: Reader) -> None:
    before = len(reader.recognizer.index)
    count = adapt_to_document(reader, [draw_bars(text) for text in LINES])
    index = reader.recognizer.index
    assert len(index) == before + count > before
    assert {text for text, source in zip(index.texts, index.sources, strict=True) if source == DOCUMENT} <= set(
        "".join(LINES)
    )
    assert reader.read_one(draw_bars("that mat")).text == "that mat"


def test_it_is_the_same_each_time(reader: Reader) -> None:
    images = [draw_bars(text) for text in LINES]
    one, other = document_exemplars(reader, images), document_exemplars(reader, images)
    assert one is not None and other is not None
    assert one.texts == other.texts and np.array_equal(one.vectors, other.vectors)


def test_a_short_document_teaches_nothing(reader: Reader) -> None:
    index = reader.recognizer.index
    assert adapt_to_document(reader, [draw_bars(LINES[0])]) == 0
    assert adapt_to_document(reader, []) == 0
    assert reader.recognizer.index is index


def test_halves_that_do_not_agree_teach_nothing(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapting, "AGREEING", 1.01)
    assert adapt_to_document(reader, [draw_bars(text) for text in LINES]) == 0


def test_what_makes_no_glyph_surer_is_not_taught(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapting, "LEAST_GAIN", 1e-6)
    assert document_exemplars(reader, [draw_bars(text) for text in LINES]) is None


def test_worn_type_is_read_more_surely_with_its_own_glyphs(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapting, "LEAST_GAIN", 1e-6)
    index = reader.recognizer.index
    blurred = index.vectors + 0.8 * index.vectors.mean(0)
    vectors = (blurred / np.linalg.norm(blurred, axis=1, keepdims=True)).astype(np.float32)
    reader.recognizer.index = GlyphIndex(vectors, index.texts, index.sources)
    images = [draw_bars(text) for text in LINES]
    scores = sorted(_scores(reader, images))
    monkeypatch.setattr(adapting, "SURE", scores[len(scores) // 3])
    assert adapt_to_document(reader, images) > 0
    assert sum(_scores(reader, images)) > sum(scores)


def _scores(reader: Reader, images: Sequence[Grey]) -> list[float]:
    return [glyph.score for page in reader.read(images) for line in page.lines for glyph in line.glyphs]


def test_glyphs_that_are_not_sure_teach_nothing(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapting, "SURE", 1.01)
    assert document_exemplars(reader, [draw_bars(text) for text in LINES]) is None


def test_images_that_cannot_be_read_are_passed_over(reader: Reader, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    assert adapt_to_document(reader, [bad, *(draw_bars(text) for text in LINES)]) > 0
