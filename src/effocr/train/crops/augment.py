"""How training crops are varied: a table of chances and extents, and the one function that follows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats
from effocr.train.crops.recipe import AugmentationRecipe, Augmenting

PAPER = 255


@dataclass(frozen=True)
class Augmentation:
    """Chances of each change, and how far it goes; lengths are parts of the crop's height, angles degrees."""

    moved: float = 0.7
    shift: tuple[float, float] = (0.1, 0.1)
    """Along x and y."""
    scale: tuple[float, float] = (0.9, 1.1)
    turn: float = 2.0
    stroke: float = 0.5
    thicker: tuple[float, float] = (0.008, 0.025)
    coarse: float = 0.3
    coarsest: int = 20
    """Rows of the lowest resolution."""
    blurred: float = 0.3
    blur: tuple[float, float] = (0.0004, 0.012)
    specks: int = 0
    """White specks at most."""
    paper: float = 0.25
    light: float = 0.5
    brightness: float = 0.25
    contrast: float = 0.3
    noise: float = 0.25
    deviation: tuple[float, float] = (3.0, 12.0)
    inverted: float = 0.0


GLYPH = Augmentation()
STRONG = replace(GLYPH, blurred=0.5, blur=(0.004, 0.06), specks=2, coarse=0.5, coarsest=14)
"""Worn print and poor scans."""
WORD = replace(GLYPH, shift=(0.03, 0.05), noise=0.8, specks=7, inverted=0.3, scale=(0.95, 1.05))


def augmentation_of(recipe: AugmentationRecipe, origin: str, level: str) -> Augmentation | None:
    """What is done to crops of an origin, None for nothing."""
    wanted: Augmenting = recipe.real if origin == "real" else recipe.renders
    match wanted, level:
        case "none", _:
            return None
        case "default", "glyph":
            chosen = GLYPH
        case "strong", "glyph":
            chosen = STRONG
        case "default", _:
            chosen = WORD
        case _:
            chosen = replace(WORD, blurred=STRONG.blurred, blur=STRONG.blur, coarse=0.5, coarsest=14)
    if recipe.script == "cjk" and level == "glyph":  # strokes stand close: thicker ones would run together
        chosen = replace(chosen, shift=(0.2, 0.2), scale=(0.8, 1.0), stroke=0.0)
    return chosen


def augmented(grey: Grey, how: Augmentation, random: Random) -> Grey:
    """The crop as another printing and another scan would have given it, of the same size."""
    image = grey
    if random.random() < how.stroke:
        image = _thicker_or_thinner(image, how, random)
    if random.random() < how.moved:
        image = _moved(image, how, random)
    for _ in range(random.randint(0, how.specks)):
        image = _speckled(image, random)
    if random.random() < how.coarse:
        image = _coarser(image, how, random)
    if random.random() < how.blurred:
        deviation = max(0.05, random.uniform(*how.blur) * len(image))
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), deviation, borderType=cv2.BORDER_REPLICATE), np.uint8)
    tones = _toned(image.astype(np.float32), how, random)
    if random.random() < how.inverted:
        tones = PAPER - tones
    return np.clip(tones, 0, PAPER).astype(np.uint8)


def _thicker_or_thinner(image: Grey, how: Augmentation, random: Random) -> Grey:
    """Ink spread or lost at its edges; what is thinner than a pixel's change is left alone."""
    extent = round(random.uniform(*how.thicker) * len(image))
    if not extent:
        return image
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (extent + 1, extent + 1))
    way = random.choice((cv2.erode, cv2.dilate))
    return np.asarray(way(image, brush, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _moved(image: Grey, how: Augmentation, random: Random) -> Grey:
    rows, columns = image.shape
    matrix = cv2.getRotationMatrix2D(
        (columns / 2, rows / 2), random.uniform(-how.turn, how.turn), random.uniform(*how.scale)
    )
    matrix[:, 2] += [random.uniform(-along, along) * rows for along in how.shift]
    margin = int(np.median(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])))
    return np.asarray(
        cv2.warpAffine(image, matrix, (columns, rows), borderMode=cv2.BORDER_CONSTANT, borderValue=margin), np.uint8
    )


def _speckled(image: Grey, random: Random) -> Grey:
    """A spot of up to a tenth of the crop lost to the paper."""
    rows, columns = image.shape
    high, wide = (max(1, round(size * random.uniform(0.02, 0.12))) for size in (rows, min(rows, columns)))
    top, left = random.randrange(rows - high + 1), random.randrange(columns - wide + 1)
    image = image.copy()
    image[top : top + high, left : left + wide] = PAPER
    return image


def _coarser(image: Grey, how: Augmentation, random: Random) -> Grey:
    """As a scan of fewer rows would have seen it."""
    rows, columns = image.shape
    if rows <= how.coarsest:
        return image
    fewer = random.randint(how.coarsest, rows)
    small = cv2.resize(image, (max(1, round(columns * fewer / rows)), fewer), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint8)


def _toned(tones: Floats, how: Augmentation, random: Random) -> Floats:
    if random.random() < how.paper:
        light = tones > PAPER / 2
        tones = np.where(light, tones - np.float32(random.uniform(0, 100)), tones)
    if random.random() < how.light:
        tones = tones * np.float32(1 + random.uniform(-how.brightness, how.brightness))
        mean = tones.mean()
        tones = (tones - mean) * np.float32(1 + random.uniform(-how.contrast, how.contrast)) + mean
    if random.random() < how.noise:
        source = np.random.default_rng(random.getrandbits(32))
        tones = tones + random.uniform(*how.deviation) * source.standard_normal(tones.shape, np.float32)
    out: Floats = tones.astype(np.float32, copy=False)
    return out
