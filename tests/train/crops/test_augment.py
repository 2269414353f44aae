from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from effocr.train.crops.augment import GLYPH, STRONG, WORD, Augmentation, augmentation_of, augmented
from effocr.train.crops.recipe import AugmentationRecipe

from .conftest import drawn

NOTHING = Augmentation(moved=0, stroke=0, coarse=0, blurred=0, paper=0, light=0, noise=0)


def sharpness(image: np.ndarray) -> float:
    return float(np.abs(np.diff(image.astype(float), axis=1)).mean())


@pytest.mark.parametrize("how", [GLYPH, STRONG, WORD])
@pytest.mark.parametrize("shape", [(64, 40), (20, 200), (3, 2), (1, 1)])
def test_a_varied_crop_keeps_its_size_and_the_same_seed_gives_the_same(
    how: Augmentation, shape: tuple[int, int]
) -> None:
    grey = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    before = grey.copy()
    for seed in range(30):
        out = augmented(grey, how, Random(seed))
        assert out.shape == shape and out.dtype == np.uint8
        np.testing.assert_array_equal(out, augmented(grey, how, Random(seed)))
    np.testing.assert_array_equal(grey, before)


def test_without_chances_nothing_changes(font: Path) -> None:
    image = drawn("a", font, 40)
    np.testing.assert_array_equal(augmented(image, NOTHING, Random(1)), image)


def test_each_change_does_what_it_is_named_after(font: Path) -> None:
    image = drawn("H", font, 128)
    ink = [255 - augmented(image, replace(NOTHING, stroke=1.0), Random(seed)).mean() for seed in range(12)]
    plain = 255 - image.mean()
    assert min(ink) < plain < max(ink), "strokes get thinner and thicker"
    assert sharpness(augmented(image, replace(NOTHING, blurred=1.0, blur=(0.05, 0.05)), Random(0))) < sharpness(image)
    coarse = replace(NOTHING, coarse=1.0, coarsest=12)
    assert min(sharpness(augmented(image, coarse, Random(seed))) for seed in range(8)) < 0.8 * sharpness(image)
    assert augmented(image, replace(NOTHING, inverted=1.0), Random(0))[0, 0] == 0
    specked = augmented(np.zeros((40, 40), np.uint8), replace(NOTHING, specks=9), Random(3))
    assert 0 < (specked == 255).mean() < 0.3


def test_strong_blurs_more_than_the_default(font: Path) -> None:
    image = drawn("H", font, 64)
    weak, strong = (
        np.mean(
            [sharpness(augmented(image, replace(NOTHING, blurred=1.0, blur=how.blur), Random(s))) for s in range(9)]
        )
        for how in (GLYPH, STRONG)
    )
    assert strong < weak


def test_recipes_choose_per_origin_script_and_level() -> None:
    assert augmentation_of(AugmentationRecipe(), "real", "glyph") is None, "real crops are left alone unless asked for"
    assert augmentation_of(AugmentationRecipe(real="strong"), "real", "glyph") == STRONG
    assert augmentation_of(AugmentationRecipe(renders="none"), "render", "word") is None
    assert augmentation_of(AugmentationRecipe(), "render", "word") == WORD
    cjk = augmentation_of(AugmentationRecipe(script="cjk"), "render", "glyph")
    assert cjk is not None and (cjk.shift, cjk.scale, cjk.stroke) == ((0.2, 0.2), (0.8, 1.0), 0.0)
