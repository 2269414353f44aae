"""Few lines seen as more: their ink fatter and thinner, their type wider and narrower, some of them spaced out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from effocr.data.labelled import LabelledLine
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes
from effocr.train.material import RealMaterial

INKED, STRETCHED = 0.5, 0.6
"""How often a line's ink, and its width, are changed."""
WIDTH_DEVIATION = 0.07
SPACED = 0.15
"""How often a line is spaced out, as titles are, of which few lines have few."""
WIDEST_GAP, WORD_GAP = 0.6, 2.5
"""What spacing out adds between glyphs, at most, in heights of the ascenders; and so many times that between words."""


@dataclass(frozen=True)
class VariedMaterial(RealMaterial):
    """Real lines, varied each time one is drawn."""

    def draw(self, random: Random) -> LabelledLine:
        return varied(super().draw(random), random)


def varied(line: LabelledLine, random: Random) -> LabelledLine:
    """The line with other ink, other gaps and another width; its boxes follow."""
    if random.random() < INKED:
        line = replace(line, image=other_ink(line.image, random.uniform(-0.8, 0.8)))
    if random.random() < SPACED:
        line = spaced_out(line, random.uniform(0.15, WIDEST_GAP))
    return stretched(line, math.exp(random.gauss(0, WIDTH_DEVIATION))) if random.random() < STRETCHED else line


def other_ink(image: Grey, more: float) -> Grey:
    """The image with `more` (-1 to 1) ink: 1 darkens every pixel to its darkest neighbour, -1 lightens it likewise."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    other = cv2.erode(image, cross) if more > 0 else cv2.dilate(image, cross)
    part = abs(more)
    return np.asarray(cv2.addWeighted(image, 1 - part, other, part, 0), np.uint8)


def stretched(line: LabelledLine, factor: float) -> LabelledLine:
    """The line `factor` times as wide."""
    height, width = line.image.shape
    wide = max(8, round(width * factor))
    way = cv2.INTER_AREA if wide < width else cv2.INTER_LINEAR
    image = np.asarray(cv2.resize(line.image, (wide, height), interpolation=way), np.uint8)
    scale = wide / width
    return replace(
        line,
        image=image,
        boxes=line.boxes.scaled(scale, 1.0),
        unknown=line.unknown.scaled(scale, 1.0),
        exact_band=line.exact_band.scaled(scale, 1.0) if line.exact_band else None,
    )


def spaced_out(line: LabelledLine, gap: float) -> LabelledLine:
    """The line with more paper between its glyphs: `gap` heights of its ascenders; glyphs that touch stay together."""
    width = line.image.shape[1]
    left, right = line.boxes.left, line.boxes.right
    clear = _without_ink(line)
    copies = np.ones(width, np.intp)
    for number in range(1, len(left)):
        before, after = int(np.ceil(right[:number].max())), int(left[number:].min())
        at = next((column for column in range(max(before, 0), min(after, width)) if clear[column]), None)
        if at is not None:
            copies[at] += round(gap * line.band.height * (WORD_GAP if line.spaces[number] else 1.0))
    moved = np.concatenate(([0], np.cumsum(copies)))

    def along(boxes: Boxes) -> Boxes:
        array = boxes.array.copy()
        places = np.clip(array[:, (0, 2)], 0, width)
        whole = np.minimum(places.astype(np.intp), width - 1)
        array[:, (0, 2)] = moved[whole] + (places - whole)
        return Boxes(array)

    image = np.repeat(line.image, copies, axis=1)
    return replace(line, image=image, boxes=along(line.boxes), unknown=along(line.unknown))


def _without_ink(line: LabelledLine) -> NDArray[np.bool_]:
    """The columns (W,) in which nothing is dark, as far up and down as glyphs reach."""
    top, bottom = int(line.boxes.array[:, 1].min()), int(np.ceil(line.boxes.array[:, 3].max()))
    dark, light = np.percentile(line.image, (2, 95))
    clear: NDArray[np.bool_] = line.image[max(top, 0) : max(bottom, 1)].min(0) > (dark + light) / 2
    return clear
