"""A localizer outside of a bundle: an ONNX file, and beside it, in a JSON file of the same name, how it is used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from effocr.bundle.card import LocalizerPart, Provenance
from effocr.errors import BundleError


@dataclass(frozen=True)
class LoneLocalizer:
    """The content of a localizer's file, its part of a card, and what is known of its fonts and data."""

    content: bytes
    part: LocalizerPart
    fonts: tuple[Provenance, ...] = ()
    data: tuple[Provenance, ...] = ()


def model_content(path: str | os.PathLike[str]) -> bytes:
    """The content of a localizer's ONNX file; BundleError where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        message = f"{os.fspath(path)}: no localizer: {error.strerror or error}."
        raise BundleError(message, hint="Name an ONNX file, or a bundle.") from None


def part_file(model: str | os.PathLike[str]) -> Path:
    """Where it stands how the localizer in the ONNX file `model` is used."""
    return Path(model).with_suffix(".json")


def part_beside(model: str | os.PathLike[str]) -> LocalizerPart | None:
    """How the localizer in an ONNX file is used, as the file beside it says; None where there is no such file."""
    path = part_file(model)
    try:
        return LocalizerPart.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BundleError(f"{path}: cannot be read: {error.strerror or error}.", hint=f"Remove {path}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        hint = f"Mend it, or remove it: the kind of {Path(model).name} is then guessed."
        raise BundleError(f"{path} is wrong at {where}: {first['msg']}.", hint=hint) from None
