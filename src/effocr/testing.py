"""Fakes for tests, ours and those of others: sockets that answer predictably, and a tiny bundle that reads.

The bundle reads "bars": a typeface in which the left half of every glyph is a stack of eight blocks, four of them
inked, and the right half its negative, so that all columns and all rows hold the same ink. Its nets are written by
hand, so that nothing has to be trained.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import numpy as np

from effocr.bundle.card import Card, EncoderPart, IndexPart, LocalizerPart, Provenance, WordsPart
from effocr.bundle.digests import sha256
from effocr.bundle.files import WORDS, Bundle, write_bundle
from effocr.bundle.published import CHARS, ENCODER, INDEX, LOCALIZER, TEXTS
from effocr.bundle.published import WORDS as WORDS_FOLDER
from effocr.data.labelled import LabelledLine
from effocr.errors import DataError, MissingExtraError, extra_hint
from effocr.image.band import band_of_boxes
from effocr.image.crops import Strip, cut_columns, cut_strip, cut_windows
from effocr.image.preparation import CropPreparation, Grey, LinePreparation, StripPreparation
from effocr.index.files import index_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Box, Boxes, Floats
from effocr.read.encoder import CropsEncoder, WindowEncoder
from effocr.read.localizer import nothing_found
from effocr.read.sockets import FoundLine, Localization

BARS = dict(zip(ascii_letters + digits + ".,'-!?:;", combinations(range(8), 4), strict=True))
"""The texts that bars can spell, each with the blocks inked at the left, counted from the top."""

HEIGHT = 48
WIDTH, GAP, MARGIN = 12, 6, 7
BLOCK = 5
TOP, BOTTOM = 4, 44
PITCH = WIDTH + GAP


def draw_bars(text: str, *, ink: int = 0, paper: int = 255) -> Grey:
    """An image of one line of bars, 48 rows high; raises `DataError` for a text that bars cannot spell."""
    image = np.full((HEIGHT, 2 * MARGIN + max(1, len(text)) * PITCH - GAP), paper, np.uint8)
    for place, char in enumerate(text):
        if char == " ":
            continue
        if char not in BARS:
            raise DataError(f"bars cannot spell {char!r}; they know letters, digits and {''.join(BARS)[62:]!r}.")
        left = MARGIN + place * PITCH
        for block in range(8):
            top = TOP + block * BLOCK
            start = left if block in BARS[char] else left + WIDTH // 2
            image[top : top + BLOCK, start : start + WIDTH // 2] = ink
    return image


def bar_boxes(text: str) -> Boxes:
    """The boxes of the glyphs of `draw_bars(text)`, spaces left out."""
    lefts = [MARGIN + place * PITCH for place, char in enumerate(text) if char != " "]
    return Boxes.of((left, TOP, left + WIDTH, BOTTOM) for left in lefts)


def bar_line(text: str) -> LabelledLine:
    """`draw_bars(text)` with all that is true of it."""
    spaces = [place > 0 and text[place - 1] == " " for place, char in enumerate(text) if char != " "]
    return LabelledLine(draw_bars(text), tuple(text.replace(" ", "")), bar_boxes(text), np.array(spaces, np.bool_))


class FakeLocalizer:
    """Takes every run of columns with ink (darker than `dark`) for a glyph, and gaps wider than `space` for spaces."""

    def __init__(self, dark: int = 128, space: float = 12.0) -> None:
        self.dark = dark
        self.space = space

    def localize(self, lines: Sequence[Grey]) -> list[Localization]:
        """One localization a line, with scores of 1."""
        return [self._localization(line < self.dark) for line in lines]

    def _localization(self, ink: Any) -> Localization:
        columns = np.concatenate(([False], ink.any(axis=0), [False]))
        edges = np.flatnonzero(columns[1:] != columns[:-1])
        if not len(edges):
            return nothing_found()
        left, right = edges[::2], edges[1::2]
        rows = [np.flatnonzero(ink[:, start:end].any(axis=1)) for start, end in zip(left, right, strict=True)]
        boxes = Boxes.of(
            (start, seen[0], end, seen[-1] + 1) for start, end, seen in zip(left, right, rows, strict=True)
        )
        gaps = left - np.concatenate((left[:1], right[:-1]))
        spaces = (gaps > self.space).astype(np.float32)
        return Localization(boxes, np.ones(len(boxes), np.float32), spaces, band_of_boxes(boxes))


class FakeEncoder:
    """Embeds windows by a fixed random projection of their pixels."""

    def __init__(self, dimensions: int = 16) -> None:
        self.dimensions = dimensions

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings (N, dimensions) of the glyphs' windows, rows of length 1."""
        lines = zip(strips, boxes, vertical, strict=True)
        windows = [cut_windows(strip, on_line, vertical=turn) for strip, on_line, turn in lines]
        return self.encode_windows(np.concatenate(windows) if windows else np.zeros((0, 2, 32, 32), np.float32))

    def encode_windows(self, windows: Floats) -> Floats:
        """(N, 2, size, size) -> (N, dimensions), rows of length 1."""
        flat = windows.reshape(len(windows), math.prod(windows.shape[1:]))
        projected = flat @ np.random.default_rng(0).standard_normal((flat.shape[1], self.dimensions), np.float32)
        lengths = np.maximum(np.linalg.norm(projected, axis=1, keepdims=True), 1e-12)
        return np.asarray(projected / lengths, np.float32)


