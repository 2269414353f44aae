"""The bundle that ships, on images that a net may never have seen: where nothing stands, nothing is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.image.preparation import Grey
from effocr.read.reader import Reader

EXAMPLE = Path(__file__).parents[2] / "examples" / "newspaper-line.png"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("en", threads=1)


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (40, 300), (24, 3000)])
def test_blank_images_are_empty(reader: Reader, shape: tuple[int, int], level: int) -> None:
    assert reader.read_one(np.full(shape, level, np.uint8)).text == ""


def test_blank_paper_after_a_short_line_is_not_read(reader: Reader) -> None:
    line: Grey = np.asarray(Image.open(EXAMPLE).convert("L"))
    short = np.pad(line, ((0, 0), (0, 1500)), constant_values=255)
    page = reader.read_one(short)
    assert page.text.endswith(("Tenn.", "Tenn.,", "Tenn,"))
    assert max(glyph.box.right for glyph in page.lines[0].glyphs) <= line.shape[1] + 5


def test_light_print_reads_like_dark_print(reader: Reader) -> None:
    line: Grey = np.asarray(Image.open(EXAMPLE).convert("L"))
    assert "Jonas" in reader.read_one(line).text
    assert reader.read_one(255 - line).text == reader.read_one(line).text


@pytest.mark.parametrize("drift", [-0.5, 0.5])
def test_a_line_that_runs_askew_reads_like_a_level_one(reader: Reader, drift: float) -> None:
    line: Grey = np.asarray(Image.open(EXAMPLE).convert("L"))
    rows, columns = line.shape
    room = round(abs(drift) * rows / 2)
    tall = Image.fromarray(np.pad(line, ((room, room), (0, 0)), mode="edge"))
    fall = (1, 0, 0, -drift * rows / columns, 1, drift * rows / 2)
    askew = np.asarray(tall.transform(tall.size, Image.Transform.AFFINE, fall, Image.Resampling.BICUBIC))
    read, level = reader.read_one(askew), reader.read_one(line)
    assert read.text == level.text
    falls = [glyph.box.bottom for glyph in read.lines[0].glyphs]
    assert falls[-1] - falls[0] == pytest.approx(drift * rows, abs=0.2 * rows)
