"""What time, presses and scanners do to a line: ink spread and lost, worn type, bleed-through, paper, blur, JPEG.

Every function takes and gives a float32 image: 0 = paper and 1 = ink until `on_paper`, 0 = black and 1 = white from
there on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np

from effocr.image.preparation import Grey
from effocr.page.boxes import Floats


def field(shape: tuple[int, int], grain: float, random: Random) -> Floats:
    """Smooth noise, about standard normal, whose features measure `grain` pixels."""
    rows, columns = max(2, round(shape[0] / grain)), max(2, round(shape[1] / grain))
    coarse = np.random.default_rng(random.getrandbits(32)).standard_normal((rows, columns), np.float32)
    return resized(coarse, shape[1], shape[0], cv2.INTER_CUBIC)


def white_noise(shape: tuple[int, int], random: Random) -> Floats:
    return np.random.default_rng(random.getrandbits(32)).standard_normal(shape, np.float32)


def blurred(image: Floats, deviation: float) -> Floats:
    """The image after a Gaussian blur; `deviation` in pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), deviation), np.float32)


def resized(image: Floats, width: int, height: int, way: int) -> Floats:
    """The image at another size; `way` is one of the ways in which OpenCV interpolates."""
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.float32)


def spread_or_lose(ink: Floats, pixel: float, random: Random) -> Floats:
    """Ink that spread on the paper or did not reach it; `pixel` is the size of a scan pixel in pixels of `ink`."""
    kind = random.random()
    if kind < 0.35:
        return ink
    blur = blurred(ink, random.uniform(0.4, 1.1) * pixel)
    level: float | Floats = 0.5 - random.uniform(0.05, 0.33) if kind < 0.75 else 0.5 + random.uniform(0.0, 0.2)
    if random.random() < 0.5:
        level = level + random.uniform(0.03, 0.14) * field(ink.shape, random.uniform(3, 25) * pixel, random)
    steep = random.uniform(4, 16)
    printed: Floats = np.clip((blur - level) * steep + 0.5, 0, 1)
    return printed


def wear(ink: Floats, pixel: float, random: Random) -> Floats:
    """Type that prints unevenly: faint stretches, pale glyph parts, pinholes."""
    if random.random() < 0.4:
        faint = field(ink.shape, random.uniform(4, 40) * pixel, random)
        ink = ink * np.clip(1 - random.uniform(0.1, 0.5) * (faint - random.uniform(-0.2, 1.0)), 0.35, 1)
    if random.random() < 0.25:
        holes = field(ink.shape, random.uniform(0.8, 2.5) * pixel, random) > random.uniform(1.3, 2.4)
        ink = np.where(holes, ink * random.uniform(0.1, 0.7), ink)
    return ink


def specks(ink: Floats, pixel: float, random: Random) -> Floats:
    """Dirt, and rules beside or under the text."""
    if random.random() < 0.25:
        dots = field(ink.shape, random.uniform(0.8, 2.2) * pixel, random) > random.uniform(2.2, 3.4)
        ink = np.maximum(ink, dots * np.float32(random.uniform(0.3, 1)))
    if random.random() < 0.10:
        thick = max(1, round(random.uniform(0.7, 2.5) * pixel))
        if random.random() < 0.6:
            at = random.choice(
                (
                    random.randrange(max(1, round(6 * pixel))),
                    ink.shape[1] - 1 - random.randrange(max(1, round(6 * pixel))),
                )
            )
            ink[:, max(0, at) : max(0, at) + thick] = random.uniform(0.5, 1)
        else:
            at = random.choice((0, ink.shape[0] - thick)) + random.randint(-2, 2)
            ink[max(0, at) : max(0, at) + thick] = random.uniform(0.5, 1)
    return ink


def bleed_through(ink: Floats, other: Floats, random: Random) -> Floats:
    """The print of the page's other side, mirrored, blurred and faint."""
    back = resized(other[:, ::-1], ink.shape[1], ink.shape[0], cv2.INTER_LINEAR)
    back = blurred(back, random.uniform(1, 3))
    both: Floats = np.maximum(ink, back * np.float32(random.uniform(0.05, 0.3)))
    return both


def scanned(ink: Floats, random: Random) -> Floats:
    """Blur of the lens, then what a thresholding or a coarser scan leaves; at the scan's resolution."""
    if random.random() < 0.55:
        ink = blurred(ink, random.uniform(0.3, 1.0))
    if random.random() < 0.35:
        factor = random.uniform(0.45, 0.9)
        small = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        ways = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LINEAR)
        ink = np.asarray(cv2.resize(small, (ink.shape[1], ink.shape[0]), interpolation=random.choice(ways)), np.float32)
    return np.clip(ink, 0, 1)


