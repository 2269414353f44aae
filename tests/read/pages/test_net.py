"""The line finder's net: tiles against the whole, sizes of type, headlines, and bundles with and without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from effocr.bundle.card import LineFinderPart
from effocr.bundle.files import add_line_finder, open_bundle, verify, write_bundle
from effocr.errors import BundleError
from effocr.image.preparation import Grey
from effocr.read.pages import net as rooms
from effocr.read.pages.maps import COLUMN_STEP, ROW_STEP, MapLine
from effocr.read.pages.net import NetLineFinder, line_finder_of, with_headlines
from effocr.read.pages.pitch import line_pitch
from effocr.testing import make_bundle

TEXT = "the office of zebras quickly flies on and on and over the lazy hill"


class Echo:
    """A net whose maps are means of its input, so that every cell knows where it lies."""

    def run(self, _: list[str], given: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        page = given["page"][0, 0]
        cells = page.reshape(page.shape[0] // ROW_STEP, ROW_STEP, page.shape[1] // COLUMN_STEP, COLUMN_STEP)
        return [np.repeat(cells.mean((1, 3))[None, None], 5, axis=1)]


def typed(size: int, *, lines: int = 12, width: int = 900) -> Grey:
    """A page of lines of type, 1.5 ems apart."""
    step = round(1.5 * size)
    page = Image.new("L", (width, step * (lines + 2)), 245)
    font = ImageFont.load_default(size=size)
    for row in range(lines):
        ImageDraw.Draw(page).text((40, step * (row + 1)), TEXT[row:] + " " + TEXT, fill=20, font=font)
    return np.asarray(page)


@pytest.mark.parametrize("shape", [(64, 64), (70, 130), (1000, 40), (900, 1300)])
def test_tiles_give_what_the_whole_gives(shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "TILE", 256)
    pixels = np.random.default_rng(0).random(shape, np.float32)
    maps = NetLineFinder(Echo(), LineFinderPart())._maps(pixels)
    padded = np.pad(pixels, ((0, -shape[0] % 32), (0, -shape[1] % 32)))
    (whole,) = Echo().run([], {"page": padded[None, None]})
    rows, columns = maps.shape[1:]
    assert (rows, columns) == (-(-shape[0] // ROW_STEP), -(-shape[1] // COLUMN_STEP))
    np.testing.assert_allclose(maps, whole[0, :, :rows, :columns], rtol=1e-5)


@pytest.mark.parametrize("size", [14, 20, 40, 64])
def test_the_distance_between_lines_is_told(size: int) -> None:
    assert line_pitch(typed(size)) == pytest.approx(round(1.5 * size), abs=1)


def test_a_blank_page_tells_no_distance() -> None:
    assert line_pitch(np.full((600, 500), 255, np.uint8)) == 0


def line(left: float, right: float, baseline: float, above: float) -> MapLine:
    return MapLine(np.array([(left, baseline), (right, baseline)], np.float32), above, above / 3, 0.9)


BODY = [line(0, 400, 200 + 20 * row, 10) for row in range(8)]
PIECES = [line(40, 60, 80, 9), line(200, 230, 90, 12)]


def test_a_headline_takes_the_place_of_its_pieces() -> None:
    found = with_headlines([*BODY, *PIECES], [line(20, 380, 100, 60)])
    assert sorted(each.above for each in found) == [10] * 8 + [60]


@pytest.mark.parametrize("false", [line(0, 400, 290, 60), line(100, 250, 300, 80), line(0, 400, 100, 15)])
def test_rows_of_text_are_no_headline(false: MapLine) -> None:
    assert with_headlines(BODY, [false]) == BODY


def test_a_headline_that_was_found_is_not_found_again() -> None:
    for found in (line(22, 379, 101, 55), line(22, 379, 98, 25)):
        assert with_headlines([*BODY, found], [line(20, 380, 100, 60)]) == [*BODY, found]


def test_text_in_a_column_between_two_headlines_parts_them() -> None:
    between = [line(200, 300, 60 + 20 * row, 10) for row in range(3)]
    found = with_headlines([*BODY, *between, *PIECES[:1]], [line(20, 600, 100, 45)])
    assert found[: len(BODY) + 3] == [*BODY, *between]
    assert [(each.baseline[:, 0].tolist(), each.above) for each in found[len(BODY) + 3 :]] == [
        ([20, 200], 45),
        ([300, 600], 45),
    ]


def test_what_is_left_of_a_headline_beside_text_may_be_too_little() -> None:
    between = [line(60, 300, 60 + 20 * row, 10) for row in range(3)]
    assert with_headlines([*BODY, *between], [line(20, 380, 100, 60)]) == [*BODY, *between]


def test_a_bundle_may_lack_a_line_finder(tmp_path: Path) -> None:
    assert line_finder_of(make_bundle(tmp_path / "bars")) is None


def test_a_line_finder_is_kept_and_checked(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bars")
    added = add_line_finder(bundle.path, b"a net", tmp_path / "with")
    opened = open_bundle(added.path)
    verify(opened)
    assert opened.line_finder() == b"a net"
    parts: dict[str, Any] = {name: getattr(opened, name)() for name in ("localizer", "encoder", "index", "line_finder")}
    assert write_bundle(tmp_path / "again", opened.card, **parts).contents() == opened.contents()
    with pytest.raises(BundleError, match=r"line_finder\.onnx"):
        line_finder_of(opened)
    del parts["line_finder"]
    with pytest.raises(BundleError, match=r"line_finder\.onnx, which is not given"):
        write_bundle(tmp_path / "less", opened.card, **parts)
    (opened.path / "line_finder.onnx").write_bytes(b"another")
    with pytest.raises(BundleError, match="sha256"):
        verify(opened)


def test_the_shipped_net_finds_every_line_of_a_page() -> None:
    finder = line_finder_of(open_bundle("en"))
    assert finder is not None
    found = finder.find(typed(28))
    assert len(found) == 12
    assert [each.baseline[0][1] for each in found] == sorted(each.baseline[0][1] for each in found)


def test_the_shipped_net_finds_nothing_on_a_blank_page() -> None:
    finder = line_finder_of(open_bundle("en"))
    assert finder is not None
    assert finder.find(np.full((700, 600), 230, np.uint8)) == []
