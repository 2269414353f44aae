"""Detectors to test with, as their libraries export them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Arrays = Mapping[str, NDArray[Any]]
Net = Callable[..., bytes]
Sides = tuple[int | str, ...]


def model_of(nodes: list[Any], constants: Arrays, outputs: Mapping[str, int], shape: Sides, element: int) -> bytes:
    """An ONNX file with one input, `images`, and outputs of these element types; their shapes are left open."""
    given = [helper.make_tensor_value_info("images", element, shape)]
    answers = [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items()]
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "detector", given, answers, tensors)
    return onnx.helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


@pytest.fixture(scope="session")
def constant_net() -> Net:
    """A net that answers the same to every image."""

    def build(answers: Arrays, shape: Sides = (1, 3, 64, 320), element: int = TensorProto.FLOAT) -> bytes:
        nodes = [helper.make_node("Identity", [f"{name}_"], [name]) for name in answers]
        kinds = {name: helper.np_dtype_to_tensor_dtype(value.dtype) for name, value in answers.items()}
        constants = {f"{name}_": value for name, value in answers.items()}
        return model_of(nodes, constants, kinds, shape, element)

    return build


def corners(axes: int, dark: float) -> tuple[list[Any], dict[str, NDArray[Any]]]:
    """Nodes that find left, top, right and bottom, each (1,), of what is darker than `dark` in the first channel."""
    first = [0] * (axes - 2)
    constants: dict[str, NDArray[Any]] = {
        "dark": np.array(dark, np.float32),
        "first": np.array(first, np.int64),
        "past": np.array([1] * (axes - 2), np.int64),
        "leading": np.arange(axes - 2, dtype=np.int64),
        "one": np.array([1.0], np.float32),
    }
    nodes = [
        helper.make_node("Slice", ["images", "first", "past", "leading"], ["channel"]),
        helper.make_node("Squeeze", ["channel", "leading"], ["plane"]),
        helper.make_node("Less", ["plane", "dark"], ["is_ink"]),
        helper.make_node("Cast", ["is_ink"], ["ink"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["ink"], ["along"], axes=[0], keepdims=0),
        helper.make_node("ReduceMax", ["ink"], ["down"], axes=[1], keepdims=0),
    ]
    for edge, line, last in (("left", "along", 0), ("top", "down", 0), ("right", "along", 1), ("bottom", "down", 1)):
        nodes += [
            helper.make_node("ArgMax", [line], [f"{edge}_row"], axis=0, keepdims=1, select_last_index=last),
            helper.make_node("Cast", [f"{edge}_row"], [f"{edge}_at"], to=TensorProto.FLOAT),
            helper.make_node("Add" if last else "Identity", [f"{edge}_at", "one"][: 1 + last], [edge]),
        ]
    return nodes, constants


def _yolo_nodes(kind: str) -> tuple[list[Any], dict[str, NDArray[Any]]]:
    """The table with the one box, with a char score of .9 and a word score of .1."""
    constants: dict[str, NDArray[Any]] = {
        "half": np.array([0.5], np.float32),
        "char": np.array([0.9], np.float32),
        "word": np.array([0.1], np.float32),
        "shape": np.array([1, 1, 7] if kind == "yolov5" else [1, 6, 1], np.int64),
    }
    nodes = [
        helper.make_node("Add", ["left", "right"], ["x2"]),
        helper.make_node("Add", ["top", "bottom"], ["y2"]),
        helper.make_node("Mul", ["x2", "half"], ["x"]),
        helper.make_node("Mul", ["y2", "half"], ["y"]),
        helper.make_node("Sub", ["right", "left"], ["wide"]),
        helper.make_node("Sub", ["bottom", "top"], ["high"]),
        helper.make_node(
            "Concat",
            ["x", "y", "wide", "high", *(["one"] if kind == "yolov5" else []), "char", "word"],
            ["row"],
            axis=0,
        ),
        helper.make_node("Reshape", ["row", "shape"], ["output0"]),
    ]
    return nodes, constants


@pytest.fixture(scope="session")
def ink_net() -> Net:
    """A net of a kind that finds the one dark thing on an image and calls it a char."""

    def build(kind: str, rows: int | str, columns: int | str) -> bytes:
        shape: Sides = (3, rows, columns) if kind == "detectron2" else (1, 3, rows, columns)
        dark = {"mmdetection": -1.0, "detectron2": 64.0}.get(kind, 0.25)
        nodes, constants = corners(len(shape), dark)
        if kind in ("yolov5", "yolov8"):
            more, others = _yolo_nodes(kind)
            return model_of(nodes + more, constants | others, {"output0": TensorProto.FLOAT}, shape, TensorProto.FLOAT)
        sides = ["left", "top", "right", "bottom"]
        score = {"score": np.array([0.9], np.float32)}
        if kind == "mmdetection":
            nodes.append(helper.make_node("Concat", [*sides, "score"], ["row"], axis=0))
            nodes.append(helper.make_node("Reshape", ["row", "shape"], ["dets"]))
            nodes.append(helper.make_node("Identity", ["label"], ["labels"]))
            constants |= score | {"shape": np.array([1, 1, 5]), "label": np.zeros((1, 1), np.int64)}
            outputs = {"dets": TensorProto.FLOAT, "labels": TensorProto.INT64}
            return model_of(nodes, constants, outputs, shape, TensorProto.FLOAT)
        nodes.append(helper.make_node("Concat", sides, ["row"], axis=0))
        nodes.append(helper.make_node("Reshape", ["row", "shape"], ["1800"]))
        nodes += [helper.make_node("Identity", [name], [f"{name}_out"]) for name in ("class", "mask", "score", "size")]
        constants |= score | {
            "shape": np.array([1, 4]),
            "class": np.zeros(1, np.int64),
            "mask": np.zeros((1, 1, 28, 28), np.float32),
            "size": np.array([64, 320]),
        }
        outputs = {"1800": 1, "class_out": TensorProto.INT64, "mask_out": 1, "score_out": 1, "size_out": 7}
        return model_of(nodes, constants, outputs, shape, TensorProto.FLOAT)

    return build
