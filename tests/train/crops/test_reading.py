"""What a training on crops leaves is read with: a bundle of glyphs, the words of one, by torch as by ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effocr.bundle.files import open_bundle, verify
from effocr.image.band import Band
from effocr.image.preparation import CropPreparation, Grey, LinePreparation
from effocr.page.boxes import Boxes
from effocr.read.reader import Reader
from effocr.read.recognizer import Recognizer
from effocr.read.sockets import Localization
from effocr.train.crops.run import new_net, train_crops
from effocr.train.export import export_localizer
from effocr.train.nets.localizer import LocalizerNet
from effocr.train.nets.torch_encoder import TorchCropsEncoder
from effocr.train.nets.weights import load_file

from .conftest import LETTERS, drawn, recipe_of

TEXTS = ("ace", "HW", "oca")


def line_of(text: str, font: Path) -> tuple[Grey, Localization]:
    """A line of letters that do not touch, and where they are."""
    glyphs = [drawn(letter, font, 40) for letter in text]
    edges = np.cumsum([0, *(glyph.shape[1] for glyph in glyphs)]).astype(np.float32)
    boxes = np.stack([edges[:-1], np.zeros(len(text)), edges[1:], np.full(len(text), 40)], 1)
    ones = np.ones(len(text), np.float32)
    return np.concatenate(glyphs, 1), Localization(Boxes(boxes), ones, ones * 0, Band(30.0, 20.0))


class Known:
    """Finds the glyphs of lines that it was told of, by their width."""

    def __init__(self, lines: Sequence[tuple[Grey, Localization]]) -> None:
        self._found = {line.shape[1]: found for line, found in lines}

    def localize(self, lines: Sequence[Grey]) -> list[Localization]:
        return [self._found[line.shape[1]] for line in lines]


@pytest.fixture(scope="session")
def trained(folders: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A recipe with a bundle, and the folder of its run."""
    folder = tmp_path_factory.mktemp("trained")
    localizer = export_localizer(LocalizerNet(40, 16).eval(), LinePreparation(40), folder / "localizer.onnx")
    bundle = {"name": "letters", "version": "1", "localizer": str(localizer), "spaced": False}
    recipe = recipe_of(folders, bundle=bundle, hard_negatives="none", running={"epochs": 12})
    assert train_crops(recipe, folder / "run", lambda *_: None) == folder / "run" / "bundle"
    return recipe, folder / "run"


def test_the_bundle_reads_the_letters_that_it_learned(trained: tuple[Any, Path], font: Path) -> None:
    _, run = trained
    verify(open_bundle(run / "bundle"))
    card = open_bundle(run / "bundle").card
    assert card.encoder.kind == "crops" and card.encoder.preparation == CropPreparation(
        16, 1, "corner", (0.5,), (0.25,)
    )
    assert card.charset == sorted(LETTERS) and not card.spaced and card.fonts[0].name == "Aileron Regular"
    lines = [line_of(text, font) for text in TEXTS]
    reader = Reader(run / "bundle", threads=1, lines="none")
    reader.localizer = Known(lines)
    assert [page.text for page in reader.read([line for line, _ in lines])] == list(TEXTS)


def test_torch_and_onnx_read_the_same(trained: tuple[Any, Path], font: Path) -> None:
    recipe, run = trained
    lines = [line_of(text, font) for text in ("Wooo", "eHacW", "a")]
    reader = Reader(run / "bundle", threads=1, lines="none")
    reader.localizer = Known(lines)
    net = new_net(recipe, len(LETTERS))
    load_file(net, net.features, run / "first" / "best.pt")
    onnx = reader.recognizer
    torch = Recognizer(TorchCropsEncoder(net, recipe.preparation), onnx.index, onnx.window, sharpness=onnx.sharpness)
    images, found = [line for line, _ in lines], [where for _, where in lines]
    for vertical in (None, [True, False, True]):
        np.testing.assert_allclose(
            torch.embeddings(images, found, vertical), onnx.embeddings(images, found, vertical), atol=1e-4
        )
    read_by_onnx = [page.text for page in reader.read(images)]
    reader.recognizer = torch
    assert [page.text for page in reader.read(images)] == read_by_onnx
    assert TorchCropsEncoder(net, recipe.preparation).encode([], [], []).shape == (0, net.dimensions)


def test_words_join_a_bundle_and_are_read_first(
    trained: tuple[Any, Path], word_folders: list[Path], font: Path, tmp_path: Path
) -> None:
    _, run = trained
    recipe = recipe_of(
        word_folders,
        level="word",
        join=str(run / "bundle"),
        encoder={"size": 32},
        hard_negatives="none",
        running={"epochs": 6},
    )
    assert train_crops(recipe, tmp_path / "run", lambda *_: None) == tmp_path / "run" / "bundle"
    reader = Reader(tmp_path / "run" / "bundle", threads=1, lines="none")
    assert reader.word_recognizer is not None
    assert set(reader.word_recognizer.index.texts) == {"the", "The", "of", "office"}
