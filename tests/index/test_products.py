"""Similarities in 8 bits: near the cosines, and safe on processors whose sums of two products have 16 bits."""

from __future__ import annotations

import numpy as np
import onnx

from effocr.index.products import LARGEST, NET, products, rounded


def units(number: int, dimensions: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((number, dimensions), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_products_are_proportional_to_the_cosines_of_a_row() -> None:
    queries, exemplars = units(40, 128, 0), units(3000, 128, 1)
    exemplars[:40] = queries  # each query has one that is like it
    similar = queries @ exemplars.T
    found = products(queries, rounded(np.ascontiguousarray(exemplars.T)))
    factors = np.sum(similar * found, axis=1) / np.sum(similar**2, axis=1)
    assert np.abs(found / factors[:, None] - similar).max() < 0.02
    assert np.array_equal(found.argmax(axis=1), np.arange(40))


def test_rounded_exemplars_leave_room_for_the_sum_of_two_products() -> None:
    whole = rounded(np.array([[0.5, -0.25], [0.0, 0.1]], np.float32))
    assert whole.dtype == np.int8 and whole.tolist() == [[LARGEST, -32], [0, 13]]
    assert 2 * 255 * LARGEST < 2**15
    assert rounded(np.zeros((3, 2), np.float32)).tolist() == [[0, 0]] * 3


def test_the_net_that_ships_is_these_two_operators() -> None:
    graph = onnx.load(NET).graph
    assert [node.op_type for node in graph.node] == ["DynamicQuantizeLinear", "MatMulInteger"]
    assert not graph.initializer
