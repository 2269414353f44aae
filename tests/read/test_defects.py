"""What the original package did wrong when reading, by the numbers of its known defects; none of it happens here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from effocr.bundle.files import open_bundle
from effocr.errors import BundleError, DataError, EffocrError, UnknownNameError
from effocr.image.draw import png
from effocr.image.preparation import CropPreparation
from effocr.read.onnx import available_providers, session
from effocr.read.reader import Reader
from effocr.testing import crops_net, draw_bars, make_bundle, make_published

TEXTS = ["first line", "the second", "third one"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "bars").path


@pytest.fixture(scope="module")
def reader(bundle: Path) -> Reader:
    return Reader(bundle, threads=2, lines="none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scans = tmp_path / "scans"
    scans.mkdir()
    for number, text in enumerate(TEXTS):
        (scans / f"{number}.png").write_bytes(png(draw_bars(text)))
    (scans / "notes.txt").write_text("no image")
    return scans


def all_three(folder: Path) -> Iterable[Path]:
    yield from (folder / f"{number}.png" for number in range(3))


@pytest.mark.parametrize(
    "given",
    [
        lambda folder: [str(path) for path in all_three(folder)],
        lambda folder: list(all_three(folder)),
        all_three,
        lambda folder: [path.read_bytes() for path in all_three(folder)],
        lambda folder: [Image.open(path) for path in all_three(folder)],
        lambda folder: [draw_bars(text) for text in TEXTS],
        lambda folder: (draw_bars(TEXTS[0]), str(folder / "1.png"), Image.open(folder / "2.png")),
        lambda folder: [folder],
        lambda folder: folder,
        str,
        lambda folder: [folder / "0.png", np.stack([draw_bars(TEXTS[1])] * 3, axis=-1), folder / "2.png"],
    ],
    ids=["texts", "paths", "generator", "bytes", "images", "arrays", "mixed", "folders", "folder", "name", "colours"],
)
def test_1_a_list_of_images_is_read(reader: Reader, folder: Path, given: Callable[[Path], Any]) -> None:
    assert [page.text for page in reader.read(given(folder))] == TEXTS


@pytest.mark.parametrize("one", [lambda path: path, str, Path.read_bytes, lambda path: np.asarray(Image.open(path))])
def test_1_a_single_image_is_read(reader: Reader, folder: Path, one: Callable[[Path], Any]) -> None:
    assert [page.text for page in reader.read(one(folder / "1.png"))] == [TEXTS[1]]


def test_1_a_folder_among_images_stands_for_its_images(reader: Reader, folder: Path) -> None:
    pages = reader.read([draw_bars("before"), folder, draw_bars("after")], vertical=False)
    assert [page.text for page in pages] == ["before", *TEXTS, "after"]
    assert pages[1].source == str(folder / "0.png")
    (folder.parent / "empty").mkdir()
    with pytest.raises(DataError, match="holds no images"):
        reader.read([folder.parent / "empty"])


def test_2_an_unknown_keyword_is_refused_at_once(reader: Reader, bundle: Path) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'visualise'"):
        reader.read([draw_bars("a")], visualise="x.png")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'device'"):
        Reader(bundle, device="cpu")  # type: ignore[call-arg]


def test_3_a_model_of_chars_alone_reads(tmp_path: Path) -> None:
    model = make_published(tmp_path / "chars", "no words")
    assert Reader(model, threads=1, lines="none").read_one(draw_bars("no words")).text == "no words"


def test_4_vertical_lines_are_read(reader: Reader) -> None:
    image = np.ascontiguousarray(np.rot90(draw_bars("Salt"), -1))
    (line,) = reader.read_one(image, vertical=True).lines
    assert line.vertical and len(line.glyphs) == 4
    tops = [glyph.box.top for glyph in line.glyphs]
    assert tops == sorted(tops) and all(glyph.box.height == pytest.approx(12, abs=1.5) for glyph in line.glyphs)


def test_5_providers_are_chosen_by_name(bundle: Path) -> None:
    assert "cpu" in available_providers()
    reading = Reader(bundle, threads=1, providers=("cpu",))
    assert reading.read_one(draw_bars("by name")).text == "by name"


def test_5_a_provider_that_is_not_there_is_answered_with_those_that_are(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown provider 'quantum'; known: .*cpu") as caught:
        Reader(bundle, providers=("quantum",))
    assert caught.value.hint
    from effocr.cli.main import app

    image = tmp_path / "line.png"
    image.write_bytes(png(draw_bars("cli")))
    call = ["read", str(image), "--bundle", str(bundle), "--provider"]
    done = CliRunner().invoke(app, [*call, "cpu"])
    assert done.exit_code == 0 and done.output.strip() == "cli"
    assert isinstance(CliRunner().invoke(app, [*call, "quantum"]).exception, UnknownNameError)


class FakeRuntime(SimpleNamespace):
    """An onnxruntime with CUDA, which starts or does not."""

    def __init__(self, *, starts: bool) -> None:
        from onnxruntime import SessionOptions

        asked: list[list[str]] = []

        class InferenceSession:
            def __init__(self, _: object, __: object, *, providers: list[str]) -> None:
                asked.append(providers)

            def get_providers(self) -> list[str]:
                return asked[-1] if starts else ["CPUExecutionProvider"]

        known = ["CUDAExecutionProvider", "CPUExecutionProvider"]
        super().__init__(
            asked=asked,
            InferenceSession=InferenceSession,
            SessionOptions=SessionOptions,
            get_available_providers=lambda: known,
        )


def test_5_cuda_comes_before_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeRuntime(starts=True)
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    for providers in (("cuda",), ("cuda", "cpu")):
        session(b"net", providers=providers)
    session(b"net")
    assert runtime.asked == [["CUDAExecutionProvider", "CPUExecutionProvider"]] * 2 + [["CPUExecutionProvider"]]
    with pytest.raises(UnknownNameError) as caught:
        session(b"net", providers=("cudo",))
    assert caught.value.hint == "Did you mean 'cuda'?"


def test_5_a_provider_that_does_not_start_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", FakeRuntime(starts=False))
    with pytest.raises(EffocrError, match="cuda does not start here; onnxruntime would use cpu"):
        session(b"net", providers=("cuda",))


def test_a_session_is_given_back_as_it_is() -> None:
    made = session(crops_net(CropPreparation(16, 1, "corner", (0.5,), (0.25,)), 4))
    assert session(made) is made
    with pytest.raises(BundleError, match="not an ONNX net"):
        session(b"no net")


def test_15_nothing_is_printed_and_nothing_left_in_the_working_folder(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    reading = Reader(bundle, threads=2)
    assert reading.read([draw_bars("silent"), np.full((48, 200), 255, np.uint8)])[0].text == "silent"
    make_published(tmp_path / "model", "silent", ["silent"])
    Reader("model", threads=1).read_one(draw_bars("silent"))
    assert capfd.readouterr() == ("", "")
    assert os.listdir(tmp_path) == ["model"]


def test_17_pages_without_glyphs_and_pages_of_known_words_alone_are_read(tmp_path: Path) -> None:
    model = Reader(make_published(tmp_path / "model", "silent", ["silent"]), threads=1, lines="none")
    page = model.read_one(draw_bars("silent"))
    assert page.text == "silent" and all(glyph.by_word for glyph in page.lines[0].glyphs)
    assert model.read([]) == []
    assert model.read_one(np.full((3, 100), 255, np.uint8)).text == ""


def test_18_a_localizer_is_prepared_for_as_its_own_part_of_the_card_says(tmp_path: Path) -> None:
    """The original prepared its input by the kind of the net that finds lines."""
    model = open_bundle(make_published(tmp_path / "model", "silent"))
    for lines in ("none", "projection", "auto"):
        assert Reader(model, threads=1, lines=lines).read_one(draw_bars("silent")).text == "silent"
