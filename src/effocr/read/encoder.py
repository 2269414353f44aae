"""The encoders: ONNX nets from the strips of lines to embeddings of their glyphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from effocr.errors import BundleError
from effocr.image.coarse import LOOKS, is_coarse, moved
from effocr.image.crops import NARROWEST, Strip, cut_columns, cut_windows, prepared_crops
from effocr.image.preparation import CropPreparation, Grey, StripPreparation
from effocr.page.boxes import Boxes, Floats
from effocr.read.nets.line_net import LineNet, Model
from effocr.read.nets.steps import Steps, asking, at_once
from effocr.read.onnx import CPU, answers, session
from effocr.read.sockets import Encoder

BLOCK = 256
"""Windows a run: enough to fill the processor, few enough to stay in its cache."""

VALUES = 2_000_000
"""Values of the input of one run of crops: 8 MB."""

PUBLISHED_BATCH = 64
"""What published encoders are fed with at a time; some of them can take no other number."""

INPUT_AXES = 4
SHORTEST = 1e-12


class WindowEncoder:
    """Encodes window by window: `crops` float32 (N, 2, size, size) -> `embeddings` float32 (N, D) of length 1."""

    def __init__(self, model: Model, dimensions: int) -> None:
        self._session = session(model, name="the encoder")
        self.dimensions = dimensions

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings of all glyphs, line by line; windows of vertical lines are turned upright."""
        lines = zip(strips, boxes, vertical, strict=True)
        windows = [cut_windows(strip, on_line, vertical=turn) for strip, on_line, turn in lines]
        return self.encode_windows(np.concatenate(windows)) if windows else self._none()

    def encode_windows(self, windows: Floats) -> Floats:
        """Embeddings in the order of the windows (N, 2, size, size)."""
        if not len(windows):
            return self._none()
        blocks = [windows[start : start + BLOCK] for start in range(0, len(windows), BLOCK)]
        return np.concatenate([_run(self._session, {"crops": block}, self.dimensions) for block in blocks])

    def _none(self) -> Floats:
        return np.zeros((0, self.dimensions), np.float32)


