"""Glyphs and words as fonts draw them: clean crops with known text, black on white."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import ImageFont, features
from pydantic import BaseModel, ConfigDict, Field

from effocr.data.glyphs.files import GlyphCrop
from effocr.errors import DataError
from effocr.image.preparation import Grey, resized
from effocr.synth.fonts import PROBE_SIZE, Font, face, has_small_capitals, named_fonts
from effocr.synth.ink import ASCENDER_LETTERS, LIGATURES
from effocr.synth.processes import in_order

if TYPE_CHECKING:
    from PIL._imaging import ImagingCore

Placement = Literal["auto", "line", "column", "centred", "tight"]
Sides = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels, from where the pen stands on the baseline."""
Direction = Literal["along", "down"]
DESCENDER_LETTERS = "gjpqy"
IDEOGRAPHIC_TOP = 0.88
"""Part of an em by which the square of an ideograph rises over the baseline of Latin letters."""
WORD_SIZES = (0.73, 1.38)
"""Words are drawn at sizes between these parts of the size of glyphs."""
NOT_CHARACTERS = "\U0010ffff\uffff\U0010fffe\ufffe"
"""Code points that are never characters, so that a font shows for them what it shows for all that it lacks."""
CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper, "title": str.capitalize, "kept": str}
MOST_ALIKE = 6
"""A picture that stands for more characters than this is what the font draws for those it lacks."""
COARSE, SAME_LEVEL = 12, 16.0
"""Drawings are the same when, at so many pixels a side, they differ by fewer grey levels on average."""
MARK_TOLERANCE = 1.1
TEXTS_A_TASK = 400
CAN_SHAPE = bool(features.check("raqm"))
"""Whether Pillow was built with the layout that follows a font's rules; its plain one sets letter after letter."""


class Drawing(BaseModel):
    """How a text is drawn; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(64, ge=8, le=512, description="pixels an em")
    padding: float = Field(0.05, ge=0.0, le=1.0, description="white around the drawing, as a part of the size")
    placement: Placement = Field(
        "auto",
        description="line: as high as the letters of a line, so that o and O, comma and apostrophe differ; column: as "
        "wide as a vertical line; centred: in a square of the font's size; tight: the ink alone; auto: centred for "
        "ideographs and kana, line for all else",
    )
    shape: Literal["free", "square"] = Field("free", description="square: white is added at both sides")


class RenderRecipe(BaseModel):
    """Which texts are drawn with which fonts; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fonts: tuple[Path, ...] = Field(min_length=1, description="folders of font files")
    excluded: tuple[str, ...] = Field((), description="parts of the names of fonts that are not used")
    texts: tuple[str, ...] = Field((), description="texts of glyphs")
    words: tuple[str, ...] = Field((), description="words, drawn at random sizes")
    cases: tuple[Literal["lower", "upper", "title", "kept"], ...] = Field(
        ("lower", "upper", "title"), description="forms in which every word is drawn"
    )
    most: int | None = Field(None, ge=1, description="fonts that draw one text, chosen anew for each; None: all")
    seed: int = Field(0, ge=0, description="the same seed makes the same")
    drawing: Drawing = Drawing()


@dataclass(frozen=True)
class _Task:
    """Texts to draw with one font, each at a size."""

    font: Font
    texts: tuple[str, ...]
    sizes: tuple[int, ...]


def renders(recipe: RenderRecipe, jobs: int) -> Iterator[GlyphCrop]:
    """The crops of a recipe, font by font; the same from any number of processes.

    Texts that a font does not cover, or would draw as an empty box, are left out. Raises DataError where no font draws
    any of them.
    """
    fonts = named_fonts(recipe.fonts, recipe.excluded)
    texts = _texts(recipe)
    covered = list(in_order(partial(drawable, texts=texts), fonts, jobs))
    chosen = _chosen(covered, recipe)
    if not any(chosen):
        shown = " ".join(texts[:5])
        raise DataError(
            f"none of {len(fonts)} fonts draws any of the {len(texts)} texts ({shown}).",
            hint="Add fonts of this script.",
        )
    tasks = (task for font, own in zip(fonts, chosen, strict=True) for task in _tasks(font, own, recipe))
    for crops in in_order(partial(_crops, recipe.drawing), tasks, jobs):
        yield from crops


