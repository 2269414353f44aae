"""Lines of text as clean ink: glyph by glyph from a font, with kerning, spacing and the exact box of every glyph.

Vertical lines are set upright, in squares of one em, and then turned so that they are read along x like all others.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont, features

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats
from effocr.synth.fonts import Font, face

LIGATURES = {"ffi": "ﬃ", "ffl": "ﬄ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}
ASCENDER_LETTERS = "dhklbH"
COLUMN_BAND = 0.88
"""Width of the ink of a vertical line, in ems: the band of the line once it is turned."""
_BASELINE = 0.88
"""How far under the top of its square a glyph stands, in ems."""
_ROTATED = frozenset("ー〜～—–―…‥-=＝：；（）()「」『』【】〔〕〈〉《》［］[]｛｝{}<>＜＞｜|←→")
_MIRRORED = frozenset("ー〜～")
_RAISED = dict.fromkeys("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ", (0.1, -0.1))
_RAISED |= dict.fromkeys("、。，．", (0.58, -0.58))
"""What stands further right and up in vertical lines, in ems."""
_OPENING, _CLOSING = frozenset("「『（〔［｛〈《【"), frozenset("」』）〕］｝〉》】、。，．")
FIRST_IDEOGRAPH, LAST_IDEOGRAPH = "\u3400", "\u9fff"
"""Characters between these are the same in vertical lines as in horizontal ones."""
FULL = 0.8
FIRST_SQUARE = "\u2e80"
"""Characters from here on are not kerned: they stand in squares."""
MARGIN = 4


Placed = tuple[Grey, int, int]
"""Ink, its left and its top."""


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
    deviation: float = 0.0
    """Of the tracking from glyph to glyph, in ems."""
    vertical: bool = False
    squares: bool = False
    """Whether the band is that of square characters, as in Chinese and Japanese type, and not that of Latin letters."""
    half_stops: bool = False
    """Whether stops and brackets take half a square, as in lines that are set solid."""
    joined: tuple[str, ...] = ()
    """Letters that are one glyph although the font draws them one by one."""

    @property
    def band(self) -> float:
        """Height of the band, in ems."""
        squares = self.vertical or self.squares
        return COLUMN_BAND if squares else ascender_height(self.font.path, self.size) / self.size


@lru_cache(maxsize=40_000)
def glyph_ink(path: Path, size: int, drawn: str) -> Placed | None:
    """(pixels, left, top) of a drawn character against the pen on the baseline, tight to its ink; None without ink."""
    font = face(path, size)
    return _inked(*font.getmask2(drawn, mode="L", anchor="ls"))


def _inked(mask: Any, offset: tuple[int, int]) -> Placed | None:
    """A mask cut tight to its ink, and where that lies; None without ink."""
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
    pixels, boxes, _, top = _pasted(placed)
    low = (1 - _BASELINE - (1 - COLUMN_BAND) / 2) * setting.size if setting.squares else 0.0
    baseline = low - top
    return Ink(pixels, tuple(texts), boxes, np.array(spaces, bool), baseline, baseline - setting.band * setting.size)


def draw_column(text: str, setting: Setting, random: random.Random) -> Ink | None:
    """The text set from top to bottom, turned so that its top lies left; None where nothing of it could be drawn."""
    placed, texts, spaces = _stacked(text, setting, random)
    if not placed:
        return None
    pixels, upright, left, _ = _pasted(placed)
    width = pixels.shape[1]
    boxes = np.stack([upright[:, 1], width - upright[:, 2], upright[:, 3], width - upright[:, 0]], 1)
    blank = (1 - COLUMN_BAND) / 2 * setting.size
    baseline, ascender = width + left - blank, width + left - setting.size + blank
    turned = np.ascontiguousarray(np.rot90(pixels))
    return Ink(turned, tuple(texts), boxes, np.array(spaces, bool), baseline, ascender)


def _pasted(placed: list[Placed]) -> tuple[Grey, Floats, int, int]:
    """All ink on one canvas, the box of each piece there, and where the canvas has its left and top."""
    boxes = np.array([(x, y, x + ink.shape[1], y + ink.shape[0]) for ink, x, y in placed], np.float32)
    left, top = int(boxes[:, 0].min()) - MARGIN, int(boxes[:, 1].min()) - MARGIN
    width, height = int(boxes[:, 2].max()) + MARGIN - left, int(boxes[:, 3].max()) + MARGIN - top
    pixels = np.zeros((height, width), np.uint8)
    for ink, x, y in placed:
        place = pixels[y - top : y - top + ink.shape[0], x - left : x - left + ink.shape[1]]
        np.maximum(place, ink, out=place)
    return pixels, boxes - np.array([left, top, left, top], np.float32), left, top


def _placed(text: str, setting: Setting, random: random.Random) -> tuple[list[Placed], list[str], list[bool]]:
    """Ink with its left and top against the baseline's start, the texts, and which follow a space."""
    path, size = setting.font.path, setting.size
    placed: list[Placed] = []
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
            squares = drawn >= FIRST_SQUARE or before >= FIRST_SQUARE
            pen += _tracking(setting, random) + (0.0 if small or squares else _kerning(path, size, before, drawn))
        ink, x, y = found
        pen -= _saved_before(drawn, setting)
        ink = _uneven(ink, setting, random)
        shift = random.gauss(0, setting.wobble * size) if setting.wobble else 0.0
        placed.append((ink, round(pen + x), round(y + shift)))
        texts.append(read)
        spaces.append(spaced)
        pen += advance(path, em, drawn) - _saved_after(drawn, setting)
        before, spaced = ("" if small else drawn), False
    return placed, texts, spaces


