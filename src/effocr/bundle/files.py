"""Bundles on disk: a folder, or one zip of it, opened, verified, written whole or not at all, and joined."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from effocr.bundle.card import FORMAT, Card, EncoderPart, IndexPart, LocalizerPart, readme_of
from effocr.errors import BundleError, OutputError, unknown_name

CARD = "card.json"
SHIPPED = Path(__file__).parent / "shipped"

Part = LocalizerPart | EncoderPart | IndexPart


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk; its parts are read, and their digests checked, when they are asked for."""

    path: Path
    card: Card

    def localizer(self) -> bytes:
        """Content of the localizer's file; raises `BundleError` when it is missing or altered."""
        return self._part(self.card.localizer)

    def encoder(self) -> bytes:
        """Content of the encoder's file; raises `BundleError` when it is missing or altered."""
        return self._part(self.card.encoder)

    def index(self) -> bytes:
        """Content of the index file; raises `BundleError` when it is missing, altered, or made by another encoder."""
        made_by, encoder = self.card.index.encoder_sha256, self.card.encoder.sha256
        if made_by != encoder:
            raise BundleError(
                f"{self.path}: the index belongs to the encoder {made_by[:12]}, the bundle holds the encoder "
                f"{encoder[:12]}.",
                hint="Take encoder and index from one bundle: effocr bundle join LOCALIZER_FROM RECOGNIZER_FROM OUT",
            )
        return self._part(self.card.index)

    def _part(self, part: Part) -> bytes:
        content = _content(self.path, part.file)
        digest = sha256(content)
        if digest != part.sha256:
            raise BundleError(
                f"{self.path}: {part.file} has the sha256 {digest[:12]}..., its card says {part.sha256[:12] or '?'}...",
                hint="The file was altered or damaged; copy or train the bundle again.",
            )
        return content


def sha256(content: bytes) -> str:
    """The digest that cards carry: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def shipped_bundles() -> list[str]:
    """Names of the bundles that came with the package."""
    if not SHIPPED.is_dir():
        return []
    return sorted(folder.name for folder in SHIPPED.iterdir() if (folder / CARD).is_file())


def open_bundle(name_or_path: str | os.PathLike[str]) -> Bundle:
    """The bundle of that name, or at that path (a folder or a zip); only its card is read.

    Raises `UnknownNameError` for a plain name that is not shipped and `BundleError` for what is no bundle.
    """
    given = os.fspath(name_or_path)
    if given in shipped_bundles():
        path = SHIPPED / given
    else:
        path = Path(given)
        if not path.exists():
            if path.name == given and not path.suffix:
                hint = "Nor is there a folder or zip of that name: check the path."
                raise unknown_name("bundle", given, shipped_bundles(), otherwise=hint)
            raise BundleError(f"{given}: no such bundle.", hint="Give a folder or zip with a card.json, or a name.")
    return Bundle(path, _card(_content(path, CARD), path))


def verify(bundle: Bundle) -> None:
    """Reads every part of a bundle; raises `BundleError` for the first that is missing, altered or of another pair."""
    bundle.localizer()
    bundle.encoder()
    bundle.index()


def write_bundle(
    out: str | os.PathLike[str],
    card: Card,
    *,
    localizer: bytes | Path,
    encoder: bytes | Path,
    index: bytes | Path,
) -> Bundle:
    """Writes a bundle folder, whole or not at all, with the digests of the parts filled into the card.

    `card.index.encoder_sha256` says which encoder made the index and has to name this one. What an earlier bundle left
    at `out` is replaced; any other folder that holds something is refused. Raises `BundleError` and `OutputError`.
    """
    target = Path(out)
    _refuse_foreign_folder(target)
    given = {card.localizer.file: localizer, card.encoder.file: encoder, card.index.file: index}
    contents = {file: part if isinstance(part, bytes) else part.read_bytes() for file, part in given.items()}
    card = _with_digests(card, contents)
    files = contents | {CARD: card.to_json().encode(), "README.md": readme_of(card).encode()}
    try:
        _replace_folder(target, files)
    except OSError as error:
        reason = error.strerror or error
        hint = f"Try: df -h {target.parent}"
        raise OutputError(f"the bundle {target} cannot be written: {reason}.", hint=hint) from None
    return Bundle(target, card)


def join(
    localizer_from: str | os.PathLike[str], recognizer_from: str | os.PathLike[str], out: str | os.PathLike[str]
) -> Bundle:
    """A new bundle with the localizer of one and the encoder, the index and the card of another."""
    finder, reader = open_bundle(localizer_from), open_bundle(recognizer_from)
    known = {(entry.name, entry.origin) for entry in reader.card.fonts + reader.card.data}
    more = {
        kind: getattr(reader.card, kind)
        + [entry for entry in getattr(finder.card, kind) if (entry.name, entry.origin) not in known]
        for kind in ("fonts", "data")
    }
    # Scores were measured with the other localizer, so they do not hold for the pair.
    card = reader.card.model_copy(update={"localizer": finder.card.localizer, "scores": [], **more})
    return write_bundle(out, card, localizer=finder.localizer(), encoder=reader.encoder(), index=reader.index())


def _card(content: bytes, path: Path) -> Card:
    try:
        number = json.loads(content).get("format")
    except (ValueError, AttributeError):
        raise BundleError(f"{path}: {CARD} is no JSON object.", hint="Copy or train the bundle again.") from None
    if number != FORMAT:
        raise BundleError(
            f"{path} has the bundle format {number!r}; this effocr reads format {FORMAT}.",
            hint="Try: pip install --upgrade effocr",
        )
    try:
        return Card.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "card"
        message = f"{path}: {CARD} is wrong at {where}: {first['msg']}."
        raise BundleError(message, hint="Train the bundle again, or mend the card.") from None


def _content(path: Path, file: str) -> bytes:
    """The content of one file of a bundle."""
    hint = f"`ls {path}` shows what it holds; a bundle has a {CARD}. Copy or train it again."
    try:
        if path.is_dir():
            return (path / file).read_bytes()
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if Path(name).name == file]
            return archive.read(min(names, key=len))
    except (FileNotFoundError, KeyError, ValueError):
        raise BundleError(f"{path} has no {file}.", hint=hint) from None
    except zipfile.BadZipFile:
        raise BundleError(f"{path} is neither a folder nor a whole zip file.", hint=hint) from None
    except OSError as error:
        raise BundleError(f"{path}: {file} cannot be read: {error.strerror or error}.", hint=hint) from None


def _with_digests(card: Card, contents: dict[str, bytes]) -> Card:
    digests = {file: sha256(content) for file, content in contents.items()}
    encoder = digests[card.encoder.file]
    if card.index.encoder_sha256 != encoder:
        raise BundleError(
            f"the index belongs to the encoder {card.index.encoder_sha256[:12] or '?'}, not to {encoder[:12]}.",
            hint="Embed the exemplars again with this encoder: effocr train recognizer",
        )
    parts = {
        kind: part.model_copy(update={"sha256": digests[part.file]})
        for kind, part in (("localizer", card.localizer), ("encoder", card.encoder), ("index", card.index))
    }
    # Through JSON, because copies are not validated.
    return Card.model_validate_json(card.model_copy(update=parts).to_json())


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
