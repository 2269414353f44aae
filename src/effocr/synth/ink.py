"""Lines of text as clean ink: glyph by glyph from a font, with kerning, spacing and the exact box of every glyph."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats
from effocr.synth.fonts import Font, face

LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}
ASCENDER_LETTERS = "dhklbH"


@dataclass(frozen=True, eq=False)
class Ink:
    """A clean line: `pixels` (H, W), 255 = ink, boxes (N, 4) tight to each glyph, and where its band lies (rows)."""

    pixels: Grey
    texts: tuple[str, ...]
    boxes: Floats
    spaces: NDArray[np.bool_]
    baseline: float
    ascender: float


@dataclass(frozen=True)
class Setting:
    """How a line is set: sizes in pixels an em, spacings in ems."""

    font: Font
    size: int
    tracking: float = 0.0
    word_space: float = 0.3
    wobble: float = 0.0
    unevenness: float = 0.0
    ligatures: bool = True
    small_capitals: bool = False


@lru_cache(maxsize=40_000)
def glyph_ink(path: Path, size: int, drawn: str) -> tuple[Grey, int, int] | None:
    """(pixels, left, top) of a drawn character against the pen on the baseline, tight to its ink; None without ink."""
    font = face(path, size)
    mask, offset = font.getmask2(drawn, mode="L", anchor="ls")
    box = mask.getbbox()
    if box is None:
        return None
    pixels = np.frombuffer(bytes(mask), np.uint8).reshape(mask.size[1], mask.size[0])
    left, top, right, bottom = box
    return pixels[top:bottom, left:right], offset[0] + left, offset[1] + top


@lru_cache(maxsize=200_000)
def advance(path: Path, size: int, drawn: str) -> float:
    return float(face(path, size).getlength(drawn))


@lru_cache(maxsize=4096)
def ascender_height(path: Path, size: int) -> float:
    """Height of the ascenders over the baseline, in pixels; the full height for scripts without these letters."""
    tops = [ink[2] for letter in ASCENDER_LETTERS if (ink := glyph_ink(path, size, letter))]
    return float(-np.median(tops)) if tops else float(face(path, size).getmetrics()[0])


def draw_ink(text: str, setting: Setting, random: random.Random) -> Ink | None:
    """The text as ink, or None where nothing of it could be drawn."""
    placed, texts, spaces = _placed(text, setting, random)
    if not placed:
        return None
    boxes = np.array([(x, y, x + ink.shape[1], y + ink.shape[0]) for ink, x, y in placed], np.float32)
    margin = 4
    left, top = int(boxes[:, 0].min()) - margin, int(boxes[:, 1].min()) - margin
    width, height = int(boxes[:, 2].max()) + margin - left, int(boxes[:, 3].max()) + margin - top
    pixels = np.zeros((height, width), np.uint8)
    for ink, x, y in placed:
        place = pixels[y - top : y - top + ink.shape[0], x - left : x - left + ink.shape[1]]
        np.maximum(place, ink, out=place)
    boxes -= np.array([left, top, left, top], np.float32)
    ascender = -top - ascender_height(setting.font.path, setting.size)
    return Ink(pixels, tuple(texts), boxes, np.array(spaces, bool), float(-top), ascender)


def _placed(
    text: str, setting: Setting, random: random.Random
) -> tuple[list[tuple[Grey, int, int]], list[str], list[bool]]:
    """Ink with its left and top against the baseline's start, the texts, and which follow a space."""
    path, size = setting.font.path, setting.size
    placed: list[tuple[Grey, int, int]] = []
    texts: list[str] = []
    spaces: list[bool] = []
    pen, before, spaced = 0.0, "", False
    for unit in units(text, setting):
        read, drawn = unit
        if drawn == " ":
            pen += setting.word_space * size
            before, spaced = "", bool(placed)
            continue
        small = setting.small_capitals and read.islower() and len(read) == 1 and read.upper() in setting.font.coverage
        read, drawn = (read.upper(), drawn.upper()) if small else (read, drawn)
        em = round(size * 0.78) if small else size
        found = glyph_ink(path, em, drawn)
        if found is None:
            continue
        if before:
            pen += setting.tracking * size + (0.0 if small else _kerning(path, size, before, drawn))
        ink, x, y = found
        if setting.unevenness and random.random() < 0.3:
            ink = (ink * random.uniform(1 - setting.unevenness, 1.0)).astype(np.uint8)
        shift = random.gauss(0, setting.wobble * size) if setting.wobble else 0.0
        placed.append((ink, round(pen + x), round(y + shift)))
        texts.append(read)
        spaces.append(spaced)
        pen += advance(path, em, drawn)
        before, spaced = ("" if small else drawn), False
    return placed, texts, spaces


def units(text: str, setting: Setting) -> list[tuple[str, str]]:
    """(text, what is drawn) for every glyph; a ligature that the font has is one glyph whose text is its letters."""
    out: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        for read, drawn in LIGATURES.items() if setting.ligatures and text[at] == "f" else ():
            if text.startswith(read, at) and drawn in setting.font.coverage:
                out.append((read, drawn))
                at += len(read)
                break
        else:
            out.append((text[at], text[at]))
            at += 1
    return out


def _kerning(path: Path, size: int, before: str, after: str) -> float:
    return advance(path, size, before + after) - advance(path, size, before) - advance(path, size, after)