def _stacked(text: str, setting: Setting, random: random.Random) -> tuple[list[Placed], list[str], list[bool]]:
    """Ink with its left and top against the first square, the texts, and which follow a space."""
    size = setting.size
    placed: list[Placed] = []
    texts: list[str] = []
    spaces: list[bool] = []
    pen, spaced = 0.0, False
    for char in text:
        if char == " ":
            pen += setting.word_space * size
            spaced = bool(placed)
            continue
        found = glyph_in_square(setting.font.path, size, char)
        if found is None:
            continue
        pen += _tracking(setting, random) if placed and not spaced else 0.0
        ink, x, y = found
        pen -= _saved_before(char, setting)
        shift = random.gauss(0, setting.wobble * size) if setting.wobble else 0.0
        placed.append((_uneven(ink, setting, random), round(x + shift), round(pen + y)))
        texts.append(char)
        spaces.append(spaced)
        pen, spaced = pen + size - _saved_after(char, setting), False
    return placed, texts, spaces


def _saved_before(char: str, setting: Setting) -> float:
    """Pixels by which an opening bracket moves towards what stands before it."""
    return setting.size / 2 if setting.half_stops and char in _OPENING and _full(char, setting) else 0.0


def _saved_after(char: str, setting: Setting) -> float:
    """Pixels by which what follows moves towards a stop or a closing bracket."""
    return setting.size / 2 if setting.half_stops and char in _CLOSING and _full(char, setting) else 0.0


def _full(char: str, setting: Setting) -> bool:
    """Whether a character takes a whole square, which proportional fonts do not give to stops."""
    return setting.vertical or advance(setting.font.path, setting.size, char) > FULL * setting.size


def _tracking(setting: Setting, random: random.Random) -> float:
    """Pixels between one glyph and the next."""
    deviation = random.gauss(0, setting.deviation * setting.size) if setting.deviation else 0.0
    return setting.tracking * setting.size + deviation


def _uneven(ink: Grey, setting: Setting, random: random.Random) -> Grey:
    """The ink, at times paler than the rest of its line."""
    if setting.unevenness and random.random() < 0.3:
        return (ink * random.uniform(1 - setting.unevenness, 1.0)).astype(np.uint8)
    return ink


@lru_cache(maxsize=40_000)
def glyph_in_square(path: Path, size: int, char: str) -> Placed | None:
    """(pixels, left, top) of a character of a vertical line in its square of one em; None without ink.

    Signs take their vertical form from the font; where it has none, brackets and dashes are turned, and small kana and
    stops moved to the upper right.
    """
    plain = glyph_ink(path, size, char)
    if plain is None:
        return None
    formed = None if FIRST_IDEOGRAPH <= char <= LAST_IDEOGRAPH else _vertical_form(path, size, char)
    if formed is not None:
        return _squared(path, size, char, formed)
    ink, left, top = _squared(path, size, char, plain)
    if char in _ROTATED:
        # A quarter clockwise about the middle of the square.
        ink, left, top = np.rot90(ink, -1), size - top - ink.shape[0], left
        return (ink[:, ::-1], left, top) if char in _MIRRORED else (ink, left, top)
    right, down = _RAISED.get(char, (0.0, 0.0))
    return ink, left + round(right * size), top + round(down * size)


def _squared(path: Path, size: int, char: str, drawn: Placed) -> Placed:
    """Ink that stands against a pen on the baseline, in the square; narrow characters stand in its middle."""
    ink, left, top = drawn
    return ink, round(left + (size - advance(path, size, char)) / 2), round(top + _BASELINE * size)


def _vertical_form(path: Path, size: int, char: str) -> Placed | None:
    """What the font draws for a character in vertical lines, against the pen; None where that is nothing of its own."""
    if not features.check("raqm"):
        return None
    plain, formed = _shaped(path, size, char, []), _shaped(path, size, char, ["vert"])
    if plain is None or formed is None or (plain[1:] == formed[1:] and np.array_equal(plain[0], formed[0])):
        return None
    return formed


def _shaped(path: Path, size: int, char: str, wanted: list[str]) -> Placed | None:
    """As `glyph_ink`, with features of the font."""
    mask, offset = _shaping_face(path, size).getmask2(char, mode="L", anchor="ls", features=wanted)
    return _inked(mask, offset)


@lru_cache(maxsize=64)
def _shaping_face(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)


def units(text: str, setting: Setting) -> list[tuple[str, str]]:
    """(text, what is drawn) for every glyph; a ligature that the font has is one glyph whose text is its letters."""
    out: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        for read, drawn in _ligatures(text[at], setting):
            if text.startswith(read, at):
                out.append((read, drawn))
                at += len(read)
                break
        else:
            out.append((text[at], text[at]))
            at += 1
    return out


def _ligatures(first: str, setting: Setting) -> list[tuple[str, str]]:
    """As `units`: what letters that begin with `first` may be drawn as together."""
    forms = LIGATURES.items() if setting.ligatures and first == "f" else ()
    own = [(read, form) for read, form in forms if form in setting.font.coverage]
    return own + [(letters, letters) for letters in setting.joined if letters[0] == first]


def _kerning(path: Path, size: int, before: str, after: str) -> float:
    return advance(path, size, before + after) - advance(path, size, before) - advance(path, size, after)
