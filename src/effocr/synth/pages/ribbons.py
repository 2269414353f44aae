"""Ribbons: long lines of one font, drawn once and cut at word gaps to fill many columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from effocr.image.preparation import Grey
from effocr.synth.fonts import Font
from effocr.synth.ink import Setting, ascender_height, draw_ink, glyph_ink
from effocr.synth.text import LineTexts

SIZES = (20, 36, 64, 120)
"""Pixels an em in which ribbons are drawn; a line takes the first that is not smaller than itself."""
RIBBONS = 24
"""Ribbons a font, a style and a size."""
WORDS = 14
MOST_KEPT = 1500


@dataclass(frozen=True)
class Style:
    """How a line is set: `em` in pixels of the page, `spread` = width against the font's, `space` in ems."""

    font: Font
    em: float
    spread: float = 1.0
    space: float = 0.3
    tracking: float = 0.0
    capitals: bool = False


@dataclass(frozen=True, eq=False)
class Ribbon:
    """A drawn line: `words` (N, 2) are the columns in which its words begin and end; lengths in pixels."""

    pixels: Grey
    words: NDArray[np.int32]
    baseline: float
    x_height: float
    above: float
    below: float


@dataclass(frozen=True)
class Ribbons:
    """The ribbons that texts give; the same `seed` gives the same."""

    texts: LineTexts
    seed: int

    def __hash__(self) -> int:
        return hash((id(self.texts), self.seed))

    def filled(self, style: Style, width: float, random: Random) -> Ribbon | None:
        """Some words of the style, at the size of the page, that are at most `width` wide; None where none is."""
        size = next((size for size in SIZES if size >= style.em), SIZES[-1])
        number = random.randrange(RIBBONS)
        ribbon = self._ribbon(style.font, size, round(style.tracking, 2), round(style.space, 1), style.capitals, number)
        if ribbon is None:
            return None
        scale = style.em / size
        return _cut(ribbon, scale * style.spread, scale, width, random)

    @lru_cache(maxsize=MOST_KEPT)  # noqa: B019  (one object a process)
    def _ribbon(
        self, font: Font, size: int, tracking: float, space: float, capitals: bool, number: int
    ) -> Ribbon | None:
        random = Random(f"ribbon {self.seed} {font.path.name} {font.number} {size} {tracking} {space} {number}")
        words = max(3, WORDS * 36 // size) if size > 36 else WORDS
        text = self.texts.line(random, words, font.coverage)
        text = text.upper() if capitals else text
        setting = Setting(font, size, tracking=tracking, word_space=space, wobble=0.01 if number % 4 == 0 else 0.0)
        ink = draw_ink(text, setting, random) if text else None
        small, deep = glyph_ink(font.path, size, "x"), glyph_ink(font.path, size, "p")
        if ink is None or small is None or deep is None:
            return None
        above = ascender_height(font.path, size)
        below = max(1.0, float(deep[2] + deep[0].shape[0]))
        return Ribbon(ink.pixels, _words(ink.boxes, ink.spaces), ink.baseline, float(-small[2]), above, below)


def _words(boxes: NDArray[np.float32], spaces: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(N, 2): first and last column of every word of a drawn line."""
    starts = np.flatnonzero(spaces | (np.arange(len(spaces)) == 0))
    left = np.minimum.reduceat(boxes[:, 0], starts)
    right = np.maximum.reduceat(boxes[:, 2], starts)
    return np.stack([left, np.maximum(right, left + 1)], 1).astype(np.int32)


def _cut(ribbon: Ribbon, along: float, down: float, width: float, random: Random) -> Ribbon | None:
    """Words of a ribbon that fit into `width` once it is scaled by `along` and `down`."""
    words = ribbon.words
    first = random.randrange(len(words))
    fits = np.flatnonzero((words[first:, 1] - words[first, 0]) * along <= width)
    if not len(fits):
        first = int(np.argmin(words[:, 1] - words[:, 0]))
        if (words[first, 1] - words[first, 0]) * along > width:
            return None
        fits = np.zeros(1, np.intp)
    chosen = words[first : first + int(fits[-1]) + 1]
    left, right = int(chosen[0, 0]), int(chosen[-1, 1])
    columns, rows = max(1, round((right - left) * along)), max(1, round(ribbon.pixels.shape[0] * down))
    way = cv2.INTER_AREA if down < 1 else cv2.INTER_LINEAR
    pixels = cv2.resize(ribbon.pixels[:, left:right], (columns, rows), interpolation=way)
    exact = rows / ribbon.pixels.shape[0]
    moved = np.round((chosen - left) * (columns / (right - left))).astype(np.int32)
    return Ribbon(
        np.asarray(pixels, np.uint8),
        moved,
        ribbon.baseline * exact,
        ribbon.x_height * exact,
        ribbon.above * exact,
        ribbon.below * exact,
    )


def spread_out(ribbon: Ribbon, width: int) -> Ribbon:
    """The ribbon with its word gaps widened until it fills `width`."""
    words = ribbon.words
    extra = width - ribbon.pixels.shape[1]
    if extra <= 0 or len(words) < 2:
        return ribbon
    pixels = np.zeros((ribbon.pixels.shape[0], width), np.uint8)
    steps = np.round(np.arange(len(words)) * extra / (len(words) - 1)).astype(np.int32)
    for (left, right), step in zip(words.tolist(), steps.tolist(), strict=True):
        pixels[:, left + step : right + step] = ribbon.pixels[:, left:right]
    return Ribbon(pixels, words + steps[:, None], ribbon.baseline, ribbon.x_height, ribbon.above, ribbon.below)


def with_leaders(left: Ribbon, right: Ribbon, width: int, dot: str) -> Ribbon:
    """A row of a table: `right` ends at `width`, and between both stand dots, hyphens or nothing (`dot`)."""
    above, below = max(left.baseline, right.baseline), 0.0
    below = max(r.pixels.shape[0] - r.baseline for r in (left, right))
    pixels = np.zeros((round(above + below) + 1, width), np.uint8)
    start = width - right.pixels.shape[1]
    for ribbon, x in ((left, 0), (right, start)):
        y = round(above - ribbon.baseline)
        pixels[y : y + ribbon.pixels.shape[0], x : x + ribbon.pixels.shape[1]] = ribbon.pixels
    if dot:
        step, thick = max(3, round(left.x_height * 0.9)), max(1, round(left.x_height / 6))
        row = round(above) - thick - (round(left.x_height * 0.4) if dot == "-" else 0)
        for x in range(left.pixels.shape[1] + step, start - step, step):
            pixels[row : row + thick, x : x + (thick if dot == "." else step // 2)] = 230
    words = np.concatenate([left.words, right.words + start])
    return Ribbon(pixels, words, above, left.x_height, max(left.above, right.above), max(left.below, right.below))
