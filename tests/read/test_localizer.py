"""The localizer on lines whose glyphs are known."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from effocr.bundle.files import Bundle
from effocr.errors import BundleError, ImageError
from effocr.image.band import Band
from effocr.image.preparation import Grey, LinePreparation
from effocr.page.boxes import Boxes
from effocr.read import localizer as room
from effocr.read.localizer import ABOVE, LineLocalizer, as_it_lay, levelled
from effocr.read.reader import localizer_of
from effocr.read.sockets import Localization
from effocr.testing import FakeLocalizer, bar_boxes, draw_bars

TEXT = "The quick brown fox, 1859."
HEIGHT = 20.0
LEFTS = range(20, 380, 40)


@pytest.fixture(scope="module")
def localizer(bars: Bundle) -> LineLocalizer:
    return localizer_of(bars)


def test_boxes_are_where_they_were_drawn(localizer: LineLocalizer) -> None:
    (found,) = localizer.localize([draw_bars(TEXT)])
    assert np.allclose(found.boxes.array, bar_boxes(TEXT).array, atol=1.01)
    starts = [at for at, char in enumerate(TEXT.replace(" ", "|")) if char == "|"]
    gaps = [at - number for number, at in enumerate(starts)]
    assert [row for row in np.flatnonzero(found.space_before > 0.5).tolist() if row] == gaps


@pytest.mark.parametrize("scale", [0.4, 0.75, 2.0])
def test_boxes_are_in_pixels_of_the_image(localizer: LineLocalizer, scale: float) -> None:
    whole = Image.fromarray(draw_bars(TEXT))
    image = whole.resize((round(whole.width * scale), round(whole.height * scale)), Image.Resampling.BOX)
    (found,) = localizer.localize([np.asarray(image)])
    assert np.allclose(found.boxes.array, bar_boxes(TEXT).scaled(scale, scale).array, atol=2.5 * scale + 0.5)
    assert found.band is not None
    assert found.band.baseline == pytest.approx(44 * scale, abs=1) and found.band.height == pytest.approx(
        40 * scale, abs=1
    )


def test_many_lines_are_read_as_one_by_one(localizer: LineLocalizer) -> None:
    lines = [draw_bars(text) for text in (TEXT, "a", "Zebra 7")]
    together = localizer.localize(lines)
    for line, found in zip(lines, together, strict=True):
        (alone,) = localizer.localize([line])
        assert np.array_equal(alone.boxes.array, found.boxes.array)


def test_pieces_of_a_wide_line_fit_together(localizer: LineLocalizer, monkeypatch: pytest.MonkeyPatch) -> None:
    line = draw_bars("long lines are run in pieces " * 8)
    (whole,) = localizer.localize([line])
    monkeypatch.setattr(room, "PIECE", 256)
    monkeypatch.setattr(room, "MARGIN", 64)
    (pieces,) = localizer.localize([line])
    assert np.allclose(pieces.boxes.array, whole.boxes.array, atol=1e-3)
    assert np.allclose(pieces.space_before, whole.space_before, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (48, 1), (48, 300)])
def test_blank_and_tiny_lines_hold_nothing(localizer: LineLocalizer, shape: tuple[int, int]) -> None:
    for level in (0, 255):
        (found,) = localizer.localize([np.full(shape, level, np.uint8)])
        assert len(found.boxes) == 0 and found.band is None


def test_an_endless_line_is_refused(localizer: LineLocalizer) -> None:
    with pytest.raises(ImageError, match="60000 x 5"):
        localizer.localize([np.zeros((5, 60_000), np.uint8)])


def test_a_net_of_another_kind_is_refused() -> None:
    from effocr.testing import _net, _onnx

    node = _onnx().helper.make_node("ReduceMean", ["line"], ["columns"], axes=[2], keepdims=0)
    net = _net([node], {}, {"line": (1, 1, 48, "w"), "columns": (1, 1, "w")})
    with pytest.raises(BundleError, match=r"answers with the shape \(1, 1, 64\)"):
        LineLocalizer(net, LinePreparation(48)).localize([np.zeros((48, 64), np.uint8)])
    with pytest.raises(BundleError, match="the localizer is not an ONNX net"):
        LineLocalizer(b"not a net", LinePreparation())


def test_the_fake_agrees_with_the_net(localizer: LineLocalizer) -> None:
    line = draw_bars(TEXT)
    (net,), (fake,) = localizer.localize([line]), FakeLocalizer().localize([line])
    assert np.allclose(net.boxes.array, fake.boxes.array, atol=1.01)
    assert np.array_equal(net.space_before[1:] > 0.5, fake.space_before[1:] > 0.5)


def test_a_net_of_another_height_is_refused(bars: Bundle) -> None:
    with pytest.raises(BundleError, match="prepared 40 rows high") as caught:
        LineLocalizer(bars.localizer(), LinePreparation(40))
    assert "48" in caught.value.message and caught.value.hint


def test_boxes_that_hold_anything_are_told_from_even_ground() -> None:
    pixels = np.zeros((40, 60), np.float32)
    pixels[10:12, 20] = 1.0  # a speck
    pixels[:, 40:] = 2.0  # a step between two levels
    boxes = np.array([(-3, 0, 8, 40), (15.2, 0, 20.4, 40), (22, 0, 39, 40), (35, 0, 45, 40), (45, 0, 70, 40)])
    assert room.on_uneven_ground(boxes.astype(np.float32), pixels).tolist() == [False, True, False, True, False]


def staircase(slope: float) -> tuple[Grey, Band, Boxes]:
    """Black squares of 10 pixels on a baseline that falls by `slope`."""
    grey = np.full((120, 400), 255, np.uint8)
    band = Band(50.0, HEIGHT, slope)
    bottoms = [round(band.baseline + slope * (left + 5)) for left in LEFTS]
    for left, bottom in zip(LEFTS, bottoms, strict=True):
        grey[bottom - 10 : bottom, left : left + 10] = 0
    squares = [(left, bottom - 10, left + 10, bottom) for left, bottom in zip(LEFTS, bottoms, strict=True)]
    return grey, band, Boxes(np.array(squares, np.float32))


@pytest.mark.parametrize("slope", [0.08, -0.08])
def test_what_stood_on_the_baseline_stands_on_one_row(slope: float) -> None:
    grey, band, _ = staircase(slope)
    dark = levelled(grey, band).pixels < 128
    bottoms = [np.flatnonzero(dark[:, left + 5]).max() + 1 for left in LEFTS]
    assert max(bottoms) - min(bottoms) <= 1
    assert abs(bottoms[0] - ABOVE * HEIGHT) <= 1


@pytest.mark.parametrize("slope", [0.08, -0.08, 0.0])
def test_boxes_and_band_lie_where_they_did(slope: float) -> None:
    grey, band, squares = staircase(slope)
    high = ABOVE * HEIGHT
    seen = Boxes(np.array([(left, high - 10, left + 10, high) for left in LEFTS], np.float32))
    ones = np.ones(len(seen), np.float32)
    back = as_it_lay(Localization(seen, ones, ones, Band(high, HEIGHT)), levelled(grey, band), grey)
    assert np.allclose(back.boxes.array, squares.array, atol=1.0)
    assert back.band is not None
    assert (back.band.slope, back.band.height) == pytest.approx((slope, HEIGHT), abs=1e-3)
    assert back.band.baseline == pytest.approx(50.0, abs=0.5)


def test_a_line_may_leave_its_image() -> None:
    grey, _, _ = staircase(0.08)
    for baseline in (-30.0, 115.0):
        assert levelled(grey, Band(baseline, HEIGHT, 0.1)).pixels.shape[1] == 400