class FakeLineFinder:
    """Finds the lines it was given, on every page; a box stands for a line without a baseline."""

    def __init__(self, lines: Sequence[Box | FoundLine]) -> None:
        self.lines = [FoundLine(line) if isinstance(line, Box) else line for line in lines]

    def find(self, page: Grey) -> list[FoundLine]:
        """The same lines again."""
        return list(self.lines)


def make_bundle(folder: str | os.PathLike[str], *, name: str = "bars", version: str = "1") -> Bundle:
    """Writes a bundle that reads bars into `folder`; raises `MissingExtraError` without the package `onnx`."""
    window = StripPreparation()
    encoder = _encoder_net(window.size)
    index = bar_index(encoder, window)
    card = Card(
        name=name,
        version=version,
        description="Reads bars, the typeface of effocr's tests.",
        charset=list(BARS),
        localizer=LocalizerPart(preparation=LinePreparation(HEIGHT, 8)),
        encoder=EncoderPart(kind="windows", preparation=window, dimensions=window.size),
        index=IndexPart(encoder_sha256=sha256(encoder), exemplars=len(index), sharpness=30.0),
        fonts=[Provenance(name="bars", licence="Apache-2.0", origin="effocr.testing")],
        limits=["Reads nothing but bars."],
    )
    content = index_bytes(index, sha256(encoder))
    return write_bundle(folder, card, localizer=_localizer_net(), encoder=encoder, index=content)


def make_words(folder: str | os.PathLike[str], words: Sequence[str], *, least: float = 0.97) -> Path:
    """Writes what a training of words leaves into `folder`: the nets and exemplars of `words`, set in bars."""
    preparation = CropPreparation(64, 1, "centre", (0.5,), (0.25,))
    content = crops_net(preparation, cells=16)
    encoder = CropsEncoder(content, 256, preparation)
    index = GlyphIndex(encoder.encode_crops([bar_word(word) for word in words]), tuple(words), ("bars",) * len(words))
    part = WordsPart(
        encoder=EncoderPart(kind="crops", file="word_encoder.onnx", preparation=preparation, dimensions=256),
        index=IndexPart(
            file="word_index.safetensors", encoder_sha256=sha256(content), exemplars=len(index), sharpness=30.0
        ),
        least=least,
    )
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    (out / part.encoder.file).write_bytes(content)
    (out / part.index.file).write_bytes(index_bytes(index, sha256(content)))
    (out / WORDS).write_text(part.model_dump_json(), encoding="utf-8")
    return out


