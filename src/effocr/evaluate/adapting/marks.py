"""Letters that a few lines lack, made of what they have: the body of one, the accents and breathings of another."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from effocr.data.labelled import LabelledLine
from effocr.image.preparation import Grey, resized
from effocr.page.boxes import Box, Boxes

ABOVE = 230
"""The canonical combining class of marks above a letter."""
OFTEN = 0.7
"""How often a letter that could have other marks gets them."""
FEWEST_BODIES = 3
"""From so many letters of a line without marks on, they tell how high its bodies are; else those of all lines do."""
SMALLEST = 6.0
REACH = 1.5
"""How far above the bodies marks are looked for, in heights of bodies."""
WAIST, OVER, ASIDE, OUT = 0.35, 0.25, 0.5, 2
"""How far below the top of bodies all ink is of bodies, how far above it what is joined with them belongs to marks or
neighbours, and how far around a letter one looks for that, in heights of bodies; and how many pixels its marks may
reach out of its box."""
DARK, PAPER, WHITER = 2, 75, 0.9
"""The percentile that ink has, and that of which this part is the least level of paper."""
INK = 0.6
"""Below this part of the way from ink to paper there is ink."""
ALIKE = 0.7, 1.4
"""How much smaller and larger the print of another line may be."""
HOME = 0.5
"""How often marks are of the page or book of their letter, if that has some."""


@dataclass(frozen=True, eq=False)
class Lower:
    """A letter whose body and what is above it stand apart.

    `first` and `last` are the columns of its body (the end exclusive), `top` the row at which bodies of its line end,
    `height` how high they are, all in pixels of its line. `loose` are the pixels of what is above it, in a window whose
    first row and column are `row` and `column`.
    """

    line: int
    glyph: int
    first: int
    last: int
    top: float
    height: float
    loose: NDArray[np.bool_]
    row: int
    column: int

    @property
    def centre(self) -> float:
        return (self.first + self.last) / 2

    @property
    def window(self) -> tuple[slice, slice]:
        high, wide = self.loose.shape
        return slice(self.row, self.row + high), slice(self.column, self.column + wide)


@dataclass(frozen=True, eq=False)
class Marks:
    """What is above a body, ink 0 and paper 255, from its own first row and column of ink on.

    `across` goes from the body's centre to the first column, `up` from the bodies' top to the first row (positive).
    """

    text: str
    ink: Grey
    across: float
    up: float
    height: float
    source: str


def grafted(lines: Sequence[LabelledLine], known: Collection[str], count: int, seed: int) -> tuple[LabelledLine, ...]:
    """`count` of the lines, their letters with marks of others, so that they are texts known or in the lines.

    Those of which the lines hold few come up most. None where no letter can have other marks than its own.
    """
    counts = Counter(text for line in lines for text in line.texts)
    whiter = [_whitened(line.image) for line in lines]
    texts = set(known) | set(counts)
    letters = list(_letters(lines, whiter, texts))
    stock: dict[str, list[Marks]] = {}
    for letter in letters:
        found = _marks(lines[letter.line], whiter[letter.line], letter)
        if found is not None:
            stock.setdefault(found.text, []).append(found)
    fitting: dict[int, list[tuple[Lower, dict[str, str]]]] = {}
    for letter in letters:
        own = lines[letter.line].texts[letter.glyph]
        choice = {marks: text for marks in stock if (text := marked(own, marks)) in texts and text != own}
        if choice:
            fitting.setdefault(letter.line, []).append((letter, choice))
    if not fitting:
        return ()
    random, numbers = Random(f"marks {seed}"), sorted(fitting)
    drawn = [random.choice(numbers) for _ in range(count)]
    return tuple(_grafted(lines[number], whiter[number], fitting[number], stock, counts, random) for number in drawn)


def marked(text: str, marks: str) -> str:
    """The letter with these marks above it in the place of its own."""
    kept = "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.combining(char) != ABOVE)
    return unicodedata.normalize("NFC", kept + marks)


def marks_above(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.combining(char) == ABOVE)


def _letters(lines: Sequence[LabelledLine], whiter: Sequence[Grey], texts: Collection[str]) -> Iterator[Lower]:
    """The small letters of horizontal lines that have marks in some of the texts, where body and marks stand apart."""
    bases = {_base(text) for text in texts if marks_above(text) and text.islower()}
    seen = {_base(text) for line in lines for text in line.texts if marks_above(text) and text.islower()}
    heights = [_body_height(line, seen) for line in lines]
    shares = [height / line.band.height for line, height in zip(lines, heights, strict=True) if height]
    share = float(np.median(shares)) if shares else 0.0
    for number, (line, white) in enumerate(zip(lines, whiter, strict=True)):
        height = (heights[number] or share * line.band.height) if len(line.boxes) else 0.0
        if line.vertical or height < SMALLEST:
            continue
        ink = _ink(white)
        for glyph, text in enumerate(line.texts):
            letter = _letter(line, ink, number, glyph, height) if text and _base(text) in bases else None
            if letter is not None and (letter.loose.any() or not marks_above(text)):
                yield letter


def _base(text: str) -> str:
    return unicodedata.normalize("NFD", text)[0]


def _body_height(line: LabelledLine, bases: Collection[str]) -> float:
    """How high the unmarked letters stand over the baseline; 0 where there are too few."""
    if not len(line.boxes):
        return 0.0
    over = line.band.baseline + line.band.slope * line.boxes.centre - line.boxes.top
    own = over[[text in bases for text in line.texts]]
    return max(float(np.median(own)), 0.0) if len(own) >= FEWEST_BODIES else 0.0


def _letter(line: LabelledLine, ink: NDArray[np.bool_], number: int, glyph: int, height: float) -> Lower | None:
    """A letter, if what stands above its body reaches neither out of its box nor, if it has marks, touches anything."""
    left, _, right, _ = line.boxes.array[glyph].tolist()
    base = line.band.baseline + line.band.slope * (left + right) / 2
    top, aside = base - height, math.ceil(ASIDE * height)
    first, last = max(math.floor(left), 0), min(math.ceil(right), ink.shape[1])
    row, column = max(round(top - REACH * height), 0), max(first - aside, 0)
    window = ink[row : round(base), column : last + aside]
    waist = round(top + WAIST * height) - row
    body = np.flatnonzero(window[waist:, first - column : last - column].any(0)) + first
    if waist <= 0 or not len(body):
        return None
    inside = np.zeros_like(window)
    inside[:, first - column : last - column] = True
    rooted = np.zeros_like(window)
    rooted[waist:], rooted[0] = window[waist:], window[0]
    rooted = _grown(rooted, window)
    if marks_above(line.texts[glyph]) and (rooted & inside)[: max(round(top - OVER * height) - row, 1)].any():
        return None
    loose = window & ~rooted
    loose = _grown(loose & inside, loose)
    across = np.flatnonzero(loose.any(0)) + column
    if len(across) and (across[0] < first - OUT or across[-1] >= last + OUT):
        return None
    return Lower(number, glyph, int(body[0]), int(body[-1]) + 1, top, height, _wider(loose), row, column)


def _grown(seeds: NDArray[np.bool_], ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All ink that is joined with some of the seeds."""
    before, now = -1, seeds
    while (size := int(now.sum())) != before:
        before, now = size, _wider(now) & ink
    return now


