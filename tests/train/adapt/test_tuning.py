"""Nets of a bundle learn a little more: their weights come back from ONNX, and a lesson changes them."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from effocr.bundle.card import Card, EncoderPart, IndexPart, LocalizerPart
from effocr.bundle.digests import sha256
from effocr.bundle.files import Bundle, write_bundle
from effocr.data.labelled import LabelledLine
from effocr.data.lines import TextLine
from effocr.errors import BundleError
from effocr.evaluate.adapting.glyphs import glyphs_at, means_among
from effocr.evaluate.adapting.run import Lesson, adapt
from effocr.evaluate.adapting.writing import nets_of, write_adapted
from effocr.image.band import Band
from effocr.image.draw import png
from effocr.image.preparation import LinePreparation, StripPreparation
from effocr.index.files import index_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes
from effocr.read.onnx import session
from effocr.read.reader import Reader
from effocr.testing import bar_boxes, draw_bars, make_bundle
from effocr.train.adapt.encoder import EncoderTuning
from effocr.train.adapt.tuning import NetTuner
from effocr.train.adapt.weights import localizer_net, strip_net
from effocr.train.export import export_localizer, export_strip_encoder
from effocr.train.nets.encoder import StripNet
from effocr.train.nets.localizer import LocalizerNet
from effocr.train.recipes import Running
from effocr.train.strips import CollateStrips, PrepareStrip

TEXTS = ("abcab", "bacca", "cabba", "abbacab")
FEW = NetTuner(encoder_steps=2, localizer_steps=2)


def shaken(net: torch.nn.Module) -> torch.nn.Module:
    """The net as after some training: its normalisations have seen something."""
    torch.manual_seed(1)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return net.eval()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """An untrained bundle of effocr's own nets, with two letters in its index."""
    folder = tmp_path_factory.mktemp("own")
    torch.manual_seed(0)
    localizer = export_localizer(shaken(LocalizerNet(40, 16)), LinePreparation(40), folder / "l.onnx").read_bytes()
    net = shaken(StripNet(32, (8, 16, 16, 16)))
    encoder = export_strip_encoder(net, 32, folder / "e.onnx").read_bytes()
    vectors = np.eye(2, 128, dtype=np.float32)
    index = index_bytes(GlyphIndex(vectors, ("a", "z"), ("x", "x")), sha256(encoder))
    card = Card(
        name="own",
        version="1",
        charset=["a", "z"],
        localizer=LocalizerPart(preparation=LinePreparation(40), threshold=0.01),
        encoder=EncoderPart(preparation=StripPreparation(32), dimensions=128),
        index=IndexPart(encoder_sha256=sha256(encoder), exemplars=2, sharpness=15.0),
    )
    return write_bundle(folder / "bundle", card, localizer=localizer, encoder=encoder, index=index)


@pytest.fixture(scope="module")
def lines() -> tuple[LabelledLine, ...]:
    made = []
    for text in TEXTS:
        letters = text.replace(" ", "")
        spaces = np.zeros(len(letters), bool)
        made.append(LabelledLine(draw_bars(text), tuple(letters), bar_boxes(text), spaces, source=text))
    return tuple(made)


def lesson(bundle: Bundle, lines: tuple[LabelledLine, ...], *, localizer: bool) -> Lesson:
    reader = Reader(bundle, threads=1, lines="none")
    index = reader.recognizer.index.merged(means_among(glyphs_at(reader, lines)))
    return Lesson(bundle, lines, index, localizer, 1)


def test_nets_from_onnx_answer_as_the_files_do(bundle: Bundle) -> None:
    random = np.random.default_rng(0)
    line = random.standard_normal((1, 1, 40, 64), np.float32)
    (expected,) = session(bundle.localizer()).run(None, {"line": line})
    with torch.no_grad():
        assert np.abs(localizer_net(bundle)(torch.from_numpy(line)).numpy() - expected).max() < 1e-4
    strip = random.standard_normal((1, 1, 32, 80), np.float32)
    extents = np.array([[3, 12], [30, 41.5]], np.float32)
    (expected,) = session(bundle.encoder()).run(None, {"strip": strip, "extents": extents})
    with torch.no_grad():
        answer = strip_net(bundle)(torch.from_numpy(strip), torch.from_numpy(extents), torch.zeros(2, dtype=torch.long))
    assert np.abs(answer.numpy() - expected).max() < 1e-4


def test_nets_of_another_make_are_refused(tmp_path: Path) -> None:
    bars = make_bundle(tmp_path / "bars")
    with pytest.raises(BundleError, match="localizer is not a net of effocr's own shape"):
        localizer_net(bars)
    with pytest.raises(BundleError, match="kind 'windows'"):
        strip_net(bars)


def test_a_lesson_changes_the_encoder_and_leaves_a_sound_localizer(
    bundle: Bundle, lines: tuple[LabelledLine, ...], tmp_path: Path
) -> None:
    nets = FEW.tuned(bundle, lesson(bundle, lines, localizer=False), tmp_path, lambda *_: None)
    assert nets.localizer == bundle.localizer() and nets.encoder != bundle.encoder()
    both = FEW.tuned(bundle, lesson(bundle, lines, localizer=True), tmp_path / "both", lambda *_: None)
    assert both.localizer != bundle.localizer() and both.encoder == nets.encoder


