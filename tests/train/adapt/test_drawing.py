"""Synthetic lines that shall look like scans, and fonts that shall look like their type."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from effocr.bundle.card import Card, EncoderPart, IndexPart, LocalizerPart
from effocr.data.labelled import LabelledLine
from effocr.evaluate.adapting.run import Lesson
from effocr.image.preparation import StripPreparation
from effocr.index.glyph_index import GlyphIndex
from effocr.synth.lines import line_makers
from effocr.synth.recipe import SynthesisRecipe
from effocr.testing import make_bundle
from effocr.train.adapt import drawing
from effocr.train.adapt.drawing import drawn_lines
from effocr.train.adapt.scans import look, most_alike
from effocr.train.nets.encoder import StripNet


@pytest.fixture(scope="module")
def lines(fonts: Path, words: Path) -> list[LabelledLine]:
    """Clean lines that stand for scans."""
    recipe = SynthesisRecipe(
        fonts=(fonts,),
        words=str(words),
        held_out=0.0,
        texts="words",
        degradation="clean",
        smallest_ascender=14,
        largest_ascender=16,
        most_words=3,
    )
    return list(islice(line_makers(recipe)[0].lines(1), 6))


def test_looks_tell_blur_noise_and_resolution(lines: list[LabelledLine]) -> None:
    line = lines[0]
    noise = np.random.default_rng(0).normal(0, 25, line.image.shape)
    noisy = replace(line, image=np.clip(line.image + noise, 0, 255).astype(np.uint8))
    soft = np.mean([np.roll(line.image, shift, 1) for shift in range(-2, 3)], axis=0).astype(np.uint8)
    clean, worse, blurred = look(line), look(noisy), look(replace(line, image=soft))
    assert worse[3] > clean[3] + 0.02
    assert blurred[1] < clean[1] - 0.1
    assert clean[0] == pytest.approx(np.log(line.band.height))


def test_of_drawn_lines_those_like_the_scans_are_kept(lines: list[LabelledLine]) -> None:
    random = np.random.default_rng(0)
    noisy = [
        replace(line, image=np.clip(line.image + random.normal(0, 60, line.image.shape), 0, 255).astype(np.uint8))
        for line in lines
    ]
    assert most_alike([*noisy, *lines], lines, 6) == lines
    assert most_alike([*noisy, *lines], noisy, 6) == noisy
    assert most_alike([], lines, 6) == []


def test_drawn_lines_have_the_words_and_the_height_of_the_lines(
    fonts: Path, lines: list[LabelledLine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PROBES": 2, "DRAWN": 20, "KEPT": 8}.items():
        monkeypatch.setattr(drawing, name, value)
    torch.manual_seed(0)
    texts = tuple(sorted({text for line in lines for text in line.texts}))
    vectors = np.eye(len(texts), 128, dtype=np.float32)
    lesson = Lesson(make_bundle(tmp_path / "bars"), tuple(lines), GlyphIndex(vectors, texts, texts), False, 1)
    card = Card(
        name="own",
        version="1",
        charset=list(texts),
        localizer=LocalizerPart(),
        encoder=EncoderPart(preparation=StripPreparation(32), dimensions=128),
        index=IndexPart(exemplars=1, sharpness=15.0),
    )
    net = StripNet(32, (8, 16, 16, 16)).eval()
    drawn, again = (drawn_lines([fonts], lesson, net, card, tmp_path, 3) for _ in range(2))
    assert len(drawn) == 8 and [line.text for line in drawn] == [line.text for line in again]
    assert {text for line in drawn for text in line.texts} & set(texts)
    heights = [line.band.height for line in drawn]
    assert min(heights) > 8 and max(heights) < 24
