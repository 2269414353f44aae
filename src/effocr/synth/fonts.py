"""Fonts to draw with: found in folders, checked for what they cover and for lower case that is really lower case."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from effocr.errors import DataError, MissingExtraError
from effocr.page.charset import ENGLISH

SUFFIXES = (".ttf", ".otf", ".woff2", ".woff")
NOT_TEXT = (
    "ornament",
    "symbol",
    "dingbat",
    "emoji",
    "math",
    "swash",
    "initial",
    "caps",
    "unicase",
    "outline",
    "smallcap",
    "stencil",
    "d050000",
)
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'\"-()&"
PROBE_SIZE = 48
LICENCE_FILES = ("license", "licence", "copyright", "ofl")
LICENCES = {
    "open font license": "SIL Open Font License 1.1",
    "openfontlicense": "SIL Open Font License 1.1",
    "scripts.sil.org/ofl": "SIL Open Font License 1.1",
    "apache": "Apache License 2.0",
    "gust font license": "GUST Font License",
    "bitstream vera": "Bitstream Vera licence",
    "dejavu": "Bitstream Vera licence",
    "affero": "GNU AGPL 3 with font exception",
    "general public license": "GNU GPL with font exception",
    "mit-license": "MIT",
}
"""Marks in licence texts, the surest first."""
TOFU_PROBE = "aexo"
SMALL_CAPITAL_LIKENESS = 0.8


@dataclass(frozen=True)
class Font:
    """One font file that can draw text; `coverage` holds its characters."""

    path: Path
    family: str
    style: str
    coverage: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.family} {self.style}".strip()

    @property
    def regular(self) -> bool:
        """Whether this is the plain cut of its family."""
        return self.style.lower() in ("regular", "roman", "book", "normal", "text", "")


@lru_cache(maxsize=2048)
def face(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font at `size` pixels an em."""
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def find_fonts(folders: Sequence[Path], *, needed: str = ALPHABET) -> list[Font]:
    """The fonts under `folders` that cover `needed` and draw true lower case, by path.

    Raises DataError when a folder is missing or none is left, naming what the best of the others lacked.
    """
    draws_latin = set(TOFU_PROBE) <= set(needed)
    found: list[Font] = []
    lacking: dict[Path, int] = {}
    for folder in folders:
        if not folder.exists():
            raise DataError(
                f"{folder}: no such folder of fonts.", hint="Name folders that hold .ttf, .otf or .woff2 files."
            )
        for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES):
            font = read_font(path)
            if font is None or any(word in f"{font.name} {path.stem}".lower() for word in NOT_TEXT):
                continue
            missing = set(needed) - font.coverage - {" "}
            if missing:
                lacking[path] = len(missing)
            elif not has_small_capitals(font) and not (draws_latin and draws_tofu(font)):
                found.append(font)
    if not found:
        near = min(lacking, key=lambda path: lacking[path], default=None)
        detail = (
            f" the nearest, {near}, lacks {lacking[near]} of {len(set(needed))} characters."
            if near
            else f" there are none in {', '.join(map(str, folders))}."
        )
        raise DataError(
            f"no font covers the charset;{detail}", hint="Add fonts of this script, or choose a smaller charset."
        )
    return found


def needed_of(characters: Sequence[str]) -> str:
    """What a font has to cover of a charset: all of it, save the signs and accents of English print that many lack."""
    rare = set(ENGLISH.texts) - set(ALPHABET)
    return "".join(text for text in characters if text not in rare) or "".join(characters)


def read_font(path: Path) -> Font | None:
    """The font in a file, or None where it cannot be drawn with."""
    try:
        from fontTools.ttLib import TTFont, TTLibError
    except ImportError as error:
        raise MissingExtraError(
            "drawing synthetic text needs fonttools.", hint='pip install "effocr[synth]"'
        ) from error
    try:
        family, style = (part or "" for part in face(path, PROBE_SIZE).getname())
        with TTFont(str(path), fontNumber=0, lazy=True) as tables:
            cmap = tables.getBestCmap() or {}
    except (OSError, TTLibError, KeyError, ValueError):
        return None
    return Font(path, family, style, frozenset(map(chr, cmap)))


def draws_tofu(font: Font) -> bool:
    """Whether letters come out as the box that stands for a missing glyph."""
    letters = {bytes(face(font.path, PROBE_SIZE).getmask(letter, mode="L")) for letter in TOFU_PROBE}
    return len(letters) < len(TOFU_PROBE)


def has_small_capitals(font: Font) -> bool:
    """Whether lower case is drawn as small capitals, which would poison the texts."""
    letters = [letter for letter in "aegrbd" if letter in font.coverage and letter.upper() in font.coverage]
    likeness = [_likeness(font.path, letter, letter.upper()) for letter in letters]
    return bool(likeness) and float(np.mean(likeness)) > SMALL_CAPITAL_LIKENESS


def _likeness(path: Path, one: str, other: str) -> float:
    """Overlap of two glyphs' ink, each stretched to the same square, 0..1."""
    a, b = (_square(path, text) for text in (one, other))
    either = float((a | b).sum())
    return float((a & b).sum()) / either if either else 0.0


def _square(path: Path, text: str) -> NDArray[np.bool_]:
    mask = face(path, PROBE_SIZE).getmask(text, mode="L")
    box = mask.getbbox()
    if box is None:
        return np.zeros((24, 24), bool)
    ink = Image.frombytes("L", mask.size, bytes(mask)).crop(box).resize((24, 24), Image.Resampling.BILINEAR)
    return np.asarray(ink) > 127


def split_families(fonts: Sequence[Font], held_out: float, seed: int) -> tuple[list[Font], list[Font]]:
    """(training, held-out) fonts; whole families go to one side, the same for the same seed."""
    families = sorted({font.family for font in fonts})
    random.Random(seed).shuffle(families)
    away = set(families[: round(len(families) * held_out)])
    return [f for f in fonts if f.family not in away], [f for f in fonts if f.family in away]


def licence_of(font: Font) -> str:
    """The licence that a font names in its own tables, or else the one that a licence file beside it names.

    Where none is known, the beginning of its words or its address; "" where it names nothing.
    """
    from fontTools.ttLib import TTFont

    with TTFont(str(font.path), fontNumber=0, lazy=True) as tables:
        words, address = (tables["name"].getDebugName(number) or "" for number in (13, 14))
    files = sorted(path for path in font.path.parent.iterdir() if path.stem.lower() in LICENCE_FILES)
    beside = " ".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    for said in (f"{words} {address}", beside):
        for mark, name in LICENCES.items():
            if mark in said.lower():
                return name
    return (address or words).strip()[:80]
