"""Published EffOCR models, built to their documented shapes, and bundles from the hub."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from effocr.bundle.files import Bundle, add_words, join, open_bundle, verify, write_bundle
from effocr.bundle.published import exemplar_texts
from effocr.errors import BundleError, DataError, EffocrError, MissingExtraError
from effocr.image.draw import png
from effocr.read.reader import Reader
from effocr.testing import BARS, draw_bars, make_bundle, make_published, make_words

LINE = "Salt, telegraphs 1859."
WORDS = ["Salt", "Hello"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_published(tmp_path_factory.mktemp("models") / "effocr_en", LINE, WORDS)


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "effocr_en"))


def read(bundle: Path | Bundle | str) -> str:
    return Reader(bundle, threads=1, lines="none").read_one(draw_bars(LINE)).text


def test_a_published_model_is_opened_with_a_card_of_its_own(published: Path) -> None:
    bundle = open_bundle(published)
    verify(bundle)
    card = bundle.card
    assert card.title == "effocr_en published" and card.charset == sorted(BARS)
    assert (card.encoder.kind, card.encoder.dimensions, card.index.exemplars) == ("crops", 256, len(BARS))
    assert card.words is not None and card.words.least == 0.83 and card.words.index.exemplars == len(WORDS)
    assert sorted(path.name for path in published.iterdir()) == ["char_recognizer", "localizer.onnx", "word_recognizer"]


def test_a_published_model_reads(published: Path) -> None:
    page = Reader(published, threads=1, lines="none").read_one(draw_bars(LINE))
    assert page.text == LINE
    assert [word.glyphs[0].by_word for word in page.lines[0].words] == [True, False, False]
    assert page.lines[0].words[0].glyphs[0].exemplar_source == "word_recognizer/ref.index"


@pytest.mark.parametrize("batch", [64, "n"])
def test_nets_with_a_fixed_batch_and_with_any(tmp_path: Path, batch: int | str) -> None:
    assert read(make_published(tmp_path / "model", LINE, WORDS, batch=batch)) == LINE


def test_a_model_without_words_reads_by_glyphs(tmp_path: Path) -> None:
    folder = make_published(tmp_path / "chars", LINE)
    assert open_bundle(folder).card.words is None and read(folder) == LINE


def test_the_command_line_reads_with_a_published_model(published: Path, tmp_path: Path) -> None:
    from effocr.cli.main import app

    image = tmp_path / "line.png"
    image.write_bytes(png(draw_bars(LINE)))
    done = CliRunner().invoke(app, ["read", str(image), "--bundle", str(published), "--lines", "none"])
    assert done.exit_code == 0 and done.output.strip() == LINE, done.output


@pytest.mark.parametrize("file", ["localizer.onnx", "char_recognizer/enc_best.onnx", "word_recognizer/ref.txt"])
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(BundleError, match=f"has no {file}"):
        open_bundle(copy)
    (copy / file).with_suffix(".pt").write_bytes(b"weights")
    with pytest.raises(BundleError) as caught:
        open_bundle(copy)
    assert "ONNX" in caught.value.hint


def test_no_index_is_refused(copy: Path) -> None:
    index = copy / "char_recognizer/ref.index"
    for content in (b"IxF", b"PK\3\4" + bytes(99)):
        index.write_bytes(content)
        with pytest.raises(BundleError, match=r"ref\.index"):
            open_bundle(copy)


def test_what_changes_after_opening_is_found_out(copy: Path) -> None:
    bundle = open_bundle(copy)
    texts = copy / "char_recognizer/ref.txt"
    texts.write_text(texts.read_text().upper())
    with pytest.raises(BundleError, match=r"ref\.txt has the sha256"):
        Reader(bundle, threads=1)


def test_texts_and_vectors_that_differ_in_number_are_refused(copy: Path) -> None:
    with (copy / "char_recognizer/ref.txt").open("a") as file:
        file.write("x\n")
    with pytest.raises((BundleError, DataError), match=f"{len(BARS)} vectors, but there are {len(BARS) + 1} texts"):
        Reader(copy, threads=1)


def test_texts_are_cut_at_line_feeds_alone() -> None:
    texts = ("a", " ", "\u3000", "\u0085", "\u2028", "\x0c", "\r", "é")
    content = "\n".join(texts).encode()
    assert exemplar_texts(content, "ref.txt", coded=False) == texts
    assert exemplar_texts(content + b"\n", "ref.txt", coded=False) == texts
    # What the original scripts did with it:
    assert len(content.decode().split()) != len(texts) != len(content.decode().splitlines())


def test_texts_from_windows() -> None:
    assert exemplar_texts(b"a\r\nb\r\n", "ref.txt", coded=False) == ("a", "b")


def test_words_are_written_as_numbers() -> None:
    content = b"97_98\n8220|97|8221\n233\n"
    assert exemplar_texts(content, "ref.txt", coded=True) == ("ab", "“a”", "é")
    for wrong in (b"97_x\n", b"97__98\n", b"99999999\n"):
        with pytest.raises(BundleError, match="no numbers of characters"):
            exemplar_texts(wrong, "ref.txt", coded=True)
    with pytest.raises(BundleError, match="UTF-8"):
        exemplar_texts(b"\xff\n", "ref.txt", coded=False)


def test_words_may_be_written_as_they_are(copy: Path) -> None:
    (copy / "word_recognizer/ref.txt").write_text("\n".join(WORDS))
    assert read(copy) == LINE


def test_digits_that_a_glyph_reads_as_are_no_numbers_of_characters(copy: Path) -> None:
    bundle = open_bundle(copy)
    assert bundle.card.index.texts is not None and not bundle.card.index.texts.coded
    assert "7" in bundle.card.charset and "\x07" not in bundle.card.charset


def test_a_published_model_is_joined_like_any_other(published: Path, tmp_path: Path) -> None:
    whole = join(published, published, tmp_path / "whole")
    verify(whole)
    assert open_bundle(whole.path).card == whole.card
    assert read(whole.path) == LINE
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", whole.path)
    assert read(packed) == LINE
    bars = make_bundle(tmp_path / "bars")
    assert read(join(bars.path, published, tmp_path / "ours-theirs").path) == LINE
    assert read(join(published, bars.path, tmp_path / "theirs-ours").path) == LINE


def test_words_are_added_to_a_bundle(tmp_path: Path) -> None:
    bars, words = make_bundle(tmp_path / "bars"), make_words(tmp_path / "words", WORDS)
    added = add_words(bars.path, words, tmp_path / "both")
    verify(added)
    assert added.card.words is not None and added.card.words.encoder.sha256
    assert "Words are asked first: 2 exemplars" in (added.path / "README.md").read_text()
    again = write_bundle(
        tmp_path / "again",
        added.card,
        localizer=added.localizer(),
        encoder=added.encoder(),
        index=added.index(),
        words=added.words(),
    )
    assert again.card == added.card and read(again) == LINE
    joined = join(bars.path, added.path, tmp_path / "joined")
    assert joined.card.words == added.card.words and read(joined) == LINE
    other = add_words(added.path, make_words(tmp_path / "more", ["world"]), tmp_path / "other")
    assert other.card.words is not None and other.card.words.index.exemplars == 1


def test_words_are_not_lost_unnoticed(tmp_path: Path) -> None:
    bundle = add_words(make_bundle(tmp_path / "bars").path, make_words(tmp_path / "w", WORDS), tmp_path / "both")
    parts = {"localizer": bundle.localizer(), "encoder": bundle.encoder(), "index": bundle.index()}
    with pytest.raises(BundleError, match="files are not given"):
        write_bundle(tmp_path / "less", bundle.card, **parts)
    assert not (tmp_path / "less").exists()


@pytest.mark.parametrize("file", ["word_encoder.onnx", "word_index.safetensors", "words.json"])
def test_a_folder_of_words_that_lacks_something(tmp_path: Path, file: str) -> None:
    bars, words = make_bundle(tmp_path / "bars"), make_words(tmp_path / "words", WORDS)
    (words / file).unlink()
    with pytest.raises(BundleError, match=f"has no {file}"):
        add_words(bars.path, words, tmp_path / "both")
    assert not (tmp_path / "both").exists()


def test_an_index_of_other_words_is_refused(tmp_path: Path) -> None:
    bars, words = make_bundle(tmp_path / "bars"), make_words(tmp_path / "words", WORDS)
    (words / "word_encoder.onnx").write_bytes((words / "word_encoder.onnx").read_bytes() + b"\0")
    with pytest.raises(BundleError, match="the index belongs to the encoder"):
        add_words(bars.path, words, tmp_path / "both")


def test_an_altered_part_of_words_is_named(tmp_path: Path) -> None:
    bundle = add_words(make_bundle(tmp_path / "bars").path, make_words(tmp_path / "w", WORDS), tmp_path / "both")
    (bundle.path / "word_index.safetensors").write_bytes(b"else")
    for check in (verify, Reader):
        with pytest.raises(BundleError, match=r"word_index\.safetensors has the sha256"):
            check(open_bundle(bundle.path))


def test_the_command_line_adds_words(tmp_path: Path) -> None:
    from effocr.cli.main import app

    make_bundle(tmp_path / "bars")
    make_words(tmp_path / "words", WORDS)
    given = [str(tmp_path / name) for name in ("bars", "words", "both")]
    done = CliRunner().invoke(app, ["bundle", "add-words", *given])
    assert done.exit_code == 0 and "2 exemplars of words" in done.output, done.output
    assert read(tmp_path / "both") == LINE


Download = Callable[..., str]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, published: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """A hub that holds the published model at its top and in a folder, and what it was asked for."""
    asked: list[dict[str, Any]] = []
    root = tmp_path / "snapshot"
    shutil.copytree(published, root)
    shutil.copytree(published, root / "models" / "second")

    def download(repository: str, *, allow_patterns: list[str], ignore_patterns: list[str]) -> str:
        asked.append({"repository": repository, "patterns": allow_patterns, "ignored": ignore_patterns})
        if repository == "nobody/nothing":
            raise OSError("404: no such repository\nmore")
        return str(root)

    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(snapshot_download=download))
    return asked


def test_a_folder_in_a_repository_of_the_hub(hub: list[dict[str, Any]]) -> None:
    """Defect 6 of the original: the whole of owner/name/folder was asked for as a repository."""
    for name in ("hf:someone/greek/models/second", "hf:someone/greek/models/second/"):
        bundle = open_bundle(name)
        assert bundle.path.parts[-2:] == ("models", "second") and bundle.card.name == "second"
        assert read(bundle) == LINE
    assert {call["repository"] for call in hub} == {"someone/greek"}
    assert "models/second/*.onnx" in hub[0]["patterns"] and "line.onnx" in hub[0]["ignored"]


def test_a_repository_of_the_hub(hub: list[dict[str, Any]]) -> None:
    assert read("hf:dell-research-harvard/effocr_en") == LINE
    assert open_bundle("hf:dell-research-harvard/effocr_en").card.name == "effocr_en"
    assert hub[0]["repository"] == "dell-research-harvard/effocr_en" and "*.onnx" in hub[0]["patterns"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hf:effocr_en", "names nothing on the hub"),
        ("hf:a/b/../../etc", "names nothing on the hub"),
        ("hf:nobody/nothing", "404: no such repository\nLook"),
        ("hf:someone/greek/absent", "no folder absent"),
    ],
)
def test_what_is_not_on_the_hub_is_said(hub: list[dict[str, Any]], name: str, message: str) -> None:
    with pytest.raises(BundleError, match=message) as caught:
        open_bundle(name)
    assert caught.value.hint


def test_without_the_package_for_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError) as caught:
        open_bundle("hf:someone/greek")
    assert isinstance(caught.value, EffocrError) and "pip install huggingface_hub" in caught.value.hint