def drawable(font: Font, texts: Sequence[str]) -> tuple[str, ...]:
    """Those of the texts that a font draws as they read: not blank, not as the box that stands for what is missing."""
    wanted = {char for text in texts for char in _as_drawn(font, text)}
    missing = _picture(font, next((char for char in NOT_CHARACTERS if char not in font.coverage), ""))
    digests = {char: _digest(picture) for char, picture in _pictures(font, wanted) if not _same(picture, missing)}
    alike = Counter(digests.values())
    drawn = {char for char, digest in digests.items() if alike[digest] <= MOST_ALIKE}
    if has_small_capitals(font):
        drawn = {char for char in drawn if not char.islower()}
    return tuple(text for text in texts if drawn.issuperset(_as_drawn(font, text)) and _joins_its_marks(font, text))


def render(font: Font, text: str, drawing: Drawing, size: int | None = None) -> Grey | None:
    """A text as a font draws it, black on white, at `size` pixels an em (that of `drawing` by default).

    None where nothing of it can be seen. Whether the font covers the text is what `drawable` asks.
    """
    size = size or drawing.size
    placement = _placement(text, drawing.placement)
    ink, left, top = _ink(font, text, size, "down" if placement == "column" else "along")
    if not ink.size:
        return None
    sides = (left, top, left + ink.shape[1], top + ink.shape[0])
    frame = _frame(font, text, size, placement, sides)
    padding = round(drawing.padding * size)
    first_column, first_row = frame[0] - padding, frame[1] - padding
    canvas = np.full((frame[3] + padding - first_row, frame[2] + padding - first_column), 255, np.uint8)
    canvas[top - first_row : sides[3] - first_row, left - first_column : sides[2] - first_column] -= ink
    return _squared(canvas) if drawing.shape == "square" else canvas


def _texts(recipe: RenderRecipe) -> tuple[str, ...]:
    """The texts of glyphs, and the words in all their forms, each once."""
    forms = (CASES[case](word) for word in recipe.words for case in recipe.cases)
    return tuple(dict.fromkeys((*recipe.texts, *forms)))


def _chosen(covered: Sequence[tuple[str, ...]], recipe: RenderRecipe) -> list[tuple[str, ...]]:
    """The texts that each font shall draw of those that it covers: every text at most `recipe.most` times."""
    if recipe.most is None:
        return list(covered)
    fonts_of: dict[str, list[int]] = {}
    for number, texts in enumerate(covered):
        for text in texts:
            fonts_of.setdefault(text, []).append(number)
    kept: list[list[str]] = [[] for _ in covered]
    for text, numbers in fonts_of.items():
        for number in Random(f"{recipe.seed}/{text}").sample(numbers, min(recipe.most, len(numbers))):
            kept[number].append(text)
    return [tuple(texts) for texts in kept]


def _tasks(font: Font, texts: Sequence[str], recipe: RenderRecipe) -> Iterator[_Task]:
    glyphs, size = frozenset(recipe.texts), recipe.drawing.size
    for first in range(0, len(texts), TEXTS_A_TASK):
        part = tuple(texts[first : first + TEXTS_A_TASK])
        parts = (1.0 if text in glyphs else _word_size(font, text, recipe.seed) for text in part)
        yield _Task(font, part, tuple(round(size * each) for each in parts))


def _word_size(font: Font, word: str, seed: int) -> float:
    return Random(f"{seed}/{font.name}/{word}").uniform(*WORD_SIZES)


def _crops(drawing: Drawing, task: _Task) -> list[GlyphCrop]:
    crops = []
    for text, size in zip(task.texts, task.sizes, strict=True):
        image = render(task.font, text, drawing, size)
        if image is not None:
            crops.append(GlyphCrop(image, text, task.font.name, "render"))
    return crops


def _as_drawn(font: Font, text: str) -> str:
    """The characters that are drawn for a text: the font's ligature where it has one."""
    ligature = LIGATURES.get(text, text)
    return ligature if ligature in font.coverage else text


def _pictures(font: Font, chars: Set[str]) -> Iterator[tuple[str, Grey]]:
    """The ink of those of the characters that a font covers and that leave any."""
    for char in sorted(chars & font.coverage):
        picture = _picture(font, char)
        if picture.size:
            yield char, picture


def _picture(font: Font, char: str) -> Grey:
    """The ink of a character, tight; empty where nothing is drawn."""
    return _tight(face(font.path, PROBE_SIZE, font.number).getmask(char, mode="L"))[0]


def _same(one: Grey, other: Grey) -> bool:
    """Whether two drawings show one shape; hinting moves the edges of one and the same box by a pixel."""
    if not other.size or any(abs(a - b) > 1 for a, b in zip(one.shape, other.shape, strict=True)):
        return False
    coarse = [resized(picture, COARSE, COARSE).astype(np.int16) for picture in (one, other)]
    return float(np.abs(coarse[0] - coarse[1]).mean()) < SAME_LEVEL


