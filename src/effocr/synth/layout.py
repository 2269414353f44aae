"""A line as a line finder cuts it: neighbouring lines reach in; it is loose or tight, turned, slanted, stretched."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from effocr.image.band import Band
from effocr.page.boxes import Floats
from effocr.synth.ink import Ink


@dataclass(frozen=True, eq=False)
class Scene:
    """Ink of a crop (0 = paper .. 1 = ink, at the font's resolution), the line's glyphs in it, and its band."""

    ink: Floats
    line: Ink
    band: Band


def joined(parts: list[Ink], gap: int) -> Ink:
    """Inks one after the other on a common baseline, `gap` pixels and a space apart."""
    above = max(part.baseline for part in parts)
    below = max(part.pixels.shape[0] - part.baseline for part in parts)
    width = sum(part.pixels.shape[1] for part in parts) + gap * (len(parts) - 1)
    pixels = np.zeros((math.ceil(above + below), width), np.uint8)
    boxes: list[Floats] = []
    spaces: list[NDArray[np.bool_]] = []
    x = 0
    for part in parts:
        y = round(above - part.baseline)
        pixels[y : y + part.pixels.shape[0], x : x + part.pixels.shape[1]] = part.pixels[: pixels.shape[0] - y]
        boxes.append(part.boxes + np.array([x, y, x, y], np.float32))
        spaces.append(np.concatenate([[len(spaces) > 0], part.spaces[1:]]))
        x += part.pixels.shape[1] + gap
    tallest = max(parts, key=lambda part: len(part.texts))
    ascender = above - (tallest.baseline - tallest.ascender)
    texts = tuple(text for part in parts for text in part.texts)
    return Ink(pixels, texts, np.concatenate(boxes), np.concatenate(spaces).astype(bool), above, ascender)


def scene(line: Ink, above: Ink | None, below: Ink | None, em: float, random: Random) -> Scene:
    """The crop around `line`, with its neighbours set at a common pitch; `em` in pixels."""
    ascent = line.baseline - line.ascender
    pitch = max(em * random.uniform(0.92, 1.35), ascent * 1.25)
    up = ascent + em * _looseness(random)
    down = em * (0.22 + _looseness(random))
    left, right = (round(em * _blank(random)) for _ in range(2))
    height, width = max(8, math.ceil(up + down)), line.pixels.shape[1] + left + right
    canvas = np.zeros((height, width), np.uint8)
    for neighbour, offset in ((above, -pitch), (below, pitch)):
        if neighbour is not None:
            start = left if random.random() < 0.5 else random.randint(-round(em * 3), left + round(em * 3))
            _paste(canvas, neighbour.pixels, start, round(up + offset - neighbour.baseline))
    _paste(canvas, line.pixels, left, round(up - line.baseline))
    boxes = line.boxes + np.array([left, up - line.baseline, left, up - line.baseline], np.float32)
    placed = replace(line, boxes=boxes)
    return Scene(canvas.astype(np.float32) / np.float32(255), placed, Band(up, ascent))


def _blank(random: Random) -> float:
    """Free width before or after the text, in ems: mostly little, at times the rest of a column beside neighbours."""
    kind = random.random()
    if kind < 0.1:
        return random.uniform(1.5, 14)
    return random.uniform(0.02, 0.3) if kind < 0.55 else random.uniform(0.1, 1.5)


def _looseness(random: Random) -> float:
    """Free height over ascenders or under descenders, in ems: mostly little, at times half a line or less than none."""
    kind = random.random()
    if kind < 0.15:
        return random.uniform(-0.06, 0.02)
    return random.uniform(0.0, 0.22) if kind < 0.6 else random.uniform(0.15, 0.62)


def _paste(canvas: np.ndarray, ink: np.ndarray, x: int, y: int) -> None:
    """The darker of both, where `ink` lies on the canvas."""
    top, left = max(0, y), max(0, x)
    bottom, right = min(canvas.shape[0], y + ink.shape[0]), min(canvas.shape[1], x + ink.shape[1])
    if top < bottom and left < right:
        place = canvas[top:bottom, left:right]
        np.maximum(place, ink[top - y : bottom - y, left - x : right - x], out=place)


def place_over(scene: Scene, small: Ink, x: float, gap: float) -> None:
    """Puts small ink over the line's band from `x` on, `gap` pixels above it; what lies outside the crop is lost."""
    top = round(scene.band.baseline - scene.band.height - gap - small.baseline)
    left, right = max(0, round(x)), min(scene.ink.shape[1], round(x) + small.pixels.shape[1])
    above = max(0, -top)
    rows = scene.ink[max(0, top) : max(0, top + len(small.pixels)), left:right]
    if rows.size:
        part = small.pixels[above : above + len(rows), left - round(x) : right - round(x)]
        np.maximum(rows, part / np.float32(255), out=rows)


def cut_at_ends(scene: Scene, random: Random) -> Scene:
    """The crop with its first or last glyph cut through; what is cut off is no longer part of the line."""
    line = scene.line
    if len(line.texts) < 4:
        return scene
    if random.random() < 0.5:
        at = math.ceil(line.boxes[0, 0] + random.uniform(0.55, 0.95) * (line.boxes[0, 2] - line.boxes[0, 0]))
        keep, ink, dx = slice(1, None), scene.ink[:, at:], at
    else:
        at = math.floor(line.boxes[-1, 0] + random.uniform(0.05, 0.45) * (line.boxes[-1, 2] - line.boxes[-1, 0]))
        keep, ink, dx = slice(0, -1), scene.ink[:, :at], 0
    if ink.shape[1] < 8:
        return scene
    boxes = line.boxes[keep] - np.array([dx, 0, dx, 0], np.float32)
    spaces = line.spaces[keep].copy()
    spaces[0] = False
    cut = replace(line, texts=line.texts[keep], boxes=boxes, spaces=spaces)
    return Scene(np.ascontiguousarray(ink), cut, scene.band)


def turned(scene: Scene, slope: float, slant: float) -> Scene:
    """The crop rotated by `slope` (y per x; seen as a slope of the line) and slanted like a synthetic italic."""
    height, width = scene.ink.shape
    slope = max(-0.1 * height / width, min(0.1 * height / width, slope)) if width > 4 * height else slope
    base, middle = scene.band.baseline, width / 2
    # x' = x - slant * (y - base), y' = y + slope * (x - middle)
    matrix = np.array([[1, -slant, slant * base], [slope, 1, -slope * middle]], np.float32)
    ink = np.asarray(cv2.warpAffine(scene.ink, matrix, (width, height), flags=cv2.INTER_LINEAR), np.float32)
    boxes = scene.line.boxes
    centre_x, centre_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    grown = 0.3 * abs(slant) * (boxes[:, 3] - boxes[:, 1])
    dx, dy = -slant * (centre_y - base), slope * (centre_x - middle)
    moved = boxes + np.stack([dx - grown, dy, dx + grown, dy], 1).astype(np.float32)
    return Scene(ink, replace(scene.line, boxes=moved), Band(base - slope * middle, scene.band.height, slope))


def random_slope(random: Random) -> float:
    return math.tan(math.radians(random.gauss(0, 0.45))) if random.random() < 0.5 else 0.0


def random_slant(random: Random) -> float:
    """Mostly next to none, at times that of an italic."""
    return random.uniform(-0.05, 0.28) if random.random() < 0.15 else random.gauss(0, 0.02)