def _wider(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and all pixels beside it."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    tall = wide.copy()
    wide[:, 1:] |= tall[:, :-1]
    wide[:, :-1] |= tall[:, 1:]
    return wide


def _marks(line: LabelledLine, white: Grey, letter: Lower) -> Marks | None:
    """What is above the letter, if it is of marks."""
    text = marks_above(line.texts[letter.glyph])
    down, across = np.flatnonzero(letter.loose.any(1)), np.flatnonzero(letter.loose.any(0))
    if not text or not len(down):
        return None
    part = slice(int(down[0]), int(down[-1]) + 1), slice(int(across[0]), int(across[-1]) + 1)
    ink = np.where(letter.loose, white[letter.window], np.uint8(255))[part]
    over = letter.column + part[1].start - letter.centre
    return Marks(text, ink, over, letter.top - letter.row - part[0].start, letter.height, line.source)


def _grafted(
    line: LabelledLine,
    white: Grey,
    fitting: Sequence[tuple[Lower, Mapping[str, str]]],
    stock: Mapping[str, Sequence[Marks]],
    counts: Mapping[str, int],
    random: Random,
) -> LabelledLine:
    """The line, most of the letters that could have other marks with such."""
    image, texts, boxes = white.copy(), list(line.texts), line.boxes.array.copy()
    for letter, choice in fitting:
        if random.random() >= OFTEN:
            continue
        likely = [len(stock[names]) ** 0.5 / (1 + counts[text]) for names, text in choice.items()]
        (names,) = random.choices(list(choice), likely)
        found = [each for each in stock[names] if ALIKE[0] < letter.height / each.height < ALIKE[1]]
        home = [each for each in found if each.source == line.source]
        if not found:
            continue
        marks = random.choice(home if home and random.random() < HOME else found)
        box = _set(image, letter, marks, boxes[letter.glyph])
        if box is not None:
            boxes[letter.glyph] = box
            texts[letter.glyph] = choice[names]
    printed = _as_printed(image, white, line.image)
    return replace(line, image=printed, texts=tuple(texts), boxes=Boxes(boxes), exact_band=line.band)


def _set(white: Grey, letter: Lower, marks: Marks, old: NDArray[np.float32]) -> Box | None:
    """Sets marks above a letter in the place of what is there; its box then. None, and nothing done, without room."""
    scale = letter.height / marks.height
    high, wide = (max(1, round(length * scale)) for length in marks.ink.shape)
    left, top = round(letter.centre + marks.across * scale), round(letter.top - marks.up * scale)
    if left < 0 or top < 0 or left + wide > white.shape[1]:
        return None
    cleared = white.copy()
    cleared[letter.window][letter.loose] = 255
    ink = resized(marks.ink, wide, high)
    place = slice(top, top + high), slice(left, left + wide)
    if (_wider(_ink(ink)) & _ink(cleared[place])).any():
        return None
    cleared[place] = np.minimum(cleared[place], ink)
    white[:] = cleared
    return Box(min(letter.first, left + 1), top + 1, max(letter.last, left + wide - 1), float(old[3]))


def _ink(white: Grey) -> NDArray[np.bool_]:
    dark: NDArray[np.bool_] = white < INK * 255
    return dark


def _levels(image: Grey) -> tuple[float, float]:
    """The grey level of ink, and that from which on pixels are paper."""
    dark, light = np.percentile(image, (DARK, PAPER)).tolist()
    light = max(light * WHITER, 1.0)
    return min(dark, light - 1), light


def _whitened(image: Grey) -> Grey:
    """The image with ink at 0 and paper at 255."""
    dark, light = _levels(image)
    return np.asarray(np.clip((image.astype(np.float32) - dark) * (255 / (light - dark)), 0, 255), np.uint8)


def _as_printed(white: Grey, before: Grey, image: Grey) -> Grey:
    """The image, but where the whitened one is not what it was before, that in its ink and on its paper."""
    dark, light = _levels(image)
    printed = dark + white.astype(np.float32) * ((light / WHITER - dark) / 255)
    return np.where(white != before, np.asarray(np.clip(printed, 0, 255), np.uint8), image)