def _digest(picture: Grey) -> bytes:
    return hashlib.blake2b(picture.tobytes() + repr(picture.shape).encode()).digest()


def _placement(text: str, wanted: Placement) -> Placement:
    if wanted != "auto":
        return wanted
    return "centred" if any(unicodedata.east_asian_width(char) in "WF" for char in text) else "line"


def _has_marks(text: str) -> bool:
    return any(unicodedata.combining(char) for char in text)


def _joins_its_marks(font: Font, text: str) -> bool:
    """Whether marks stand on their letters and not beside them; they need a layout that knows the font's rules."""
    if not _has_marks(text):
        return True
    bare = "".join(char for char in text if not unicodedata.combining(char))
    shaped = _shaping_face(font.path, PROBE_SIZE, font.number)
    return CAN_SHAPE and bool(bare) and shaped.getlength(text) < shaped.getlength(bare) * MARK_TOLERANCE


def _ink(font: Font, text: str, size: int, direction: Direction) -> tuple[Grey, int, int]:
    """The ink of a text, tight, with its left and top from where the pen starts; down a column from its middle."""
    if direction == "down" and CAN_SHAPE:
        mask, start = _shaping_face(font.path, size, font.number).getmask2(text, "L", direction="ttb", anchor="mt")
    elif direction == "down":
        mask, start = face(font.path, size, font.number).getmask2(text, "L", anchor="mt")
    elif _has_marks(text):
        mask, start = _shaping_face(font.path, size, font.number).getmask2(text, "L", anchor="ls")
    else:
        mask, start = face(font.path, size, font.number).getmask2(_as_drawn(font, text), "L", anchor="ls")
    ink, left, top = _tight(mask)
    return ink, start[0] + left, start[1] + top


def _tight(mask: ImagingCore) -> tuple[Grey, int, int]:
    """The ink on a mask of Pillow's, with its left and top there; an empty array where there is none."""
    box = mask.getbbox()
    if box is None:
        return np.empty((0, 0), np.uint8), 0, 0
    left, top, right, bottom = box
    pixels = np.frombuffer(bytes(mask), np.uint8).reshape(mask.size[1], mask.size[0])
    return pixels[top:bottom, left:right], left, top


@lru_cache(maxsize=256)
def _shaping_face(path: Path, size: int, number: int) -> ImageFont.FreeTypeFont:
    """The font with the layout that composes marks and gives signs their vertical forms, where Pillow has it."""
    return ImageFont.truetype(str(path), size, number)


def _frame(font: Font, text: str, size: int, placement: Placement, ink: Sides) -> Sides:
    """What of the sheet is shown: the ink, and beyond it as much as the placement wants."""
    left, top, right, bottom = ink
    match placement:
        case "line":
            highest, lowest = _rows_of_line(font, text, size)
            return left, min(top, highest), right, max(bottom, lowest)
        case "column":
            half = size // 2
            return min(left, -half), top, max(right, half), bottom
        case "centred":
            wide, high = max(0, size - (right - left)), max(0, size - (bottom - top))
            return left - wide // 2, top - high // 2, right + wide - wide // 2, bottom + high - high // 2
        case _:
            return ink


def _rows_of_line(font: Font, text: str, size: int) -> tuple[int, int]:
    """Top and bottom of a line of the text's script, against its baseline."""
    if _placement(text, "auto") == "centred":
        top = -round(IDEOGRAPHIC_TOP * size)
        return top, top + size
    return _rows_of_letters(font, size)


@lru_cache(maxsize=4096)
def _rows_of_letters(font: Font, size: int) -> tuple[int, int]:
    """How far ascenders and descenders reach; the font's own measures where it has no such letters."""
    tops = [top for letter in ASCENDER_LETTERS for ink, _, top in [_ink(font, letter, size, "along")] if ink.size]
    inks = [_ink(font, letter, size, "along") for letter in DESCENDER_LETTERS]
    bottoms = [top + len(ink) for ink, _, top in inks if ink.size]
    ascent, descent = face(font.path, size, font.number).getmetrics()
    return round(np.median(tops)) if tops else -ascent, round(np.median(bottoms)) if bottoms else descent


def _squared(image: Grey) -> Grey:
    """The image in the middle of a white square."""
    rows, columns = image.shape
    side = max(rows, columns)
    above, before = (side - rows) // 2, (side - columns) // 2
    padding = ((above, side - rows - above), (before, side - columns - before))
    return np.pad(image, padding, constant_values=255)
