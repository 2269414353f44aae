from __future__ import annotations

import numpy as np
import pytest

from effocr.index.choosing import choose_exemplars
from effocr.train.exemplars import best_sharpness, hard_negatives
from effocr.train.strips import UNKNOWN, some_of_each


def around(centre: list[float], count: int, spread: float, seed: int) -> np.ndarray:
    points = np.array(centre) + np.random.default_rng(seed).standard_normal((count, len(centre))) * spread
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_hard_negatives_are_the_texts_that_stand_nearest() -> None:
    centres = {"e": [1, 0, 0], "c": [0.95, 0.31, 0], "W": [0, 0, 1]}
    vectors = np.concatenate([around(centre, 30, 0.02, seed) for seed, centre in enumerate(centres.values())])
    texts = [text for text in centres for _ in range(30)]
    index = choose_exemplars(vectors, texts, texts, 1)
    assert hard_negatives(index, vectors, texts, 1)["e"] == ["c"]
    assert hard_negatives(index, vectors, texts, 1)["c"] == ["e"]


def test_sharpness_is_the_one_under_which_true_texts_are_likeliest() -> None:
    centres = {"e": [1, 0, 0], "c": [0.8, 0.6, 0]}
    clear = np.concatenate([around(centre, 200, 0.01, seed) for seed, centre in enumerate(centres.values())])
    blurred = np.concatenate([around(centre, 200, 0.5, seed) for seed, centre in enumerate(centres.values())])
    texts = [text for text in centres for _ in range(200)]
    index = choose_exemplars(clear, texts, texts, 1)
    assert best_sharpness(index, clear, texts) > best_sharpness(index, blurred, texts)


@pytest.mark.parametrize("most", [2, 3, 5])
def test_of_every_text_at_most_so_many_are_kept(most: int) -> None:
    texts = np.random.default_rng(most).integers(-1, 6, 200)
    kept = texts[some_of_each(texts, most)]
    for text in range(6):
        assert (kept == text).sum() == min(most, (texts == text).sum())
    assert not (kept == UNKNOWN).any()
