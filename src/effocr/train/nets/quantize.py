"""Nets with weights of 8 bits: processors run their convolutions faster, and they answer nearly the same."""

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
from effocr.evaluate.boxes import BoxCounts, box_scores
from effocr.image.decode import Source
from effocr.image.folders import each_image
from effocr.page.boxes import Floats
from effocr.read.detectors.localizer import localizer_of_part
from effocr.read.encoder import extents
from effocr.read.onnx import session
from effocr.read.reader import Reader
from effocr.read.teaching import SeenLine, lines_seen

Inputs = Sequence[dict[str, Floats]]
"""What a net takes, line by line: `line` (1, 1, height, W), or `strip` (1, 1, size, W) and `extents` (N, 2)."""

OTHERS = "Give more images of the print that it reads, or leave it as it is."

MOST_LINES = 200
FEWEST_GLYPHS = 200
"""With fewer nobody knows how far the values inside the nets reach."""

LEAST_LIKE, RARELY = 0.98, 1.0
"""All but this percentage of the embeddings have at least this cosine with those of the encoder as it was."""
LEAST_FOUND = 0.98
"""The part of the glyphs that both localizers find."""


def quantize(
    bundle: Bundle,
    images: Iterable[Source],
    out: str | os.PathLike[str],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Bundle:
    """Writes the bundle with quantized nets beside its own to `out`, which may be its own folder.

    The images, of lines or pages, need no transcription: they show how far the values inside the nets reach. At most
    `MOST_LINES` lines count. A localizer of another kind than `columns` stays as it is. Raises `DataError` where the
    images hold too few glyphs, and `BundleError` for an encoder of another kind, or nets that would answer differently.
    """
    kind = bundle.card.encoder.kind
    if kind != "strips":
        reason = f"{bundle.path}: encoders of the kind {kind!r} are not quantized."
        raise BundleError(reason, hint="Those of the kind strips are.")
    reader = Reader(bundle.unquantized(), threads=1)
    lines = lines_of(reader, images, progress)
    encoder = quantized_encoder(bundle, reader, lines)
    localizer = quantized_localizer(bundle, reader, lines) if bundle.card.localizer.kind == "columns" else None
    return with_quantized(bundle, out, encoder=encoder, localizer=localizer)


def lines_of(reader: Reader, images: Iterable[Source], progress: Callable[[int, int], None]) -> list[SeenLine]:
    """Lines with glyphs on images from all over the list; raises as `quantize`."""
    lines: list[SeenLine] = []
    every = list(each_image(images))
    chosen = [every[row] for row in evenly(len(every), MOST_LINES)]
    for number, image in enumerate(chosen):
        lines += [line for line in lines_seen(reader, image) if len(line.found.boxes)]
        progress(number + 1, len(chosen))
        if len(lines) >= MOST_LINES:
            break
    glyphs = sum(len(line.found.boxes) for line in lines)
    if glyphs < FEWEST_GLYPHS:
        raise DataError(f"the images hold {glyphs} glyphs; {FEWEST_GLYPHS} are needed.", hint="Give more images.")
    return lines[:MOST_LINES]


def quantized_encoder(bundle: Bundle, reader: Reader, lines: Sequence[SeenLine]) -> bytes:
    """The encoder in 8 bits, less its first layer, which sees pixels, and its last, which gives embeddings."""
    inputs = []
    for line in lines:
        strip = reader.recognizer.strip(line.pixels, line.found)
        inputs.append({"strip": strip.pixels[None, None], "extents": extents(strip, line.found.boxes)})
    before = bundle.encoder()
    content = in_8_bits(before, layers_of(before)[1:-1], inputs)
    rare = float(np.percentile(likeness(before, content, inputs), RARELY))
    if rare < LEAST_LIKE:
        raise BundleError(
            f"{bundle.path}: its encoder cannot be quantized: one embedding in a hundred is less like its own than "
            f"{rare:.3f} (cosine; {LEAST_LIKE} is needed).",
            hint=OTHERS,
        )
    return content


def quantized_localizer(bundle: Bundle, reader: Reader, lines: Sequence[SeenLine]) -> bytes:
    """The localizer with 8 bits where it looks at rows of pixels, but for its first layer.

    What looks along the line after that stays as it is: there, places depend on small differences.
    """
    part = bundle.card.localizer
    inputs = [{"line": part.preparation.prepare(line.pixels).pixels[None, None]} for line in lines]
    before = bundle.localizer()
    content = in_8_bits(before, layers_of(before, least_rows=2)[1:], inputs)
    other = localizer_of_part(content, part.model_copy(update={"file": "the quantized localizer"}))
    pixels = [line.pixels for line in lines]
    counts = BoxCounts()
    for own, found in zip(reader.localizer.localize(pixels), other.localize(pixels), strict=True):
        counts += box_scores(found.boxes, own.boxes)
    alike = min(counts.precision, counts.recall)
    if alike < LEAST_FOUND:
        raise BundleError(
            f"{bundle.path}: its localizer cannot be quantized: {alike:.3f} of the glyphs are found as before "
            f"({LEAST_FOUND} is needed).",
            hint=OTHERS,
        )
    return content


def layers_of(net: bytes, least_rows: int = 0) -> list[str]:
    """The names of an ONNX net's layers with weights, in their order, whose kernels have at least so many rows."""
    graph = onnx.load_model_from_string(net).graph
    kernels = {weights.name: weights.dims[2] if len(weights.dims) > 2 else 0 for weights in graph.initializer}
    layers = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    return [node.name for node in layers if kernels.get(node.input[1], 0) >= least_rows]


def in_8_bits(net: bytes, layers: Sequence[str], inputs: Inputs) -> bytes:
    """The ONNX net with some of its layers in 8 bits.

    Weights have 7 of the 8 bits, so that sums of products overflow on no processor. Activations span what they span on
    `inputs`.
    """
    with tempfile.TemporaryDirectory() as folder, _without_advice():
        path = Path(folder) / "net.onnx"
        quantize_static(
            onnx.load_model_from_string(net),
            path,
            _Lines(inputs),
            quant_format=QuantFormat.QOperator,
            calibrate_method=CalibrationMethod.MinMax,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_quantize=list(layers),
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
