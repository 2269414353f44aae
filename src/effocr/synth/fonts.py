"""Fonts to draw with: found in folders, checked for what they cover and for lower case that is really lower case."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from effocr.errors import DataError, MissingExtraError, extra_hint
from effocr.page.charset import ENGLISH

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc", ".woff2", ".woff")
COLLECTIONS = (".ttc", ".otc")
MOST_IN_COLLECTION = 64
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
    "inverted",
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
    "license: ipa-1": "IPA Font License 1.0",
    "m+ fonts": "M+ FONTS licence",
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
    """One font that can draw text; `coverage` holds its characters, `number` is its place in a collection's file."""

    path: Path
    family: str
    style: str
    coverage: frozenset[str] = field(compare=False)
    number: int = 0

    @property
    def name(self) -> str:
        return f"{self.family} {self.style}".strip()

    @property
    def regular(self) -> bool:
        """Whether this is the plain cut of its family."""
        return self.style.lower() in ("regular", "roman", "book", "normal", "text", "")


@lru_cache(maxsize=2048)
def face(path: Path, size: int, number: int = 0) -> ImageFont.FreeTypeFont:
    """The font at `size` pixels an em."""
    return ImageFont.truetype(str(path), size, number, layout_engine=ImageFont.Layout.BASIC)


def find_fonts(folders: Sequence[Path], *, needed: str = ALPHABET, least: float = 1.0) -> list[Font]:
    """The fonts under `folders` that cover a share of `least` of `needed` and draw true lower case, by path.

    Raises DataError when a folder is missing or none is left, naming what the best of the others lacked.
    """
    draws_latin = set(TOFU_PROBE) <= set(needed)
    found: list[Font] = []
    lacking: dict[Path, int] = {}
    for path in font_files(folders):
        font = read_font(path)
        if font is None or any(word in f"{font.name} {path.stem}".lower() for word in NOT_TEXT):
            continue
        missing = set(needed) - font.coverage - {" "}
        if len(missing) > (1 - least) * len(set(needed)):
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


def font_files(folders: Sequence[Path]) -> Iterator[Path]:
    """The font files under `folders`, by path; one that is named itself counts too. DataError for a missing folder."""
    for folder in folders:
        if not folder.exists():
            raise DataError(
                f"{folder}: no such folder of fonts.", hint="Name folders that hold .ttf, .otf or .woff2 files."
            )
        inside = folder.rglob("*") if folder.is_dir() else [folder]
        yield from sorted(path for path in inside if path.suffix.lower() in SUFFIXES)


def named_fonts(folders: Sequence[Path], excluded: Sequence[str] = ()) -> list[Font]:
    """The fonts under `folders`, those of collections too, save those whose name or path below them holds a part.

    Fonts for ornaments and the like (`NOT_TEXT`) are left out unless their file is named itself. Nothing is asked about
    what a font covers. Raises DataError where a folder is missing or no font is left.
    """
    found = []
    for folder in folders:
        unwanted = NOT_TEXT if folder.is_dir() else ()
        for path in font_files([folder]):
            below = str(path.relative_to(folder)) if folder.is_dir() else path.name
            fonts = [font for number in range(fonts_in(path)) if (font := read_font(path, number)) is not None]
            found += [
                font
                for font in fonts
                if not _holds(f"{below} {font.name}", excluded) and not _holds(f"{path.stem} {font.name}", unwanted)
            ]
    if not found:
        left = f" that is not excluded by {', '.join(excluded)}" if excluded else ""
        places = ", ".join(map(str, folders))
        raise DataError(f"{places}: no font{left}.", hint=f"Fonts end in: {' '.join(SUFFIXES)}")
    return found


def _holds(name: str, parts: Sequence[str]) -> bool:
    return any(part.lower() in name.lower() for part in parts)


def fonts_in(path: Path) -> int:
    """How many fonts a file holds, `MOST_IN_COLLECTION` at most; 0 for a collection that cannot be read."""
    if path.suffix.lower() not in COLLECTIONS:
        return 1
    header = path.read_bytes()[:12]
    return min(int.from_bytes(header[8:12]), MOST_IN_COLLECTION) if header[:4] == b"ttcf" else 0


def needed_of(characters: Sequence[str]) -> str:
    """What a font has to cover of a charset: all of it, save the signs and accents of English print that many lack."""
    rare = set(ENGLISH.texts) - set(ALPHABET)
    return "".join(text for text in characters if text not in rare) or "".join(characters)


def read_font(path: Path, number: int = 0) -> Font | None:
    """The font in a file, or at a place in a collection; None where it cannot be drawn with."""
    try:
        from fontTools.ttLib import TTFont, TTLibError
    except ImportError as error:
        raise MissingExtraError("drawing synthetic text needs fonttools.", hint=extra_hint("synth")) from error
    try:
        family, style = (part or "" for part in face(path, PROBE_SIZE, number).getname())
        with TTFont(str(path), fontNumber=number, lazy=True) as tables:
            cmap = tables.getBestCmap() or {}
    except (OSError, TTLibError, KeyError, ValueError):
        return None
    return Font(path, family, style, frozenset(map(chr, cmap)), number)


def draws_tofu(font: Font) -> bool:
    """Whether letters come out as the box that stands for a missing glyph."""
    letters = {bytes(face(font.path, PROBE_SIZE, font.number).getmask(letter, mode="L")) for letter in TOFU_PROBE}
    return len(letters) < len(TOFU_PROBE)


def has_small_capitals(font: Font) -> bool:
    """Whether lower case is drawn as small capitals, which would poison the texts."""
    letters = [letter for letter in "aegrbd" if letter in font.coverage and letter.upper() in font.coverage]
    likeness = [_likeness(font, letter, letter.upper()) for letter in letters]
    return bool(likeness) and float(np.mean(likeness)) > SMALL_CAPITAL_LIKENESS


def _likeness(font: Font, one: str, other: str) -> float:
    """Overlap of two glyphs' ink, each stretched to the same square, 0..1."""
    a, b = (_square(font, text) for text in (one, other))
    either = float((a | b).sum())
    return float((a & b).sum()) / either if either else 0.0


def _square(font: Font, text: str) -> NDArray[np.bool_]:
    mask = face(font.path, PROBE_SIZE, font.number).getmask(text, mode="L")
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

    with TTFont(str(font.path), fontNumber=font.number, lazy=True) as tables:
        words, address = (tables["name"].getDebugName(number) or "" for number in (13, 14))
    files = sorted(path for path in font.path.parent.iterdir() if path.stem.lower() in LICENCE_FILES)
    beside = " ".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    for said in (f"{words} {address}", beside):
        for mark, name in LICENCES.items():
            if mark in said.lower():
                return name
    return (address or words).strip()[:80]
