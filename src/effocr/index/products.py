"""Similarities to many exemplars in 8 bits: a first look that costs a fifth of the exact one, and tells who is near."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NET = Path(__file__).with_name("products.onnx")
"""`queries` float (N, D), `exemplars` int8 (D, M) -> `products` int32 (N, M): rounded to 8 bits, multiplied, added."""
LARGEST = 63
"""Of the rounded exemplars: with 7 bits the sums of two products overflow in no processor."""


def rounded(columns: Floats) -> NDArray[np.int8]:
    """Exemplars (D, M) as whole numbers, all by one factor, so that their products keep their order."""
    factor = LARGEST / max(float(np.abs(columns).max(initial=0)), 1e-9)
    return np.ascontiguousarray(np.rint(columns * factor), dtype=np.int8)


def products(queries: Floats, exemplars: NDArray[np.int8]) -> NDArray[np.int32]:
    """How alike queries (N, D) and rounded exemplars (D, M) are: (N, M), nearly in the order of their cosines.

    Only values of one row may be compared.
    """
    found: NDArray[np.int32] = _session().run(None, {"queries": queries, "exemplars": exemplars})[0]
    return found


@lru_cache(maxsize=1)
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # parallel work comes from reading on several threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(NET.read_bytes(), options, providers=["CPUExecutionProvider"])
