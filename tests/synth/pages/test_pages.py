"""Synthetic pages: the same for the same seed, and their truth is where the ink is."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from effocr.page.boxes import Floats
from effocr.synth.pages.pages import Bend, PageMaker, page_makers, random_bend
from effocr.synth.pages.recipe import PageRecipe
from effocr.synth.recipe import SynthesisRecipe

PLAIN = {"skew": 0.0, "curvature": 0.0, "bleed": 0.0, "borders": 0.0}


@pytest.fixture(scope="module")
def synthesis(fonts: Path, words: Path) -> SynthesisRecipe:
    return SynthesisRecipe(fonts=(fonts,), words=str(words), charset="ascii", held_out=0.0)


@pytest.fixture(scope="module")
def maker(synthesis: SynthesisRecipe) -> PageMaker:
    return page_makers(synthesis, PageRecipe(width=320, height=256))[0]


def test_the_same_seed_gives_the_same_page(synthesis: SynthesisRecipe, maker: PageMaker) -> None:
    again = page_makers(synthesis, maker.recipe)[0].page("7")
    page = maker.page("7")
    np.testing.assert_array_equal(page.image, again.image)
    assert len(page.lines) == len(again.lines)
    assert not np.array_equal(page.image, maker.page("8").image)


def test_workers_share_the_stream_without_overlap(maker: PageMaker) -> None:
    alone = [page.source for page, _ in zip(maker.pages(3), range(4), strict=False)]
    shared = [next(maker.pages(3, first, 2)).source for first in (0, 1)]
    assert shared == alone[:2]


def test_ink_stands_on_the_baselines(synthesis: SynthesisRecipe) -> None:
    maker = page_makers(synthesis, PageRecipe(width=320, height=256, smallest_x_height=8, **PLAIN))[0]
    denser = []
    for page in (maker.page(f"ink {number}") for number in range(6)):
        ink = np.abs(page.image.astype(float) - np.median(page.image))
        for line in page.lines:
            (left, y), (right, _) = line.baseline[0], line.baseline[-1]
            left, right, y = max(0, round(left)), min(320, round(right)), round(y)
            core = ink[max(0, y - round(line.x_height)) : max(0, y), left:right]
            under = ink[max(0, y + round(line.below)) : y + round(line.below) + 2, left:right]
            if core.size and under.size and y < 256:
                denser.append(core.mean() > under.mean())
    assert len(denser) > 30 and np.mean(denser) > 0.85


def test_points_move_with_the_pixels() -> None:
    recipe = PageRecipe(width=320, height=256, skew=2.0, curvature=1.0)
    for seed in range(4):
        bend = random_bend(recipe, Random(seed))
        for x, y in ((60, 70), (250, 180), (160, 128)):
            image = np.zeros((256, 320), np.float32)
            image[y - 1 : y + 2, x - 1 : x + 2] = 1
            np.testing.assert_allclose(
                middle(bend.image(image)), bend.points(np.array([(x, y)], np.float32))[0], atol=0.6
            )


def middle(image: Floats) -> Floats:
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([(x * image).sum(), (y * image).sum()], np.float32) / image.sum()


def test_a_page_that_is_not_bent_stays_as_it_is() -> None:
    image = np.random.default_rng(0).random((64, 96), np.float32)
    flat = Bend(np.zeros(96, np.float32), np.zeros(64, np.float32))
    np.testing.assert_allclose(flat.image(image), image, atol=1e-5)


def test_a_window_keeps_lines_in_place(maker: PageMaker) -> None:
    page = maker.page("window")
    part = page.window(32, 16, 100, 80)
    assert part.image.shape == (80, 100)
    np.testing.assert_array_equal(part.lines[0].baseline, page.lines[0].baseline - np.array([32, 16], np.float32))
