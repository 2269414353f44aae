from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import torch

from effocr.data.glyphs.files import GlyphFile
from effocr.train.crops.augment import AugmentationRecipe, augmentation_of
from effocr.train.crops.batches import CropBatches, Pictures, PrepareCrops
from effocr.train.crops.material import crop_material
from effocr.train.crops.recipe import Sampling
from effocr.train.crops.samplers import Batching
from effocr.train.running import loading

from .conftest import recipe_of

TEXTS = [chr(ord("a") + number) for number in range(10)]
CROPS = [
    GlyphFile(Path(f"{text}{number}.png"), text, "", "render" if number < 3 else "real")
    for text in TEXTS
    for number in range(13 if text == "a" else 5)
]


def texts_of(rows: list[int]) -> list[str]:
    return [CROPS[row].text for row in rows]


def test_an_epoch_shows_every_text_passes_times_and_a_batch_each_of_its_texts_m_times() -> None:
    batching = Batching(CROPS, Sampling(batch=20, per_text=4, passes=3), 0)
    assert batching.per_epoch == 6
    batches = [texts_of(batching.batch(number)) for number in range(6)]
    assert all(set(Counter(batch).values()) == {4} and len(batch) == 20 for batch in batches)
    assert set(Counter(text for batch in batches for text in batch).values()) == {3 * 4}


def test_crops_do_not_come_again_before_all_were_seen() -> None:
    batching = Batching(CROPS, Sampling(batch=20, per_text=4, passes=3, pairing="drawn"), 0)
    rows = [row for number in range(6) for row in batching.batch(number) if CROPS[row].text == "a"]
    assert len(rows) == 12 and len(set(rows)) == 12
    rows = [row for number in range(6) for row in batching.batch(number) if CROPS[row].text == "b"]
    assert set(Counter(rows).values()) <= {2, 3}, "five crops, twelve places"


def test_halves_show_as_many_real_crops_as_renders() -> None:
    batching = Batching(CROPS, Sampling(batch=20, per_text=4), 0)
    for number in range(8):
        assert Counter(CROPS[row].origin for row in batching.batch(number)) == {"real": 10, "render": 10}


@pytest.mark.parametrize("texts", [TEXTS, [f"word{number}" for number in range(10)]])
def test_whole_sets_of_hard_negatives_stand_in_one_batch(texts: list[str]) -> None:
    """Also of words, for which EffOCR's own sampler fails."""
    crops = [GlyphFile(Path(f"{text}{number}.png"), text, "") for text in texts for number in range(4)]
    sets = [[texts[0], texts[1], texts[2]], [texts[5], texts[9]], [texts[7], "never seen"]]
    batching = Batching(crops, Sampling(batch=24, per_text=4, passes=4), 0, sets)
    starts = []
    for batch in batching.texts_of_epoch(Random(0)):
        assert len(batch) == len(set(batch)) == 6
        starts.append([whole for whole in sets[:2] if batch[: len(whole)] == whole])
    assert all(len(found) == 1 for found in starts), "a batch begins with a whole set"
    assert {len(found[0]) for found in starts} == {2, 3}, "both sets come"


def test_few_sets_do_not_have_to_fill_their_share() -> None:
    batching = Batching(CROPS, Sampling(batch=40, per_text=4, hard_share=1.0), 0, [["a", "b"]])
    assert [batch[:2] for batch in batching.texts_of_epoch(Random(0))] == [["a", "b"]]


def test_fewer_texts_than_places_make_smaller_batches() -> None:
    batching = Batching(CROPS, Sampling(batch=400, per_text=4, passes=2), 0)
    assert batching.per_epoch == 2
    assert sorted(set(texts_of(batching.batch(0)))) == TEXTS and len(batching.batch(0)) == 40


def batches_from(folders: list[Path], start: int) -> CropBatches:
    recipe = recipe_of(folders)
    material = crop_material(recipe.material)
    varied = {"render": augmentation_of(AugmentationRecipe(), "render", "glyph")}
    prepare = PrepareCrops(recipe.preparation, varied, Pictures())
    return CropBatches(material.train, Batching(material.train, recipe.sampling, 3), prepare, material.texts, start)


def test_a_run_that_goes_on_sees_the_batches_that_it_would_have_seen(folders: list[Path]) -> None:
    whole, later = list(islice(batches_from(folders, 0), 6)), list(islice(batches_from(folders, 4), 2))
    for (crops, texts), (crops_later, texts_later) in zip(whole[4:], later, strict=True):
        assert torch.equal(crops, crops_later) and torch.equal(texts, texts_later)
    assert whole[0][0].shape == (16, 1, 16, 16)


def test_processes_that_are_spawned_prepare_the_same_batches(folders: list[Path]) -> None:
    """EffOCR's transforms are lambdas, which no spawned process can be given."""
    loader = loading(batches_from(folders, 0), 2)
    for (crops, texts), (alone, texts_alone) in zip(islice(loader, 5), batches_from(folders, 0), strict=False):
        assert torch.equal(crops, alone) and torch.equal(texts, texts_alone)
