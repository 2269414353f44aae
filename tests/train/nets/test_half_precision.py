"""Weights at half their size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from effocr.index.files import index_bytes, index_of_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.read.onnx import session
from effocr.train.export import export_window_encoder
from effocr.train.nets.encoder import WindowNet
from effocr.train.nets.half_precision import halved


def test_the_halved_net_answers_as_before_and_takes_half_the_room(tmp_path: Path) -> None:
    path = export_window_encoder(WindowNet("window", size=24, channels=(8, 16, 16, 32)), 24, tmp_path / "encoder.onnx")
    whole, half = path.read_bytes(), halved(path.read_bytes())
    windows = np.random.default_rng(0).standard_normal((3, 2, 24, 24), np.float32)
    answers = [session(model, name="net").run(["embeddings"], {"crops": windows})[0] for model in (whole, half)]
    np.testing.assert_allclose(*answers, atol=2e-3)
    assert len(half) < 0.6 * len(whole)


def test_exemplars_of_half_precision_come_back_as_float32() -> None:
    vectors = np.random.default_rng(0).standard_normal((50, 16), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = GlyphIndex(vectors, tuple(map(chr, range(0x4E00, 0x4E00 + 50))), ("font",) * 50)
    whole, half = (index_bytes(index, "0" * 64, precision) for precision in ("single", "half"))
    read = index_of_bytes(half, "half").index
    assert read.vectors.dtype == np.float32 and read.texts == index.texts
    np.testing.assert_allclose(read.vectors @ vectors[0], vectors @ vectors[0], atol=1e-3)
    assert len(whole) - len(half) == vectors.nbytes // 2