def make_published(
    folder: str | os.PathLike[str], line: str, words: Sequence[str] = (), *, batch: int | str = "n"
) -> Path:
    """Writes a folder as published EffOCR models have it: its localizer knows `draw_bars(line)` only.

    `batch` is the number of crops that the nets take at a time, a text for any.
    """
    out = Path(folder)
    out.mkdir(parents=True)
    (out / LOCALIZER).write_bytes(_yolo_net(line))
    crops = [cut_columns(draw_bars(text), *bar_boxes(text).array[0, ::2].tolist()) for text in BARS]
    _published_recognizer(out / CHARS, CropPreparation(), crops, list(BARS), batch)
    if words:
        coded = ["_".join(str(ord(char)) for char in word) for word in words]
        crops = [bar_word(word) for word in words]
        _published_recognizer(out / WORDS_FOLDER, CropPreparation(padding="centre"), crops, coded, batch)
    return out


def bar_word(word: str) -> Grey:
    """The crop of a word set in bars: from its first glyph to its last, over the full height."""
    boxes = bar_boxes(word)
    return cut_columns(draw_bars(word), boxes.left[0], boxes.right[-1])


def flat_index(vectors: Floats) -> bytes:
    """The content of faiss's IndexFlatIP of vectors (N, D)."""
    number, dimensions = vectors.shape
    head = struct.pack("<4siqqqBiQ", b"IxFI", dimensions, number, 1 << 20, 1 << 20, 1, 0, vectors.size)
    return head + vectors.astype("<f4").tobytes()


def _published_recognizer(
    folder: Path, preparation: CropPreparation, crops: list[Grey], texts: list[str], batch: int | str
) -> None:
    cells = 16
    encoder = crops_net(preparation, cells, batch)
    vectors = CropsEncoder(encoder, cells * cells, preparation).encode_crops(crops)
    folder.mkdir()
    (folder / ENCODER).write_bytes(encoder)
    (folder / INDEX).write_bytes(flat_index(vectors))
    (folder / TEXTS).write_text("".join(f"{text}\n" for text in texts), encoding="utf-8", newline="\n")


def bar_index(encoder: bytes, window: StripPreparation) -> GlyphIndex:
    """One exemplar of every bar, embedded by an encoder."""
    crops = []
    for text in BARS:
        line = draw_bars(text)
        boxes = bar_boxes(text)
        crops.append(cut_windows(cut_strip(line, band_of_boxes(boxes), boxes, window), boxes))
    vectors = WindowEncoder(encoder, window.size).encode_windows(np.concatenate(crops))
    return GlyphIndex(vectors, tuple(BARS), ("bars",) * len(BARS))


def _localizer_net() -> bytes:
    """One convolution over the darkness of columns: ink between two gaps is a glyph, paper before it a space."""
    helper = _onnx().helper
    reach = PITCH + WIDTH // 2
    kernel = np.zeros((8, 1, 2 * reach), np.float32)
    half, gap = WIDTH // 2, GAP // 2
    kernel[0, 0, reach - half : reach + half] = 1 / WIDTH
    kernel[0, 0, reach - half - gap : reach - half] = kernel[0, 0, reach + half : reach + half + gap] = -1 / GAP
    kernel[1, 0, reach - PITCH - half + 2 : reach - PITCH + half - 2] = -1 / (WIDTH - 4)
    kernel[1, 0, reach - half - gap : reach - half] = 1 / gap
    kernel[:2] *= 10
    levels = [TOP / HEIGHT, BOTTOM / HEIGHT]
    bias = np.array([-4.5, 4.0, math.log(half), math.log(half), *levels, *levels], np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["line"], ["light"], axes=[2], keepdims=0),
        helper.make_node("Neg", ["light"], ["dark"]),
        helper.make_node("Conv", ["dark", "kernel", "bias"], ["columns"], strides=[2], pads=[reach - 1, reach - 1]),
    ]
    shapes = {"line": (1, 1, HEIGHT, "columns"), "columns": (1, 8, "cells")}
    return _net(nodes, {"kernel": kernel, "bias": bias}, shapes)


