"""Nets in 8 bits: they stand beside those that they were made of, and answer nearly the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest

from effocr.bundle.files import Bundle, open_bundle, verify
from effocr.errors import BundleError, DataError
from effocr.page.distance import edit_distance
from effocr.read.reader import Reader, as_run
from effocr.read.teaching import lines_seen
from effocr.testing import make_bundle
from effocr.train.nets import quantize as module
from effocr.train.nets.quantize import layers_of, quantize

LINES = Path(__file__).parents[3] / "examples" / "lines"


@pytest.fixture(scope="module")
def full() -> Bundle:
    """The shipped bundle as it was before it was quantized."""
    return open_bundle("en").unquantized()


@pytest.fixture(scope="module")
def made(full: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return quantize(full, [LINES], tmp_path_factory.mktemp("quantized") / "en")


def test_the_bundle_holds_both_of_each_net(full: Bundle, made: Bundle) -> None:
    verify(made)
    assert made.encoder() == full.encoder() and made.localizer() == full.localizer() and made.card.scores == []
    nets = made.quantized()
    counts = {
        file: Counter(node.op_type for node in onnx.load_model_from_string(nets[file]).graph.node) for file in nets
    }
    encoder, localizer = counts["encoder.int8.onnx"], counts["localizer.int8.onnx"]
    assert (encoder["QLinearConv"], encoder["QGemm"], encoder["Conv"], encoder["Gemm"]) == (4, 1, 1, 1)
    assert (localizer["QLinearConv"], localizer["Conv"]) == (4, 5)
    assert len(nets["encoder.int8.onnx"]) < len(made.encoder()) / 3


def test_reading_takes_the_quantized_nets_which_see_nearly_the_same(full: Bundle, made: Bundle) -> None:
    before, after = Reader(full, threads=1), Reader(made, threads=1)
    apart, edits, characters = 0.0, 0, 0
    for image in sorted(LINES.glob("*.png")):
        (one,), (other,) = lines_seen(before, image), lines_seen(after, image)
        apart = max(apart, float(np.abs(one.found.boxes.array - other.found.boxes.array).max()))
        likeness = np.sum(one.embeddings * other.embeddings, axis=1)
        assert 0.95 < likeness.min() < 1 - 1e-5
        texts = before.read_one(image).text, after.read_one(image).text
        edits, characters = edits + edit_distance(*texts), characters + len(texts[0])
    assert 1e-3 < apart < 1.5
    assert edits <= characters / 100


def test_other_processors_take_the_nets_as_they_were_trained(made: Bundle) -> None:
    assert as_run(made.card.localizer, ["cpu"]) == made.card.localizer.quantized
    assert as_run(made.card.localizer, ["cuda", "cpu"]) == made.card.localizer


def test_an_encoder_that_would_answer_differently_is_not_written(
    full: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_LIKE", 0.99999)
    with pytest.raises(BundleError, match="cannot be quantized: one embedding in a hundred") as caught:
        quantize(full, [LINES], tmp_path / "en")
    assert str(full.path) in caught.value.message and not (tmp_path / "en").exists()


def test_a_localizer_that_would_find_other_glyphs_is_not_written(
    full: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = layers_of(full.localizer())
    monkeypatch.setattr(module, "LEAST_FOUND", 1.01)
    with pytest.raises(BundleError, match=r"its localizer cannot be quantized: [01].* of the glyphs") as caught:
        quantize(full, [LINES], tmp_path / "en")
    assert str(full.path) in caught.value.message and not (tmp_path / "en").exists()
    assert len(every) == 9 and layers_of(full.localizer(), least_rows=2) == every[:5]


def test_few_glyphs_are_not_enough(full: Bundle, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="glyphs; 200 are needed"):
        quantize(full, sorted(LINES.glob("*.png"))[:1], tmp_path / "en")


def test_encoders_of_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="kind 'windows' are not quantized"):
        quantize(make_bundle(tmp_path / "bars"), [LINES], tmp_path / "out")
