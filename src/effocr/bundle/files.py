"""Bundles on disk: a folder, or one zip of it, opened, verified, written whole or not at all, and joined."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from effocr.bundle.card import (
    FORMAT,
    Calibration,
    Card,
    EncoderPart,
    IndexPart,
    LineFinderPart,
    LocalizerPart,
    QuantizedPart,
    TextsPart,
    WordsPart,
    readme_of,
)
from effocr.bundle.digests import sha256, with_digests
from effocr.bundle.hub import HUB, downloaded
from effocr.bundle.installed import check_packaged, installed_bundle, installed_bundles
from effocr.bundle.lone import LoneLocalizer
from effocr.bundle.published import holds_published_model, published_card
from effocr.errors import BundleError, OutputError, unknown_name

CARD = "card.json"
WORDS = "words.json"
"""The part of the card that a training of words leaves beside its two files."""
SHIPPED = Path(__file__).parent / "shipped"

Part = LocalizerPart | EncoderPart | QuantizedPart | IndexPart | TextsPart | LineFinderPart
Content = bytes | Path
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class WordFiles:
    """The files of a recognizer of words; `texts` only with a faiss index."""

    encoder: Content
    index: Content
    texts: Content | None = None


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk; its parts are read, and their digests checked, when they are asked for."""

    path: Path
    card: Card

    def localizer(self) -> bytes:
        """Content of the localizer's file; raises `BundleError` when it is missing or altered."""
        return self.part(self.card.localizer)

    def encoder(self) -> bytes:
        """Content of the encoder's file; raises `BundleError` when it is missing or altered."""
        return self.part(self.card.encoder)

    def quantized(self) -> dict[str, bytes]:
        """The quantized nets, of localizer and encoder, by their files' names; raises `BundleError`."""
        nets = (self.card.localizer.quantized, self.card.encoder.quantized)
        return {net.file: self.part(net) for net in nets if net is not None}

    def unquantized(self) -> Bundle:
        """The same bundle, read with its nets as they were trained."""
        return Bundle(self.path, unquantized(self.card))

    def index(self) -> bytes:
        """Content of the index file; raises `BundleError` when it is missing, altered, or made by another encoder."""
        return self.index_of(self.card.encoder, self.card.index)

    def index_of(self, encoder: EncoderPart, index: IndexPart) -> bytes:
        """Content of an index, of glyphs or of words, that belongs to an encoder; raises `BundleError`."""
        if index.encoder_sha256 != encoder.sha256:
            raise BundleError(
                f"{self.path}: the index belongs to the encoder {index.encoder_sha256[:12]}, the bundle holds the "
                f"encoder {encoder.sha256[:12]}.",
                hint="Take encoder and index from one bundle: effocr bundle join LOCALIZER_FROM RECOGNIZER_FROM OUT",
            )
        return self.part(index)

    def words(self) -> WordFiles | None:
        """The files of the recognizer of words, where there is one; raises `BundleError`."""
        part = self.card.words
        if part is None:
            return None
        texts = self.part(part.index.texts) if part.index.texts else None
        return WordFiles(self.part(part.encoder), self.index_of(part.encoder, part.index), texts)

    def line_finder(self) -> bytes | None:
        """Content of the line finder's file, where there is one; raises `BundleError`."""
        return self.part(self.card.line_finder) if self.card.line_finder else None

    def contents(self) -> dict[str, bytes]:
        """Every part by its file's name; raises `BundleError` for one that is missing or altered."""
        return {part.file: self.part(part) for part in parts_of(self.card)}

    def part(self, part: Part) -> bytes:
        """Content of the file that a part of the card names; raises `BundleError` when it is missing or altered."""
        content = _content(self.path, part.file)
        digest = sha256(content)
        if digest != part.sha256:
            raise BundleError(
                f"{self.path}: {part.file} has the sha256 {digest[:12]}..., its card says {part.sha256[:12] or '?'}...",
                hint="The file was altered or damaged; copy or train the bundle again.",
            )
        return content


