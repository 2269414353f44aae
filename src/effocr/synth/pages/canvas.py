"""The canvas of a page: ink is pasted, rules and pictures are drawn, and lines are noted with where they stand."""

from __future__ import annotations

import math
from random import Random

import cv2
import numpy as np

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats
from effocr.synth.pages.ribbons import Ribbon
from effocr.synth.pages.truth import PageLine

INK = 255


class Canvas:
    """Ink (255) on nothing (0), and the lines, separators and unknown boxes noted so far."""

    def __init__(self, width: int, height: int) -> None:
        self.ink: Grey = np.zeros((height, width), np.uint8)
        self.lines: list[PageLine] = []
        self.separators: list[Floats] = []
        self.unknown: list[tuple[float, float, float, float]] = []

    @property
    def width(self) -> int:
        return int(self.ink.shape[1])

    @property
    def height(self) -> int:
        return int(self.ink.shape[0])

    def set_line(self, ribbon: Ribbon, left: float, baseline: float) -> None:
        """Sets a line with its baseline at a height; what lies outside the canvas is lost."""
        x, y = round(left), round(baseline - ribbon.baseline)
        if self._paste(ribbon.pixels, x, y):
            row = y + ribbon.baseline
            ends = np.array([(x + ribbon.words[0, 0], row), (x + ribbon.words[-1, 1], row)], np.float32)
            self.lines.append(PageLine(ends, ribbon.x_height, ribbon.above, ribbon.below))

    def _paste(self, pixels: Grey, x: int, y: int) -> bool:
        top, left = max(0, y), max(0, x)
        bottom, right = min(self.height, y + pixels.shape[0]), min(self.width, x + pixels.shape[1])
        if top >= bottom or left >= right:
            return False
        place = self.ink[top:bottom, left:right]
        np.maximum(place, pixels[top - y : bottom - y, left - x : right - x], out=place)
        return True

    def rule(self, start: tuple[float, float], end: tuple[float, float], thick: int, random: Random) -> None:
        """A printed rule, at times double, at times worn away in places."""
        (left, top), (right, bottom) = ((round(x), round(y)) for x, y in (start, end))
        level = random.randint(150, 255)
        cv2.line(self.ink, (left, top), (right, bottom), level, thick)
        if random.random() < 0.12:
            apart = thick + random.randint(2, 4)
            across, down = (apart, 0) if left == right else (0, apart)
            ends = (left + across, top + down), (right + across, bottom + down)
            cv2.line(self.ink, ends[0], ends[1], level, max(1, thick // 2))
        if random.random() < 0.3:
            share = random.uniform(0.1, 0.9)
            worn = left + round(share * (right - left)), top + round(share * (bottom - top))
            cv2.circle(self.ink, worn, thick * random.randint(2, 6), 0, -1)

    def dash(self, middle: float, y: float, width: float, random: Random) -> None:
        """The short rule between two articles, at times with a lozenge in its middle."""
        self.rule((middle - width / 2, y), (middle + width / 2, y), random.randint(1, 2), random)
        if random.random() < 0.5:
            half = random.randint(2, 4)
            points = [(-2 * half, 0), (0, -half), (2 * half, 0), (0, half)]
            corners = np.array([(middle + x, y + down) for x, down in points], np.int32)
            cv2.fillPoly(self.ink, [corners], INK)

    def picture(self, box: tuple[int, int, int, int], random: Random) -> None:
        """Something that is no text: hatching, blots, tones, waves, a frame."""
        left, top, right, bottom = box
        if right - left < 6 or bottom - top < 6:
            return
        tile = np.zeros((bottom - top, right - left), np.uint8)
        for _ in range(random.randint(1, 4)):
            random.choice(_DRAWINGS)(tile, random)
        if random.random() < 0.3:
            cv2.rectangle(tile, (0, 0), (tile.shape[1] - 1, tile.shape[0] - 1), INK, random.randint(1, 3))
        self._paste(tile, left, top)


def _strokes(tile: Grey, random: Random) -> None:
    """Hatching: strokes side by side that lean one way, at times upright, as a picket fence of letters."""
    rows, columns = tile.shape
    angle = random.choice((random.uniform(0, math.pi), math.pi / 2, 0.0))
    step, length = random.randint(3, 9), random.uniform(4, 60)
    dx, dy = math.cos(angle) * length / 2, math.sin(angle) * length / 2
    x, y = random.uniform(0, columns), random.uniform(0, rows)
    for _ in range(random.randint(5, 60)):
        x = (x + step * math.sin(angle) + random.gauss(0, 1)) % columns
        y = (y + step * math.cos(angle) + random.gauss(0, 1)) % rows
        ends = (round(x - dx), round(y - dy)), (round(x + dx), round(y + dy))
        cv2.line(tile, *ends, random.randint(120, INK), random.randint(1, 3))


def _blots(tile: Grey, random: Random) -> None:
    rows, columns = tile.shape
    for _ in range(random.randint(1, 6)):
        centre = random.randrange(columns), random.randrange(rows)
        axes = random.randint(2, max(3, columns // 4)), random.randint(2, max(3, rows // 4))
        thick = -1 if random.random() < 0.5 else random.randint(1, 4)
        cv2.ellipse(tile, centre, axes, random.uniform(0, 180), 0, random.choice((180, 360)), INK, thick)


def _tone(tile: Grey, random: Random) -> None:
    """A photograph: grey values, at times as a halftone screen."""
    seed = np.random.default_rng(random.getrandbits(32))
    coarse = seed.random((random.randint(2, 8), random.randint(2, 8)), np.float32)
    grey = cv2.resize(coarse, (tile.shape[1], tile.shape[0]), interpolation=cv2.INTER_CUBIC)
    if random.random() < 0.6:
        y, x = np.mgrid[: tile.shape[0], : tile.shape[1]].astype(np.float32)
        step = random.uniform(2.5, 5)
        grey = (grey > 0.5 + 0.45 * np.sin((x + y) * 3 / step) * np.sin((x - y) * 3 / step)).astype(np.float32)
    np.maximum(tile, np.clip(grey * random.uniform(120, 255), 0, 255).astype(np.uint8), out=tile)


def _waves(tile: Grey, random: Random) -> None:
    """A border or an ornament: a wave, or a row of small shapes, along one side."""
    rows, columns = tile.shape
    period, high, y = random.uniform(4, 14), random.uniform(1, 5), random.uniform(0.1, 0.9) * rows
    x = np.arange(0, columns, 1.0)
    points = np.stack([x, y + high * np.sin(x * 2 * math.pi / period)], 1).astype(np.int32)
    cv2.polylines(tile, [points], False, INK, random.randint(1, 2))


_DRAWINGS = (_strokes, _strokes, _blots, _tone, _waves)
