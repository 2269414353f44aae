"""What the nets are given: scales, levels and padding; and boxes on their way back."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.image.band import Band
from effocr.image.preparation import (
    SQUEEZED,
    STRETCHED,
    LinePreparation,
    StripPreparation,
    counts_of,
    resized,
    standardised,
)
from effocr.page.boxes import Boxes


def print_on_paper(share: float = 0.15) -> np.ndarray:
    """Noisy paper of which `share` is inked."""
    random = np.random.default_rng(0)
    inked = random.random((40, 300)) < share
    return np.clip(np.where(inked, 50, 210) + random.normal(0, 12, inked.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
def test_standardised_pixels_have_mean_0_and_about_unit_deviation(share: float) -> None:
    pixels = standardised(print_on_paper(share))
    assert pixels.dtype == np.float32
    assert float(pixels.mean()) == pytest.approx(0, abs=1e-4)
    assert 0.7 < float(pixels.std()) < 1


@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
def test_light_print_on_dark_paper_gives_the_same(share: float) -> None:
    grey = print_on_paper(share)
    np.testing.assert_allclose(standardised(np.uint8(255) - grey), standardised(grey), atol=1e-5)


def test_ink_is_below_paper() -> None:
    grey = print_on_paper()
    pixels = standardised(grey)
    assert pixels[grey < 100].max() < pixels[grey > 150].min()


@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_images_become_zero(level: int) -> None:
    assert np.abs(standardised(np.full((10, 20), level, np.uint8))).max() < 1e-4


def test_faint_noise_is_not_blown_up_to_the_contrast_of_print() -> None:
    noise = np.random.default_rng(1).integers(199, 202, (40, 200)).astype(np.uint8)
    assert standardised(noise).std() < 0.1


def test_levels_are_counted() -> None:
    grey = print_on_paper()
    assert counts_of(grey).tolist() == [int((grey == level).sum()) for level in range(256)]


@pytest.mark.parametrize("shape", [(20, 113), (40, 200), (97, 1001), (40, 1)])
@pytest.mark.parametrize("multiple", [1, 8])
def test_a_line_is_scaled_to_its_height_and_padded_with_its_last_column(shape: tuple[int, int], multiple: int) -> None:
    image = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    prepared = LinePreparation(40, multiple).prepare(image)
    assert prepared.pixels.shape[0] == 40 and prepared.pixels.shape[1] % multiple == 0
    assert prepared.columns == max(multiple, round(shape[1] * 40 / shape[0]))
    assert prepared.pixels.shape[1] - prepared.columns < multiple
    assert (prepared.pixels[:, prepared.columns :] == prepared.pixels[:, prepared.columns - 1 : prepared.columns]).all()


def test_boxes_found_in_the_input_come_back_to_the_image() -> None:
    """A bar is where it was drawn, once it was found in the prepared pixels."""
    image = np.full((90, 500), 240, np.uint8)
    image[30:75, 200:290] = 20
    prepared = LinePreparation(40).prepare(image)
    dark = prepared.pixels < prepared.pixels.min() / 2
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    found = prepared.to_image(Boxes.of([(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)]))
    assert found.array[0].tolist() == pytest.approx([200, 30, 290, 75], abs=90 / 40)


def boxes_of(width: float, count: int) -> Boxes:
    return Boxes.of((100 * i, 0, 100 * i + width, 10) for i in range(count))


@pytest.mark.parametrize("height", [8.0, 24.0, 60.0])
def test_the_band_sets_the_scale_of_the_rows(height: float) -> None:
    window = StripPreparation(32, above=1.3, below=0.48)
    _, down = window.scales(Band(50, height), boxes_of(9, 5))
    assert down * height * 1.78 == pytest.approx(32)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_ordinary_glyphs_are_as_wide_as_the_preparation_says_however_many_there_are(count: int) -> None:
    along, _ = StripPreparation(glyph_width=7.5).scales(Band(50, 20), boxes_of(0.45 * 20, count))
    assert along * 0.45 * 20 == pytest.approx(7.5)


def test_many_glyphs_outweigh_the_four_ordinary_ones() -> None:
    along, _ = StripPreparation(glyph_width=7.5).scales(Band(50, 20), boxes_of(13, 400))
    assert along * 13 == pytest.approx(7.5, rel=0.01)


@pytest.mark.parametrize(("width", "bound"), [(90.0, SQUEEZED), (0.5, STRETCHED)])
def test_columns_are_squeezed_and_stretched_within_bounds(width: float, bound: float) -> None:
    along, down = StripPreparation().scales(Band(50, 20), boxes_of(width, 200))
    assert along / down == pytest.approx(bound)


def test_an_image_of_the_wanted_size_stays_as_it_is() -> None:
    grey = print_on_paper()
    assert resized(grey, 300, 40) is grey


@pytest.mark.parametrize(("width", "height"), [(150, 20), (301, 41), (75, 10), (600, 90)])
def test_resizing_keeps_levels_and_moves_edges_with_the_size(width: int, height: int) -> None:
    image = np.full((40, 300), 200, np.uint8)
    image[:, 120:] = 60
    small = resized(image, width, height)
    assert small.shape == (height, width)
    assert {int(small[0, 0]), int(small[-1, -1])} == {200, 60}
    inked = (200 - small[height // 2].astype(float)) / 140
    assert width - inked.sum() == pytest.approx(120 * width / 300, abs=0.5)


def test_rows_are_taken_from_a_region_with_fractions() -> None:
    """Of a ramp, a region averages to the level in its middle."""
    ramp = np.repeat(np.arange(10, 210, 2, dtype=np.uint8)[:, None], 50, axis=1)
    region = resized(ramp, 50, 10, 20.5, 60.5)
    middles = 20.5 + 4 * (np.arange(10) + 0.5)
    np.testing.assert_allclose(region[:, 25], 10 + 2 * (middles - 0.5), atol=1.5)