def _encoder_net(size: int) -> bytes:
    """How light the rows left of the middle of a crop are, less their mean, at length 1."""
    helper = _onnx().helper
    constants = {
        "starts": np.array([0, size // 2 - 2]),
        "ends": np.array([1, size // 2]),
        "axes": np.array([1, 3]),
    }
    nodes = [
        helper.make_node("Slice", ["crops", "starts", "ends", "axes"], ["middle"]),
        helper.make_node("ReduceMean", ["middle"], ["rows"], axes=[1, 3], keepdims=0),
        helper.make_node("ReduceMean", ["rows"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["rows", "mean"], ["centred"]),
        helper.make_node("LpNormalization", ["centred"], ["embeddings"], axis=1, p=2),
    ]
    return _net(nodes, constants, {"crops": ("n", 2, size, size), "embeddings": ("n", size)})


def crops_net(preparation: CropPreparation, cells: int, batch: int | str = "n") -> bytes:
    """An encoder of crops: how light each of cells x cells parts is, less their mean; not of length 1."""
    helper = _onnx().helper
    step = preparation.size // cells
    nodes = [
        helper.make_node("ReduceMean", ["imgs"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["grey"], ["cells"], kernel_shape=[step, step], strides=[step, step]),
        helper.make_node("Flatten", ["cells"], ["flat"]),
        helper.make_node("ReduceMean", ["flat"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["flat", "mean"], ["embs"]),
    ]
    shapes = {"imgs": (batch, preparation.channels, *[preparation.size] * 2), "embs": (batch, cells * cells)}
    return _net(nodes, {}, shapes)


def _yolo_net(line: str) -> bytes:
    """A YOLOv8 head (1, 4 + 2, 8400) that answers to any image as it should to `draw_bars(line)`, letterboxed."""
    helper = _onnx().helper
    rows, columns = draw_bars(line).shape
    scale = 640 / columns
    chars = bar_boxes(line)
    spans, at = [], 0
    for word in line.split():
        spans.append(Boxes(chars.array[at : at + len(word)]).union())
        at += len(word)
    boxes = np.concatenate((chars.array, Boxes.of(spans).array)) * scale
    boxes[:, 1::2] += (640 - rows * scale) / 2
    answer = np.zeros((1, 6, 8400), np.float32)
    number = len(boxes)
    answer[0, :2, :number] = (boxes[:, :2] + boxes[:, 2:]).T / 2
    answer[0, 2:4, :number] = (boxes[:, 2:] - boxes[:, :2]).T
    answer[0, 4, : len(chars)] = 0.9
    answer[0, 5, len(chars) : number] = 0.8
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["light"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["light", "nothing"], ["zero"]),
        helper.make_node("Add", ["answer", "zero"], ["output0"]),
    ]
    constants = {"answer": answer, "nothing": np.zeros(1, np.float32)}
    return _net(nodes, constants, {"images": (1, 3, 640, 640), "output0": (1, 6, 8400)})


def _net(nodes: list[Any], constants: dict[str, Any], shapes: dict[str, tuple[int | str, ...]]) -> bytes:
    """The bytes of an ONNX net; `shapes` has its input first and its output second."""
    onnx = _onnx()
    given, answer = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in shapes.items()
    )
    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = onnx.helper.make_graph(nodes, "bars", [given], [answer], tensors)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def _onnx() -> Any:
    try:
        import onnx
        import onnx.numpy_helper
    except ImportError:
        message = "making a bundle for tests needs the package onnx."
        raise MissingExtraError(message, hint=extra_hint("train")) from None
    return onnx