def parts_of(card: Card) -> list[Part]:
    """Everything in a card that names a file."""
    indexes = [card.index, *([card.words.index] if card.words else [])]
    texts = [index.texts for index in indexes if index.texts is not None]
    finders = [card.line_finder] if card.line_finder else []
    encoders = [card.encoder, *([card.words.encoder] if card.words else [])]
    nets: list[LocalizerPart | EncoderPart] = [card.localizer, *encoders]
    quantized = [net.quantized for net in nets if net.quantized is not None]
    return [*nets, *quantized, *indexes, *texts, *finders]


def shipped_bundles() -> list[str]:
    """Names of the bundles that came with the package."""
    if not SHIPPED.is_dir():
        return []
    return sorted(folder.name for folder in SHIPPED.iterdir() if (folder / CARD).is_file())


def open_bundle(name_or_path: str | os.PathLike[str]) -> Bundle:
    """The bundle of that name, or at that path (a folder or a zip); only its card is read.

    `hf:OWNER/NAME[/FOLDER]` is downloaded from the Hugging Face hub. A folder without a card that holds a published
    EffOCR model gets one. Raises `UnknownNameError` for a plain name that is neither shipped nor installed, and
    `BundleError` for what is no bundle.
    """
    given = os.fspath(name_or_path)
    if given.startswith(HUB):
        path = downloaded(given)
    elif given in shipped_bundles():
        path = SHIPPED / given
    else:
        path = installed_bundle(given) or Path(given)
        if not path.exists():
            if path.name == given and not path.suffix:
                check_packaged(given)
                hint = "Nor is there a folder or zip of that name: check the path."
                raise unknown_name("bundle", given, {*shipped_bundles(), *installed_bundles()}, otherwise=hint)
            raise BundleError(f"{given}: no such bundle.", hint="Give a folder or zip with a card.json, or a name.")
    if not (path / CARD).exists() and holds_published_model(path):
        return Bundle(path, published_card(path, name=given.rstrip("/").rpartition("/")[2] or path.name))
    return Bundle(path, _card(_content(path, CARD), path))


def verify(bundle: Bundle) -> None:
    """Reads every part of a bundle; raises `BundleError` for the first that is missing, altered or of another pair."""
    bundle.contents()
    bundle.index()
    bundle.words()


def write_bundle(
    out: str | os.PathLike[str],
    card: Card,
    *,
    localizer: Content,
    encoder: Content,
    index: Content,
    texts: Content | None = None,
    words: WordFiles | None = None,
    line_finder: Content | None = None,
    quantized: Mapping[str, Content] | None = None,
) -> Bundle:
    """Writes a bundle folder, whole or not at all, with the digests of the parts filled into the card.

    `card.index.encoder_sha256` says which encoder made the index and has to name this one. `texts` are those of a faiss
    index; `words`, `line_finder` and `quantized` are given where the card has parts for them (those of an open bundle:
    `bundle.words()`, `bundle.line_finder()`, `bundle.quantized()`). What an earlier bundle left at `out` is replaced;
    any other folder that holds something is refused. Raises `BundleError` and `OutputError`.
    """
    given: list[tuple[Part | None, Content | None]] = [
        (card.localizer, localizer),
        (card.encoder, encoder),
        (card.index, index),
        (card.index.texts, texts),
        (card.line_finder, line_finder),
        *_of_words(card.words, words),
    ]
    named = [(part.file, content) for part, content in given if part is not None and content is not None]
    contents = {
        file: content if isinstance(content, bytes) else content.read_bytes()
        for file, content in (*named, *(quantized or {}).items())
    }
    return _written(Path(out), card, contents)


