"""Few lines seen as more: their ink fatter and thinner, their type wider and narrower."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.image.preparation import Grey
from effocr.train.material import RealMaterial

INKED, STRETCHED = 0.5, 0.6
"""How often a line's ink, and its width, are changed."""
WIDTH_DEVIATION = 0.07


@dataclass(frozen=True)
class VariedMaterial(RealMaterial):
    """Real lines, varied each time one is drawn."""

    def draw(self, random: Random) -> LabelledLine:
        return varied(super().draw(random), random)


def varied(line: LabelledLine, random: Random) -> LabelledLine:
    """The line with other ink and another width; its boxes follow."""
    if random.random() < INKED:
        line = replace(line, image=other_ink(line.image, random.uniform(-0.8, 0.8)))
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
