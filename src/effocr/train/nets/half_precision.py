"""Weights at half their size: float16 in the file, cast back to float32 when a session opens it."""

from __future__ import annotations

import numpy as np

LARGE = 4096
"""Weights of fewer values are left as they are: biases and the like."""


def halved(model: bytes) -> bytes:
    """The ONNX model with its large weights rounded to float16; it computes in float32 as before."""
    from onnx import TensorProto, helper, load_model_from_string, numpy_helper

    graph_of = load_model_from_string(model)
    graph = graph_of.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < LARGE:
            continue
        name, values = weight.name, numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(values, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for place, cast in enumerate(casts):
        graph.node.insert(place, cast)
    return bytes(graph_of.SerializeToString())