class StripEncoder:
    """Encodes all glyphs of a line in one pass: `strip` (1, 1, size, W), `extents` (N, 2) -> `embeddings` (N, D).

    Extents are where glyphs begin and end, in columns of the strip. Vertical lines stay turned: exemplars for them have
    to be embedded so, too. A coarse strip is looked at from several places, and the mean of what is seen counts.
    """

    def __init__(self, model: Model, dimensions: int, providers: Sequence[str] = (CPU,)) -> None:
        self._net = LineNet(model, ["strip", "extents"], "embeddings", name="the encoder", providers=providers)
        self.dimensions = dimensions

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings of all glyphs, line by line."""
        return at_once(self.encoding(strips, boxes))

    def encoding(self, strips: Sequence[Strip], boxes: Sequence[Boxes]) -> Steps[Floats]:
        """What `encode` gives, in steps."""
        filled = [(strip, on_line) for strip, on_line in zip(strips, boxes, strict=True) if len(on_line)]
        pixels = [strip.pixels for strip, _ in filled]
        ends = [extents(strip, on_line) for strip, on_line in filled]
        embeddings = yield from self._seeing(pixels, ends)
        coarse = [row for row, strip in enumerate(pixels) if is_coarse(strip)]
        for right in LOOKS if coarse else ():  # one after the other: threads share many small works better
            others = yield from self._seeing(
                [moved(pixels[row], right) for row in coarse], [ends[row] + np.float32(right) for row in coarse]
            )
            for row, other in zip(coarse, others, strict=True):
                embeddings[row] = embeddings[row] + other
        for row in coarse:
            embeddings[row] /= np.maximum(np.linalg.norm(embeddings[row], axis=1, keepdims=True), SHORTEST)
        return np.concatenate(embeddings) if embeddings else np.zeros((0, self.dimensions), np.float32)

    def _seeing(self, pixels: list[Floats], ends: list[Floats]) -> Steps[list[Floats]]:
        """The embeddings of the glyphs on each strip."""
        answers = yield from asking(lambda: self._net.answers([strip[None, None] for strip in pixels], ends))
        for each in answers:
            _refuse_other_shapes(each, self.dimensions)
        return answers


def extents(strip: Strip, boxes: Boxes) -> Floats:
    """Where glyphs begin and end (N, 2), in columns of a strip."""
    ends: Floats = boxes.array[:, ::2] * np.float32(strip.scale_x)
    np.maximum(ends[:, 1], ends[:, 0] + np.float32(NARROWEST), out=ends[:, 1])
    return ends


def line_crops(strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> list[Grey]:
    """The crops of all glyphs, line by line, from strips that are whole lines; those of vertical lines are upright."""
    crops = []
    for strip, on_line, turn in zip(strips, boxes, vertical, strict=True):
        line = strip.pixels.astype(np.uint8)
        crops += [cut_columns(line, left, right, vertical=turn) for left, right in on_line.array[:, ::2].tolist()]
    return crops


class CropsEncoder:
    """Encodes crop by crop with a net that looks at pictures: (N, channels, size, size) -> (N, D), at any length.

    The names of input and output are the graph's own. A batch is padded only where the graph fixes its number.
    """

    def __init__(self, model: Model, dimensions: int, preparation: CropPreparation) -> None:
        self._session = session(model, name="the encoder")
        given = self._session.get_inputs()[0]
        self._input, self._output = given.name, self._session.get_outputs()[0].name
        wanted = (preparation.channels, preparation.size, preparation.size)
        if len(given.shape) != INPUT_AXES or any(
            isinstance(side, int) and side != needed for side, needed in zip(given.shape[1:], wanted, strict=True)
        ):
            raise BundleError(
                f"the encoder's net takes crops of the shape {given.shape}, but they are prepared as (N, {wanted[0]}, "
                f"{wanted[1]}, {wanted[2]}).",
                hint="Correct the encoder's preparation in the card, or export the net for this size.",
            )
        self.dimensions = dimensions
        self.preparation = preparation
        self._fixed = given.shape[0] if isinstance(given.shape[0], int) else self._hidden_batch(wanted)
        self._step = self._fixed or max(1, VALUES // (wanted[0] * wanted[1] * wanted[2]))

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings of all glyphs, line by line; the strips are whole lines, crops of vertical ones stand upright."""
        return self.encode_crops(line_crops(strips, boxes, vertical))

    def encode_crops(self, crops: Sequence[Grey]) -> Floats:
        """Embeddings (N, D), rows of length 1, in the order of the crops."""
        out = np.empty((len(crops), self.dimensions), np.float32)
        for start in range(0, len(crops), self._step):
            block = prepared_crops(crops[start : start + self._step], self.preparation)
            out[start : start + len(block)] = self._run(block)
        return out

    def _hidden_batch(self, crop: tuple[int, int, int]) -> int | None:
        """The number that a graph needs although it does not say so; None where one crop alone goes through."""
        try:
            self._session.run([self._output], {self._input: np.zeros((1, *crop), np.float32)})
        except Exception:  # onnxruntime's exceptions share no base of their own
            return PUBLISHED_BATCH
        return None

    def _run(self, block: Floats) -> Floats:
        number = len(block)
        if self._fixed is not None and number < self._fixed:
            block = np.concatenate((block, np.zeros((self._fixed - number, *block.shape[1:]), np.float32)))
        vectors = _run(self._session, {self._input: block}, self.dimensions, self._output)[:number]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, SHORTEST), np.float32)


def encoding(
    encoder: Encoder, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]
) -> Steps[Floats]:
    """What an encoder gives, in steps."""
    if isinstance(encoder, StripEncoder):
        return encoder.encoding(strips, boxes)
    return asking(lambda: encoder.encode(strips, boxes, vertical))


def encoder_of(
    kind: str,
    model: Model,
    dimensions: int,
    preparation: StripPreparation | CropPreparation,
    providers: Sequence[str] = (CPU,),
) -> Encoder:
    """The encoder of a kind that bundles name: `strips`, `windows` or `crops`."""
    if kind == "strips":
        return StripEncoder(model, dimensions, providers)
    net = session(model, name="the encoder", providers=providers)
    if isinstance(preparation, CropPreparation):
        return CropsEncoder(net, dimensions, preparation)
    return WindowEncoder(net, dimensions)


def _run(net: Any, given: dict[str, Floats], dimensions: int, output: str = "embeddings") -> Floats:
    embeddings: Floats = answers(net, given, [output], complaint="the encoder cannot run")[0]
    _refuse_other_shapes(embeddings, dimensions)
    return embeddings


def _refuse_other_shapes(embeddings: Floats, dimensions: int) -> None:
    if embeddings.ndim != 2 or embeddings.shape[1] != dimensions:
        raise BundleError(
            f"the encoder answers with the shape {embeddings.shape}; (N, {dimensions}) is needed.",
            hint="Export it again with `effocr train recognizer`.",
        )
