"""Whole pages: set, printed, bent and scanned; a pure function of the recipes and a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from random import Random

import cv2
import numpy as np

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats
from effocr.synth import degrade
from effocr.synth.fonts import Font
from effocr.synth.lines import line_makers
from effocr.synth.pages.canvas import Canvas
from effocr.synth.pages.layout import Compositor
from effocr.synth.pages.recipe import PageRecipe
from effocr.synth.pages.ribbons import Ribbons
from effocr.synth.pages.truth import LabelledPage, PageLine
from effocr.synth.recipe import SynthesisRecipe

FAINT, LEAST_PIXELS = 22.0, 40
"""Grey levels between ink and paper below which a line cannot be read; of fewer pixels nothing is said."""
INVERTED = 0.02
"""Chance that a page is light on dark."""
ROUND = 24
"""Points of a baseline that is bent."""


@dataclass(frozen=True)
class Bend:
    """Moves points down by `down` a column and to the right by `along` a row, in this order."""

    down: Floats
    along: Floats

    def points(self, points: Floats) -> Floats:
        """Where points (N, 2) of the flat page lie on the bent one."""
        x, y = points[:, 0], points[:, 1]
        moved = y + np.interp(x, np.arange(len(self.down)), self.down)
        return np.stack([x + np.interp(moved, np.arange(len(self.along)), self.along), moved], 1).astype(np.float32)

    def image(self, image: Floats) -> Floats:
        """The bent image; what comes from outside is blank."""
        rows, columns = image.shape
        y = np.arange(rows, dtype=np.float32)[:, None]
        x = np.arange(columns, dtype=np.float32)[None] - self.along[:, None]
        from_y = y - np.interp(x, np.arange(columns), self.down).astype(np.float32)
        return np.asarray(cv2.remap(image, x, from_y, cv2.INTER_LINEAR, borderValue=0), np.float32)


@dataclass(frozen=True)
class PageMaker:
    """Makes pages from `families` of fonts."""

    recipe: PageRecipe
    families: tuple[tuple[Font, ...], ...]
    ribbons: Ribbons

    def page(self, seed: int | str) -> LabelledPage:
        """One page; the same for the same recipe and seed."""
        random = Random(f"effocr page {seed}")
        canvas = Canvas(self.recipe.width, self.recipe.height)
        Compositor(self.recipe, self.families, self.ribbons, canvas, random).fill()
        ink = canvas.ink.astype(np.float32) / np.float32(255)
        if random.random() < self.recipe.bleed:
            other = np.roll(ink, random.randint(0, canvas.height), axis=0)
            ink = degrade.bleed_through(ink, other, random)
        bend = random_bend(self.recipe, random)
        worn = degrade.wear(degrade.spread_or_lose(ink, 1.0, random), 1.0, random)
        worn = _speckled(bend.image(worn), random)
        if random.random() < self.recipe.borders:
            worn = _bordered(worn, random)
        grey = degrade.photographed(worn, random)
        image = np.clip(grey * 255, 0, 255).astype(np.uint8)
        lines = [_bent(line, bend) for line in canvas.lines]
        seen = [_legible(line, image) for line in lines]
        faint = [_around(line) for line, clear in zip(lines, seen, strict=True) if not clear]
        return LabelledPage(
            255 - image if random.random() < INVERTED else image,
            tuple(line for line, clear in zip(lines, seen, strict=True) if clear),
            tuple(bend.points(points) for points in canvas.separators),
            np.concatenate([_bent_boxes(canvas.unknown, bend), np.array(faint, np.float32).reshape(-1, 4)]),
            source=f"page {seed}",
        )

    def pages(self, seed: int, first: int = 0, step: int = 1) -> Iterator[LabelledPage]:
        """Pages without end: `first`, `first + step`, ... of the stream `seed`."""
        return (self.page(f"{seed}/{number}") for number in count(first, step))


def page_makers(synthesis: SynthesisRecipe, recipe: PageRecipe) -> tuple[PageMaker, PageMaker]:
    """Makers for training and for validation; the latter draws with held-out families."""
    training, other = line_makers(synthesis)
    ribbons = Ribbons(training.texts, synthesis.seed)
    return PageMaker(recipe, training.families, ribbons), PageMaker(recipe, other.families, ribbons)


def random_bend(recipe: PageRecipe, random: Random) -> Bend:
    """A skew, and at times a gentle curve of the lines and of the columns."""
    slope = math.tan(math.radians(random.gauss(0, recipe.skew)))
    x = np.arange(recipe.width, dtype=np.float32) - recipe.width / 2
    y = np.arange(recipe.height, dtype=np.float32) - recipe.height / 2
    down, along = slope * x, -slope * y
    if random.random() < recipe.curvature:
        for _ in range(random.randint(1, 2)):
            period = random.uniform(0.8, 4) * recipe.width
            most = min(random.expovariate(1 / 3.0), 0.06 * period / (2 * math.pi))
            down = down + most * np.sin(x * np.float32(2 * math.pi / period) + random.uniform(0, 6.3))
        along = along + random.gauss(0, 2) * np.sin(y * np.float32(random.uniform(1, 5) / recipe.height))
    return Bend(down.astype(np.float32), along.astype(np.float32))


def _bent(line: PageLine, bend: Bend) -> PageLine:
    (left, y), (right, _) = line.baseline.tolist()
    x = np.linspace(left, right, ROUND, dtype=np.float32)
    return replace(line, baseline=bend.points(np.stack([x, np.full_like(x, y)], 1)))


def _around(line: PageLine) -> tuple[float, float, float, float]:
    """The box of a line."""
    (left, top), (right, bottom) = line.baseline.min(0).tolist(), line.baseline.max(0).tolist()
    return left, top - line.above, right, bottom + line.below


def _legible(line: PageLine, image: Grey) -> bool:
    """Whether the ink of a line stands out from the paper; what lies outside the image is legible."""
    left, top, right, bottom = (round(edge) for edge in _around(line))
    pixels = image[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    if pixels.size < LEAST_PIXELS:
        return True
    low, high = np.percentile(pixels, (4, 70))
    noise = 2 * float(np.percentile(pixels, 70) - np.percentile(pixels, 45))
    return float(high - low) > max(FAINT, noise)


def _bent_boxes(boxes: list[tuple[float, float, float, float]], bend: Bend) -> Floats:
    moved = [bend.points(np.array(box, np.float32).reshape(2, 2)).ravel() for box in boxes]
    return np.array(moved, np.float32).reshape(-1, 4)


def _speckled(ink: Floats, random: Random) -> Floats:
    """Dirt, smudges and holes."""
    if random.random() < 0.3:
        dots = degrade.field(ink.shape, random.uniform(0.8, 2.5), random) > random.uniform(2.4, 3.6)
        ink = np.maximum(ink, dots * np.float32(random.uniform(0.3, 1)))
    if random.random() < 0.2:
        smudge = degrade.field(ink.shape, random.uniform(10, 60), random) > random.uniform(1.8, 3)
        ink = np.maximum(ink, smudge * np.float32(random.uniform(0.1, 0.7)))
    return ink


def _bordered(ink: Floats, random: Random) -> Floats:
    """Black, or the edge of the next page, at one or two sides."""
    rows, columns = ink.shape
    for side in random.sample(("left", "right", "top", "bottom"), random.randint(1, 2)):
        upright = side in ("left", "right")
        length = rows if upright else columns
        wide = random.uniform(0.005, 0.06) * (columns if upright else rows)
        edge = wide + degrade.field((1, length), random.uniform(20, 300), random)[0] * random.uniform(0, 4)
        far = np.arange(columns if upright else rows, dtype=np.float32)
        far = far if side in ("left", "top") else far[::-1]
        dark = (far[None] < edge[:, None]) if upright else (far[:, None] < edge[None])
        ink = np.maximum(ink, dark * np.float32(random.uniform(0.6, 1)))
    return ink
