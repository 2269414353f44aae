"""Titles set in the capitals of a few lines: running text has few of them, and none among its like."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.image.band import Band
from effocr.image.preparation import Grey, resized
from effocr.page.boxes import Box, Boxes

FEWEST_CAPITALS = 6
"""Of fewer different capitals no titles are set."""
ABOVE, BELOW = 1.35, 0.45
"""What a title shows over its baseline and under it, in heights of its capitals."""
SMALLEST, HIGHEST = 6.0, 60.0
MOST_WORDS, MOST_LETTERS = 3, 9
CLOSE, WIDE = (0.04, 0.2), (0.2, 0.9)
"""Paper between letters of titles that are set closely, and of those that are spaced out, in heights of capitals."""
WORD_GAP, LEAST_WORD_GAP = (1.8, 3.2), 0.35
"""Between words there is so many times that, and no less."""
MARGIN = (0.2, 1.0)
PAPER, WHITER = 75, 0.9
"""Pixels from this part of the level of this percentile on are paper, and as white as it can be."""


@dataclass(frozen=True, eq=False)
class Capital:
    """A capital cut out: its columns from `ABOVE` its baseline to `BELOW`, in heights of its own; its box on them."""

    text: str
    columns: Grey
    box: Box
    height: float
    source: str


@dataclass(frozen=True)
class Setting:
    """How a title is set: pixels from baseline to top of its capitals, between them, and between words."""

    height: float
    gap: int
    word_gap: int


Case = Mapping[str, Sequence[Capital]]


def titles(lines: Sequence[LabelledLine], count: int, seed: int) -> tuple[LabelledLine, ...]:
    """`count` lines of capitals, closely or widely spaced; none where the lines hold too few."""
    case: dict[str, list[Capital]] = {}
    for line in lines:
        for capital in capitals(line):
            case.setdefault(capital.text, []).append(capital)
    if len(case) < FEWEST_CAPITALS:
        return ()
    random = Random(f"titles {seed}")
    return tuple(_set(_words(case, random), random) for _ in range(count))


def capitals(line: LabelledLine) -> Iterator[Capital]:
    """The capitals of a horizontal line, without those that their neighbours reach into."""
    edges = [] if line.vertical else line.boxes.array.tolist()
    whiter = _whitened(line.image)
    for number, (text, (left, top, right, bottom)) in enumerate(zip(line.texts, edges, strict=False)):
        before = edges[number - 1][2] if number else -math.inf
        after = edges[number + 1][0] if number + 1 < len(edges) else math.inf
        base = line.band.baseline + line.band.slope * (left + right) / 2
        height = base - top
        if len(text) != 1 or not text.isupper() or before > left + 1 or after < right - 1 or height < SMALLEST:
            continue
        first, start = max(math.floor(left), 0), round(base - ABOVE * height)
        rows = np.arange(round((ABOVE + BELOW) * height)) + start
        columns = whiter[np.clip(rows, 0, len(whiter) - 1), first : math.ceil(right)]
        if columns.size:
            yield Capital(
                text, columns, Box(left - first, top - start, right - first, bottom - start), height, line.source
            )


def _whitened(image: Grey) -> Grey:
    light = max(float(np.percentile(image, PAPER)) * WHITER, 1.0)
    return np.asarray(np.clip(image.astype(np.float32) * (255 / light), 0, 255), np.uint8)


def _words(case: Case, random: Random) -> list[list[Capital]]:
    """Random words, of one book as far as that has their letters."""
    names = sorted(case)
    source = random.choice(case[random.choice(names)]).source

    def letter() -> Capital:
        found = case[random.choice(names)]
        return random.choice([capital for capital in found if capital.source == source] or found)

    lengths = [random.randint(1, MOST_LETTERS) for _ in range(random.randint(1, MOST_WORDS))]
    return [[letter() for _ in range(length)] for length in lengths]


def _set(words: Sequence[Sequence[Capital]], random: Random) -> LabelledLine:
    """The words as a line, its capitals all as high as the first."""
    height = min(words[0][0].height, HIGHEST)
    gap = random.uniform(*random.choice((CLOSE, WIDE)))
    setting = Setting(height, round(gap * height), round(max(LEAST_WORD_GAP, gap * random.uniform(*WORD_GAP)) * height))
    rows = round((ABOVE + BELOW) * height)
    margins = [np.full((rows, round(random.uniform(*MARGIN) * height)), 255, np.uint8) for _ in range(2)]
    pieces: list[Grey] = [margins[0]]
    boxes: list[Box] = []
    at = margins[0].shape[1]
    for word in words:
        for number, capital in enumerate(word):
            before = 0 if not boxes else setting.gap if number else setting.word_gap
            high, wide = capital.columns.shape
            x, y = max(1, round(wide * height / capital.height)) / wide, rows / high
            pieces += [np.full((rows, before), 255, np.uint8), resized(capital.columns, round(wide * x), rows)]
            at += before
            box = capital.box
            boxes.append(Box(at + box.left * x, box.top * y, at + box.right * x, box.bottom * y))
            at += round(wide * x)
    starts = np.cumsum([0, *(len(word) for word in words[:-1])])
    return LabelledLine(
        np.concatenate([*pieces, margins[1]], axis=1),
        tuple(capital.text for word in words for capital in word),
        Boxes.of(boxes),
        np.isin(np.arange(len(boxes)), starts[1:]),
        exact_band=Band(ABOVE / (ABOVE + BELOW) * rows, height),
        source=words[0][0].source,
    )