def on_paper(ink: Floats, random: Random) -> Floats:
    """Grey values: paper that is uneven, ink that is not quite black, the scanner's noise."""
    paper = random.uniform(0.5, 1.0) if random.random() < 0.6 else 1.0
    black = random.uniform(0, min(0.5, paper - 0.2)) if random.random() < 0.7 else 0.0
    ground = np.full(ink.shape, paper, np.float32)
    if random.random() < 0.4:
        ground += random.uniform(0.01, 0.07) * field(ink.shape, random.uniform(15, 120), random)
    if random.random() < 0.1:
        ground *= np.linspace(random.uniform(0.75, 1), random.uniform(0.75, 1), ink.shape[1], dtype=np.float32)
    grey = ground * (1 - ink) + black * ink
    if random.random() < 0.6:
        noise = white_noise(ink.shape, random)
        if random.random() < 0.5:
            noise = blurred(noise, 0.7) * np.float32(1.8)
        grey += random.uniform(0.004, 0.06) * noise
    return grey


def stored(grey: Floats, random: Random) -> Floats:
    """One bit a pixel, or JPEG blocks, or sharpening, or nothing."""
    kind = random.random()
    if kind < 0.22:
        middle = (float(grey.min()) + float(grey.max())) / 2
        level = middle * random.uniform(0.88, 1.2)
        return (grey > level).astype(np.float32)
    if kind < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, random.randint(25, 90)]
        code = cv2.imencode(".jpg", np.clip(grey * 255, 0, 255).astype(np.uint8), quality)[1]
        return np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)
    if kind < 0.6:
        soft = blurred(grey, 1.2)
        return grey + random.uniform(0.3, 1.2) * (grey - soft)
    return grey


def aged(ink: Floats, other: Grey, pixel: float, random: Random) -> Floats:
    """What press and time do to ink; `other` (255 = ink) is what may shine through from the other side."""
    ink = spread_or_lose(ink, pixel, random)
    ink = specks(wear(ink, pixel, random), pixel, random)
    return _shone_through(ink, other, random) if random.random() < 0.06 else ink


def _shone_through(ink: Floats, other: Grey, random: Random) -> Floats:
    return bleed_through(ink, other.astype(np.float32) / np.float32(255), random)


def photographed(ink: Floats, random: Random) -> Floats:
    """Grey values of a scan, as far as scans go wrong."""
    return stored(on_paper(scanned(ink, random), random), random)


def _fresh(ink: Floats, other: Grey, pixel: float, random: Random) -> Floats:
    return spread_or_lose(ink, pixel, random) if random.random() < 0.5 else ink


def _worn(ink: Floats, other: Grey, pixel: float, random: Random) -> Floats:
    ink = wear(aged(spread_or_lose(ink, pixel, random), other, pixel, random), pixel, random)
    return _shone_through(ink, other, random) if random.random() < 0.2 else ink


def _untouched(ink: Floats, other: Grey, pixel: float, random: Random) -> Floats:
    return ink


def _black_on_white(ink: Floats, random: Random) -> Floats:
    return 1 - ink


def _well_scanned(ink: Floats, random: Random) -> Floats:
    grey = on_paper(ink, random) if random.random() < 0.5 else 1 - ink
    return blurred(grey, random.uniform(0.3, 0.7)) if random.random() < 0.5 else grey


def _badly_scanned(ink: Floats, random: Random) -> Floats:
    return stored(on_paper(scanned(scanned(ink, random), random), random), random)


@dataclass(frozen=True)
class Degradation:
    """How far a line comes down: `print` works on ink in the font's resolution, `scan` makes ink grey values.

    `turned`, `cut` and `inverted` are the chances that a line is sloped or slanted, loses an end, is white on black;
    `unevenness` says how much of the usual difference in ink from glyph to glyph is left.
    """

    print: Callable[[Floats, Grey, float, Random], Floats]
    scan: Callable[[Floats, Random], Floats]
    turned: float
    cut: float
    inverted: float
    unevenness: float


DEGRADATIONS = {
    "clean": Degradation(_untouched, _black_on_white, turned=0.0, cut=0.0, inverted=0.0, unevenness=0.0),
    "light": Degradation(_fresh, _well_scanned, turned=0.3, cut=0.0, inverted=0.0, unevenness=0.5),
    "usual": Degradation(aged, photographed, turned=0.6, cut=0.05, inverted=0.02, unevenness=1.0),
    "heavy": Degradation(_worn, _badly_scanned, turned=0.8, cut=0.1, inverted=0.02, unevenness=1.0),
}