def test_the_encoder_learns_letters_with_the_marks_of_others(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = "aaeaéaee"
    image, boxes = np.full((44, 160), 240, np.uint8), []
    for number, text in enumerate(texts):
        image[22:36, 6 + 18 * number : 16 + 18 * number] = 20
        image[14:18, 9 + 18 * number : 13 + 18 * number] = 20 if text == "é" else 240
        boxes.append((6 + 18 * number, 14 if text == "é" else 22, 16 + 18 * number, 36))
    line = LabelledLine(image, tuple(texts), Boxes.of(boxes), np.zeros(8, bool), exact_band=Band(36, 20))
    learned: list[str] = []
    monkeypatch.setitem(
        NetTuner.tuned.__globals__,
        "tune_encoder",
        lambda *given: learned.extend(text for each in given[3].lines for text in each.texts),
    )
    index = GlyphIndex(np.eye(4, 128, dtype=np.float32), ("a", "á", "e", "ë"), ("x",) * 4)
    FEW.tuned(bundle, Lesson(bundle, (line,), index, False, 1), tmp_path, lambda *_: None)
    assert set(learned) == {"a", "á", "e", "é"}


def test_a_later_lesson_begins_with_the_nets_of_the_start_and_keeps_a_sound_localizer(
    bundle: Bundle, lines: tuple[LabelledLine, ...], tmp_path: Path
) -> None:
    asked = lesson(bundle, lines, localizer=True)
    first = FEW.tuned(bundle, asked, tmp_path / "first", lambda *_: None)
    reader = Reader(bundle, threads=1, lines="none")
    later = write_adapted(bundle, first, reader.recognizer.index, tmp_path / "later")
    again = FEW.tuned(later, replace(asked, localizer=False), tmp_path / "again", lambda *_: None)
    assert again == first


def test_halfway_nets_have_the_mean_of_all_weights(
    bundle: Bundle, lines: tuple[LabelledLine, ...], tmp_path: Path
) -> None:
    index = Reader(bundle).recognizer.index
    nets = FEW.tuned(bundle, lesson(bundle, lines, localizer=True), tmp_path / "work", lambda *_: None)
    other = write_adapted(bundle, nets, index, tmp_path / "other")
    half = write_adapted(bundle, FEW.between(bundle, other, tmp_path / "between"), index, tmp_path / "half")
    for net in (strip_net, localizer_net):
        ends, middle = (net(bundle).state_dict(), net(other).state_dict()), net(half).state_dict()
        assert any((ends[0][name] != ends[1][name]).any() for name in middle)
        for name, value in middle.items():
            assert torch.allclose(value, (ends[0][name] + ends[1][name]) / 2, atol=1e-6)
    assert FEW.between(bundle, bundle, tmp_path / "same") == nets_of(bundle)


def test_a_finished_lesson_is_not_learned_again(
    bundle: Bundle, lines: tuple[LabelledLine, ...], tmp_path: Path
) -> None:
    asked = lesson(bundle, lines, localizer=True)
    nets = FEW.tuned(bundle, asked, tmp_path, lambda *_: None)
    steps: list[int] = []
    again = FEW.tuned(bundle, asked, tmp_path, lambda done, total, figures: steps.append(done))
    assert again == nets and steps == []


def test_adapting_with_a_tuner_measures_every_round_and_keeps_the_best(bundle: Bundle, tmp_path: Path) -> None:
    book = []
    for number, text in enumerate(TEXTS * 2):
        path = tmp_path / f"{number}.png"
        path.write_bytes(png(draw_bars(text)))
        book.append(TextLine(path, text))
    done = adapt(bundle, book, tmp_path / "work", tuner=FEW, rounds=1)
    assert [stage.name for stage in done.stages] == ["start", "exemplars", "training 1"]
    assert done.best.scores.cer_folded == min(stage.scores.cer_folded for stage in done.stages)
    if done.nets is not None:
        adapted = write_adapted(bundle, done.nets, done.index, tmp_path / "out")
        assert Reader(adapted, threads=1).bundle.card.index.exemplars == len(done.index)


@pytest.mark.parametrize("turn", range(3))
def test_turned_lines_hold_the_encoder_to_where_it_began(
    bundle: Bundle, lines: tuple[LabelledLine, ...], turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = lesson(bundle, lines, localizer=False)
    net = strip_net(bundle)
    module = EncoderTuning(net, Running(steps=1), asked.index, torch.ones(len(asked.index)))
    numbers = {text: number for number, text in enumerate(asked.index.distinct_texts)}
    prepare = PrepareStrip(StripPreparation(32), numbers, 480)
    batch = CollateStrips(100)([item for line in lines if (item := prepare(line, Random(0)))])
    monkeypatch.setattr(torch, "randint", lambda *_: torch.tensor(turn))
    assert module.loss(batch)["kept"].item() == pytest.approx(0, abs=1e-5)
    before = copy.deepcopy(net)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
        strips, extents, owners, _ = batch
        apart = []
        for row in range(0, len(strips), 3):  # each line alone, turned as pixels
            pixels, near = strips[row : row + 1], extents[owners == row]
            if turn != 1:
                near = strips.shape[3] - near[:, [1, 0]]
            pixels = torch.rot90(pixels, 2, (2, 3)) if turn == 2 else pixels.flip(2 if turn else 3)
            own = torch.zeros(len(near), dtype=torch.long)
            apart.append(1 - (net(pixels, near, own) * before(pixels, near, own)).sum(1))
        assert module.loss(batch)["kept"].item() == pytest.approx(float(torch.cat(apart).mean()), rel=1e-3)
        assert float(torch.cat(apart).mean()) > 1e-3
