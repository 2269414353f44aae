"""Which finder sees an image, and lines cut along their baselines and read."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.errors import BundleError, MissingExtraError, UnknownNameError
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes
from effocr.read.pages.finders import LINE_FINDERS, Auto, is_page, line_finder
from effocr.read.pages.others import line_of_corners, line_of_outline
from effocr.read.reader import Reader
from effocr.read.sockets import FoundLine
from effocr.testing import FakeLineFinder, FakeLocalizer, bar_boxes, draw_bars, make_bundle

COLUMNS = [Box(0, 0, 300, 40), Box(0, 50, 300, 90), Box(320, 0, 620, 40)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    reader = Reader(make_bundle(tmp_path_factory.mktemp("bundle") / "bars"), threads=1, orientation="given")
    reader.localizer = FakeLocalizer()
    return reader


@pytest.mark.parametrize(
    ("shape", "page"),
    [((40, 900), False), ((343, 2524), False), ((390, 390), False), ((450, 5000), False), ((600, 420), True)],
)
def test_pages_are_told_from_clips(shape: tuple[int, int], page: bool) -> None:
    image = np.full(shape, 255, np.uint8)
    asked: list[Grey] = []

    class Net(FakeLineFinder):
        def find(self, page: Grey) -> list[FoundLine]:
            asked.append(page)
            return super().find(page)

    found = Auto(lambda: Net(COLUMNS)).find(image)
    assert is_page(image) == page == bool(asked)
    assert [line.box for line in found] == (COLUMNS if page else [Box(0, 0, shape[1], shape[0])])


def test_the_net_is_opened_once_and_only_for_pages() -> None:
    opened = 0

    def net() -> FakeLineFinder:
        nonlocal opened
        opened += 1
        return FakeLineFinder(COLUMNS)

    finder = Auto(net)
    for _ in range(3):
        finder.find(np.full((40, 300), 255, np.uint8))
    assert opened == 0
    for _ in range(3):
        finder.find(np.full((700, 640), 255, np.uint8))
    assert opened == 1


def test_a_large_crop_of_one_line_is_not_cut() -> None:
    image = np.full((500, 900), 255, np.uint8)
    assert Auto(lambda: FakeLineFinder([Box(10, 50, 880, 400)])).find(image) == [FoundLine(Box(0, 0, 900, 500))]
    small = FakeLineFinder([Box(10, 50, 880, 90)])
    assert Auto(lambda: small).find(image) == small.lines


def test_net_without_a_net_and_names_that_nobody_knows() -> None:
    with pytest.raises(BundleError, match="no line finder"):
        line_finder("net")
    net = FakeLineFinder(COLUMNS)
    assert line_finder("net", lambda: net) is net
    with pytest.raises(UnknownNameError, match="kraken"):
        line_finder("krakn", lambda: net)
    assert {"auto", "net", "none", "projection", "kraken", "rapidocr"} == set(LINE_FINDERS)


def leaning(image: Grey, slope: float) -> Grey:
    """Every column moved down by `slope` rows for each column to its left."""
    rows, columns = image.shape
    out = np.full((rows + math.ceil(slope * columns), columns), 255, np.uint8)
    for column in range(columns):
        down = round(slope * column)
        out[down : down + rows, column] = image[:, column]
    return out


def test_a_line_that_leans_is_read_straight_and_its_boxes_lie_on_the_page(reader: Reader) -> None:
    text, slope = "Hello world", 0.2
    page = leaning(draw_bars(text), slope)
    # 48 rows: the bars stand on row 44.
    line = FoundLine(
        Box(0, 0, page.shape[1], page.shape[0]), ((0, 44), (page.shape[1], 44 + slope * page.shape[1])), 44, 4, 3
    )
    reader.line_finder = FakeLineFinder([line])
    read = reader.read_one(page)
    (seen,) = read.lines
    assert seen.text == text and seen.region == 3 and seen.baseline == line.baseline
    expected = bar_boxes(text)
    down = slope * expected.centre
    shifted = Boxes(expected.array + np.stack([0 * down, down, 0 * down, down], axis=1))
    assert np.abs(Boxes.of(glyph.box for glyph in seen.glyphs).array - shifted.array).max() < 4


def test_other_detectors_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("kraken", "kraken.blla", "rapidocr"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("kraken", "rapidocr"):
        with pytest.raises(MissingExtraError, match=name) as caught:
            line_finder(name)
        assert f"pip install {name}" in caught.value.hint


def test_boxes_of_rapidocr_become_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    class RapidOCR:
        def __init__(self, params: dict[str, Any]) -> None:
            self.params = params

        def __call__(self, image: Any, **parts: bool) -> Any:
            assert image.shape == (700, 640, 3) and parts == {"use_det": True, "use_cls": False, "use_rec": False}
            left, right = [(320, 20), (620, 26), (620, 66), (320, 60)], [(0, 20), (300, 20), (300, 60), (0, 60)]
            return SimpleNamespace(boxes=np.array([left, right], np.float32))

    module = ModuleType("rapidocr")
    module.RapidOCR = RapidOCR  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rapidocr", module)
    first, second = line_finder("rapidocr").find(np.full((700, 640), 255, np.uint8))
    assert (first.box, first.region, second.region) == (Box(0, 20, 300, 60), 0, 1)
    assert first.baseline == ((0, 50), (300, 50)) and (first.above, first.below) == (30, 10)
    assert second.baseline == ((320, 50), (620, 56)) and second.box == Box(320, 20, 620, 66)


def test_lines_of_kraken_become_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    def segment(image: Image.Image) -> Any:
        outline = [(0, 20), (100, 30), (100, 70), (0, 58)]
        lines = [SimpleNamespace(baseline=[(0, 50), (60, 56), (100, 60)], boundary=outline)]
        return SimpleNamespace(lines=[*lines, SimpleNamespace(baseline=[(0, 90), (50, 90)], boundary=None)])

    blla = ModuleType("kraken.blla")
    blla.segment = segment  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kraken", ModuleType("kraken"))
    monkeypatch.setitem(sys.modules, "kraken.blla", blla)
    (line,) = line_finder("kraken").find(np.full((700, 640), 255, np.uint8))
    assert line.baseline == ((0, 50), (60, 56), (100, 60)) and line.box == Box(0, 20, 100, 70)
    assert 30 < line.above < 40 and 10 < line.below < 14


def test_baselines_that_run_back_are_cleared_up() -> None:
    outline = [(0, 0), (100, 0), (100, 40), (0, 40)]
    line = line_of_outline([(0, 30), (50, 30), (45, 31), (100, 30)], outline)
    assert line is not None and line.baseline == ((0, 30), (50, 30), (100, 30))
    assert line_of_outline([(50, 0), (50, 40)], outline) is None
    assert line_of_corners([(5, 5), (5, 5), (5, 5), (5, 5)]).above > 0


def test_a_bundle_without_a_net_falls_back(tmp_path: Path) -> None:
    reader = Reader(make_bundle(tmp_path / "bars"), threads=1)
    reader.localizer = FakeLocalizer()
    page = np.concatenate([np.pad(draw_bars("abcdefghij"), ((14, 14), (0, 40)), constant_values=255)] * 7)
    assert is_page(page) and reader.read_one(page).to_text() == "\n".join(["abcdefghij"] * 7)
