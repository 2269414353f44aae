"""Which vectors an index keeps for each text."""

from __future__ import annotations

import numpy as np

from effocr.index.choosing import choose_exemplars, edited, joined, means, some_of_each
from effocr.index.glyph_index import GlyphIndex


def around(centre: list[float], count: int, spread: float, seed: int) -> np.ndarray:
    points = np.array(centre) + np.random.default_rng(seed).standard_normal((count, len(centre))) * spread
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_one_shape_gives_one_exemplar_and_two_shapes_two() -> None:
    one = around([1, 0, 0, 0], 60, 0.03, 0)
    two = np.concatenate([one, around([0, 1, 0, 0], 40, 0.03, 1)])
    assert len(means(one, 4)) == 1
    found = means(two, 4)
    assert len(found) == 2
    assert sorted(np.round(found @ [1, 0, 0, 0]).tolist()) == [0, 1]


def test_exemplars_are_named_after_their_nearest_glyph() -> None:
    vectors = np.concatenate([around([1, 0, 0], 20, 0.01, 0), around([0, 0, 1], 20, 0.01, 1)])
    index = choose_exemplars(vectors, ["a"] * 20 + ["b"] * 20, [f"line {n}" for n in range(40)], 3)
    assert index.texts == ("a", "b")
    nearest = int(np.argmax(vectors[:20] @ index.vectors[0]))
    assert index.sources[0] == f"line {nearest}"


def test_joined_indexes_keep_all_exemplars() -> None:
    a = choose_exemplars(around([1, 0], 5, 0.01, 0), ["a"] * 5, ["x"] * 5, 1)
    b = choose_exemplars(around([0, 1], 5, 0.01, 0), ["a"] * 5, ["y"] * 5, 1)
    assert joined([a, b]).sources == ("x", "y")


def test_an_exemplar_amid_another_text_is_dropped_and_every_text_keeps_one() -> None:
    e, dotted = around([1, 0, 0], 100, 0.02, 0), around([0, 1, 0], 20, 0.02, 1)
    lost = around([1, 0.02, 0], 3, 0.001, 2)  # the dots were cut off
    vectors = np.concatenate([e, dotted, lost])
    texts = ["e"] * 100 + ["ë"] * 23
    index = GlyphIndex(np.stack([e[0], dotted[0], lost[0]]), ("e", "ë", "ë"), ("e", "dotted", "lost"))
    assert (index.nearest(e, 1).rows == 2).any()
    assert edited(index, vectors, texts).sources == ("e", "dotted")
    alone = GlyphIndex(np.stack([e[0], lost[0]]), ("e", "ë"), ("e", "lost"))
    assert edited(alone, vectors, texts).texts == ("e", "ë")


def test_some_of_each_text_are_kept_evenly_and_in_order() -> None:
    texts = ("a", "b", "a", "a", "a", "b", "a", "a", "c")
    index = GlyphIndex(np.tile(np.eye(1, 2, dtype=np.float32), (9, 1)), texts, tuple(map(str, range(9))))
    assert some_of_each(index, 3).sources == ("0", "1", "3", "5", "6", "8")
    assert some_of_each(index, 9).sources == index.sources
