"""Encoders with weights of 8 bits: processors run their convolutions much faster, and they answer nearly the same."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

from effocr.bundle.files import Bundle, with_quantized
from effocr.data.lines import evenly
from effocr.errors import BundleError, DataError
from effocr.image.decode import Source
from effocr.image.folders import each_image
from effocr.page.boxes import Floats
from effocr.read.encoder import extents
from effocr.read.onnx import session
from effocr.read.reader import Reader
from effocr.read.teaching import lines_seen

Inputs = Sequence[dict[str, Floats]]
"""For each line `strip` (1, 1, size, W) and `extents` (N, 2), as the encoder takes them."""

MOST_LINES = 200
FEWEST_GLYPHS = 200
"""With fewer nobody knows how far the values inside the net reach."""

LEAST_LIKE, RARELY = 0.98, 1.0
"""All but this percentage of the embeddings have at least this cosine with those of the encoder as it was."""


def quantize(
    bundle: Bundle,
    images: Iterable[Source],
    out: str | os.PathLike[str],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Bundle:
    """Writes the bundle with a quantized encoder beside its own to `out`, which may be its own folder.

    The images, of lines or pages, need no transcription: they show how far the values inside the net reach. At most
    `MOST_LINES` lines count. Raises `DataError` where they hold too few glyphs, and `BundleError` for an encoder of
    another kind, or one that would answer differently.
    """
    inputs = encoder_inputs(bundle, images, progress)
    content = quantized(bundle.encoder(), inputs)
    rare = float(np.percentile(likeness(bundle.encoder(), content, inputs), RARELY))
    if rare < LEAST_LIKE:
        raise BundleError(
            f"{bundle.path}: its encoder cannot be quantized: one embedding in a hundred is less like its own than "
            f"{rare:.3f} (cosine; {LEAST_LIKE} is needed).",
            hint="Give more images of the print that it reads, or leave it as it is.",
        )
    return with_quantized(bundle, content, out)


def encoder_inputs(bundle: Bundle, images: Iterable[Source], progress: Callable[[int, int], None]) -> Inputs:
    """What the bundle's encoder is given for the lines of images from all over the list; raises as `quantize`."""
    kind = bundle.card.encoder.kind
    if kind != "strips":
        reason = f"{bundle.path}: encoders of the kind {kind!r} are not quantized."
        raise BundleError(reason, hint="Those of the kind strips are.")
    reader = Reader(bundle.unquantized(), threads=1)
    inputs: list[dict[str, Floats]] = []
    every = list(each_image(images))
    chosen = [every[row] for row in evenly(len(every), MOST_LINES)]
    for number, image in enumerate(chosen):
        for line in lines_seen(reader, image):
            if len(line.found.boxes):
                strip = reader.recognizer.strip(line.pixels, line.found)
                inputs.append({"strip": strip.pixels[None, None], "extents": extents(strip, line.found.boxes)})
        progress(number + 1, len(chosen))
        if len(inputs) >= MOST_LINES:
            break
    glyphs = sum(len(given["extents"]) for given in inputs)
    if glyphs < FEWEST_GLYPHS:
        raise DataError(f"the images hold {glyphs} glyphs; {FEWEST_GLYPHS} are needed.", hint="Give more images.")
    return inputs[:MOST_LINES]


def quantized(encoder: bytes, inputs: Inputs) -> bytes:
    """The ONNX net with its layers in 8 bits, less the first, which sees pixels, and the last, which gives embeddings.

    Weights have 7 of the 8 bits, so that sums of products overflow on no processor. Activations span what they span on
    `inputs`.
    """
    model = onnx.load_model_from_string(encoder)
    layers = [node.name for node in model.graph.node if node.op_type in ("Conv", "Gemm")]
    with tempfile.TemporaryDirectory() as folder, _without_advice():
        path = Path(folder) / "encoder.onnx"
        quantize_static(
            model,
            path,
            _Lines(inputs),
            quant_format=QuantFormat.QOperator,
            calibrate_method=CalibrationMethod.MinMax,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_quantize=layers[1:-1],
            op_types_to_quantize=["Conv", "Gemm"],
        )
        return path.read_bytes()


def likeness(one: bytes, other: bytes, inputs: Inputs) -> Floats:
    """The cosine of the embeddings that two encoders make of each glyph."""
    nets = session(one, name="the encoder"), session(other, name="the quantized encoder")
    pairs = ([net.run(None, given)[0] for net in nets] for given in inputs)
    return np.concatenate([np.sum(before * after, axis=1) for before, after in pairs])


class _Lines:
    """Hands the inputs out one by one, as onnxruntime asks for them."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = iter(inputs)

    def get_next(self) -> dict[str, Floats] | None:
        return next(self._inputs, None)


@contextmanager
def _without_advice() -> Iterator[None]:
    """onnxruntime advises every caller to prepare nets that need no preparation."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