def join(
    localizer_from: str | os.PathLike[str] | LoneLocalizer,
    recognizer_from: str | os.PathLike[str],
    out: str | os.PathLike[str],
) -> Bundle:
    """A new bundle with the localizer of one, or one that is in none, and all the rest of another."""
    if not isinstance(localizer_from, LoneLocalizer):
        localizer_from = localizer_of_bundle(open_bundle(localizer_from))
    finder, reader = localizer_from, open_bundle(recognizer_from)
    known = {(entry.name, entry.origin) for entry in reader.card.fonts + reader.card.data}
    more = {
        kind: getattr(reader.card, kind)
        + [entry for entry in getattr(finder, kind) if (entry.name, entry.origin) not in known]
        for kind in ("fonts", "data")
    }
    # Scores were measured, and chances fitted, with the other localizer: they do not hold for the pair.
    card = reader.card.model_copy(update={"localizer": finder.part, "scores": [], "calibration": None, **more})
    return _written(Path(out), card, reader.contents() | {finder.part.file: finder.content})


def localizer_of_bundle(bundle: Bundle) -> LoneLocalizer:
    """The localizer of a bundle, taken out of it; raises `BundleError` when its file is missing or altered."""
    card = bundle.card
    part = card.localizer.model_copy(update={"quantized": None})
    return LoneLocalizer(bundle.localizer(), part, tuple(card.fonts), tuple(card.data))


def add_words(bundle: str | os.PathLike[str], words: str | os.PathLike[str], out: str | os.PathLike[str]) -> Bundle:
    """A new bundle: another one and the recognizer of words in a folder (`words.json` and the files that it names).

    Raises `BundleError` where the folder lacks something, and `OutputError`.
    """
    opened, folder = open_bundle(bundle), Path(words)
    part = _checked(WordsPart, _content(folder, WORDS), f"{folder}: {WORDS}")
    named: list[Part] = [part.encoder, part.index, *([part.index.texts] if part.index.texts else [])]
    # Scores were measured without these words.
    card = opened.card.model_copy(update={"words": part, "scores": []})
    contents = opened.contents()
    taken = {own.file for own in parts_of(opened.card.model_copy(update={"words": None}))}
    for of_words in named:
        if of_words.file in taken:
            raise BundleError(f"{folder}: the bundle has a {of_words.file} already.", hint=f"Rename it in {WORDS}.")
        contents[of_words.file] = _content(folder, of_words.file)
    return _written(Path(out), card, contents)


def add_line_finder(bundle: str | os.PathLike[str], model: Content, out: str | os.PathLike[str]) -> Bundle:
    """A new bundle: another one, with the ONNX file of a line finder in place of its own; raises as `write_bundle`."""
    opened, part = open_bundle(bundle), LineFinderPart()
    card = opened.card.model_copy(update={"line_finder": part})
    content = model if isinstance(model, bytes) else model.read_bytes()
    return _written(Path(out), card, opened.contents() | {part.file: content})


def with_quantized(
    bundle: Bundle, out: str | os.PathLike[str], *, encoder: bytes, localizer: bytes | None = None
) -> Bundle:
    """The bundle with other quantized nets, written to `out`, which may be its own folder; as `write_bundle`."""
    card = unquantized(bundle.card)
    contents = Bundle(bundle.path, card).contents()
    made: list[tuple[str, LocalizerPart | EncoderPart, bytes | None]] = [
        ("localizer", card.localizer, localizer),
        ("encoder", card.encoder, encoder),
    ]
    update: dict[str, object] = {"scores": []}  # which were measured with other nets
    for name, net, content in made:
        if content is not None:
            part = QuantizedPart(file=f"{name}.int8.onnx", net_sha256=net.sha256)
            update[name] = net.model_copy(update={"quantized": part})
            contents[part.file] = content
    return _written(Path(out), card.model_copy(update=update), contents)


