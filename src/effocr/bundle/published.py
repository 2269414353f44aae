"""Published EffOCR models: folders of ONNX nets, `ref.index` and `ref.txt`, opened as bundles with a card made here."""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

from effocr.bundle.card import Card, Detection, EncoderPart, IndexPart, LocalizerPart, TextsPart, WordsPart
from effocr.errors import BundleError
from effocr.image.preparation import CropPreparation

CHARS, WORDS = "char_recognizer", "word_recognizer"
LOCALIZER, ENCODER, INDEX, TEXTS = "localizer.onnx", "enc_best.onnx", "ref.index", "ref.txt"

SHARPNESS = 10.0
"""One over the temperature of the contrastive loss that the published encoders were trained with."""
LEAST = 0.83
THRESHOLD, OVERLAP, MOST = 0.25, 0.1, 200
"""How the published package chooses the localizer's boxes."""

CODED = re.compile(r"\d+(?:[_|]\d+)*")
FAISS_HEAD = struct.Struct("<4siq")
"""What every faiss index begins with: its type, the dimensions, the number of vectors."""


def holds_published_model(path: Path) -> bool:
    """Whether a folder looks like a published EffOCR model, whole or not."""
    return (path / CHARS).is_dir()


def published_card(path: Path, *, name: str) -> Card:
    """The card of the published model in a folder; raises `BundleError` for a file that is missing or no such file."""
    encoder, index = _recognizer(path, CHARS, "corner")
    charset = sorted(set(_texts(path, index)))
    words = None
    if (path / WORDS).is_dir():
        encoder_of_words, index_of_words = _recognizer(path, WORDS, "centre")
        words = WordsPart(encoder=encoder_of_words, index=index_of_words, least=LEAST)
    return Card(
        name=name,
        version="published",
        description="A published EffOCR model (arXiv:2310.10050), read as it is.",
        charset=charset,
        localizer=LocalizerPart(
            kind="detector",
            sha256=_digest(path, LOCALIZER),
            threshold=THRESHOLD,
            detection=Detection(overlap=OVERLAP, most=MOST),
        ),
        encoder=encoder,
        index=index,
        words=words,
        limits=["Nothing is known of its data, fonts and scores."],
    )


def exemplar_texts(content: bytes, name: str, *, coded: bool) -> tuple[str, ...]:
    """The texts in a `ref.txt`, one a line; in a coded one every line is the numbers of its characters.

    Lines end with a line feed alone: other white space, and what Python takes for line ends, may be a text.
    """
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise BundleError(f"{name} is no UTF-8 text: {error}", hint="Copy or download it again.") from None
    if lines[-1] == "":
        lines.pop()
    if lines and all(len(line) > 1 and line.endswith("\r") for line in lines):
        lines = [line[:-1] for line in lines]
    try:
        return tuple(map(_decoded, lines) if coded else lines)
    except (ValueError, OverflowError):
        raise BundleError(f"{name} has lines that are no numbers of characters.", hint="Download it again.") from None


def _recognizer(path: Path, folder: str, padding: str) -> tuple[EncoderPart, IndexPart]:
    encoder, index, texts = (f"{folder}/{file}" for file in (ENCODER, INDEX, TEXTS))
    dimensions, exemplars = _sizes(path, index)
    digest = _digest(path, encoder)
    content = _content(path, texts)
    coded = folder == WORDS and all(CODED.fullmatch(line) for line in exemplar_texts(content, texts, coded=False))
    preparation = CropPreparation(padding="centre" if padding == "centre" else "corner")
    return (
        EncoderPart(kind="crops", file=encoder, sha256=digest, preparation=preparation, dimensions=dimensions),
        IndexPart(
            kind="faiss",
            file=index,
            sha256=_digest(path, index),
            encoder_sha256=digest,
            exemplars=exemplars,
            sharpness=SHARPNESS,
            texts=TextsPart(file=texts, sha256=hashlib.sha256(content).hexdigest(), coded=coded),
        ),
    )


def _texts(path: Path, index: IndexPart) -> tuple[str, ...]:
    texts = index.texts
    return exemplar_texts(_content(path, texts.file), texts.file, coded=texts.coded) if texts else ()


def _decoded(line: str) -> str:
    return "".join(chr(int(number)) for number in re.split(r"[_|]", line))


def _sizes(path: Path, file: str) -> tuple[int, int]:
    """Dimensions and number of vectors of a faiss index."""
    try:
        with (path / file).open("rb") as stream:
            kind, dimensions, exemplars = FAISS_HEAD.unpack(stream.read(FAISS_HEAD.size))
    except OSError as error:
        raise _missing(path, file, error) from None
    except struct.error:
        raise BundleError(f"{path / file} is cut off.", hint="Copy or download it again.") from None
    if not kind.startswith(b"I") or dimensions < 1 or exemplars < 1:
        raise BundleError(f"{path / file} is no faiss index with exemplars.", hint="Copy or download it again.")
    return int(dimensions), int(exemplars)


def _digest(path: Path, file: str) -> str:
    try:
        with (path / file).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _missing(path, file, error) from None


def _content(path: Path, file: str) -> bytes:
    try:
        return (path / file).read_bytes()
    except OSError as error:
        raise _missing(path, file, error) from None


def _missing(path: Path, file: str, error: OSError) -> BundleError:
    beside = (path / file).with_suffix(".pt"), (path / file).with_suffix(".pth")
    if any(other.exists() for other in beside):
        hint = "Weights alone are not read: export the net to ONNX and put it there."
    else:
        wanted = ", ".join([LOCALIZER, *(f"{CHARS}/{name}" for name in (ENCODER, INDEX, TEXTS))])
        hint = f"A published model has {wanted}."
    return BundleError(f"{path} has no {file} that can be read: {error.strerror or error}.", hint=hint)