def unquantized(card: Card) -> Card:
    """The card of a bundle that reads with its nets as they were trained."""
    nets = {name: getattr(card, name).model_copy(update={"quantized": None}) for name in ("localizer", "encoder")}
    return card.model_copy(update=nets)


def with_calibration(bundle: Bundle, calibration: Calibration | None, out: str | os.PathLike[str]) -> Bundle:
    """The bundle with another calibration, written to `out`, which may be its own folder; raises as `write_bundle`."""
    card = bundle.card.model_copy(update={"calibration": calibration})
    return _written(Path(out), card, bundle.contents())


def _of_words(part: WordsPart | None, files: WordFiles | None) -> list[tuple[Part | None, Content | None]]:
    if (part is None) != (files is None):
        raise BundleError(
            "a card names a recognizer of words whose files are not given, or the other way round.",
            hint="Give both: card.words, and words=bundle.words() or the files of a training.",
        )
    if part is None or files is None:
        return []
    return [(part.encoder, files.encoder), (part.index, files.index), (part.index.texts, files.texts)]


def _written(target: Path, card: Card, contents: Mapping[str, bytes]) -> Bundle:
    """The bundle of a card without digests, written whole or not at all; files that the card does not name are left."""
    _refuse_foreign_folder(target)
    named = {part.file: contents[part.file] for part in parts_of(card) if part.file in contents}
    card = with_digests(card, named)
    files = named | {CARD: card.to_json().encode(), "README.md": readme_of(card).encode()}
    try:
        _replace_folder(target, files)
    except OSError as error:
        reason = error.strerror or error
        hint = f"Try: df -h {target.parent}"
        raise OutputError(f"the bundle {target} cannot be written: {reason}.", hint=hint) from None
    return Bundle(target, card)


def _card(content: bytes, path: Path) -> Card:
    try:
        number = json.loads(content).get("format")
    except (ValueError, AttributeError):
        raise BundleError(f"{path}: {CARD} is no JSON object.", hint="Copy or train the bundle again.") from None
    if number != FORMAT:
        raise BundleError(
            f"{path} has the bundle format {number!r}; this effocr reads format {FORMAT}.",
            hint="Try: pip install --upgrade effocr (in a copy of the repository: git pull, then pip install .)",
        )
    return _checked(Card, content, f"{path}: {CARD}")


def _checked(model: type[_Model], content: bytes, name: str) -> _Model:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "card"
        message = f"{name} is wrong at {where}: {first['msg']}."
        raise BundleError(message, hint="Train the bundle again, or mend the card.") from None


def _content(path: Path, file: str) -> bytes:
    """The content of one file of a bundle."""
    hint = f"`ls {path}` shows what it holds; a bundle has a {CARD}. Copy or train it again."
    try:
        if path.is_dir():
            return (path / file).read_bytes()
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if f"/{name}".endswith(f"/{file}")]
            return archive.read(min(names, key=len))
    except (FileNotFoundError, KeyError, ValueError):
        raise BundleError(f"{path} has no {file}.", hint=hint) from None
    except zipfile.BadZipFile:
        raise BundleError(f"{path} is neither a folder nor a whole zip file.", hint=hint) from None
    except OSError as error:
        raise BundleError(f"{path}: {file} cannot be read: {error.strerror or error}.", hint=hint) from None


def _refuse_foreign_folder(target: Path) -> None:
    if target.is_dir() and any(target.iterdir()) and not (target / CARD).is_file():
        raise OutputError(f"{target} holds other files than a bundle's.", hint="Give an empty or a new folder.")
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is a file; a bundle is written as a folder.", hint="Give another name.")


def _replace_folder(target: Path, files: dict[str, bytes]) -> None:
    """Writes the files into a new folder beside `target`, then puts it in its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        new = beside / "new"
        new.mkdir()
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(content)
        old = beside / "old"
        if target.exists():
            os.replace(target, old)
        try:
            os.replace(new, target)
        except OSError:
            if old.exists():
                os.replace(old, target)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
