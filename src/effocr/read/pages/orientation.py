"""How a page lies: found by the run of its lines and by reading a few of them both ways, and undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from effocr.errors import unknown_name
from effocr.image.preparation import Grey
from effocr.image.turning import Turn
from effocr.page.boxes import Floats
from effocr.read.pages.clips import Clip
from effocr.read.recognizer import Recognizer
from effocr.read.sockets import FoundLine, Localizer

ORIENTATIONS = ("auto", "given")
"""`auto` turns whole pages upright, `given` takes every image as it is."""

REDUCED = 1000
"""About the longer side, in pixels, of the reduced page on which the run of lines is seen."""

TILE = 96
"""Side of the parts of the reduced page that are judged each for itself: columns of lines do not stand level."""

RULES = 0.12
"""The part of a tile's rows, or columns, that may be rules and say nothing."""

INKED = 15.0
"""A tile with print on it has this deviation of its grey levels."""

ACROSS, ALONG = -0.25, 0.15
"""Below, lines run from top to bottom; above, from left to right; in between both are read.

Of 25 upright pages of books and newspapers the lowest has 0.41; of the same turned by a quarter the highest has -0.45.
"""

MARGIN = 0.02
"""By how much more the glyphs of a turned page have to look like exemplars (mean cosine, upside down 0.08 less)."""

SAMPLES, SAMPLE_LENGTH, SHORTEST_SAMPLE = 5, 14.0, 3.0
"""So many lines are read both ways, this many heights of each; shorter ones are passed over."""

FEWEST_GLYPHS = 20
"""So many glyphs of the samples decide together, or none."""

LOWEST_SAMPLE = 8
"""Rows of a line that says anything."""

Finder = Callable[[Grey], list[FoundLine]]
Likeness = Callable[[Sequence[Grey]], float]
"""How much the glyphs on pieces of lines, read along x, look like known ones; higher is better, 0 for none."""


@dataclass(frozen=True, eq=False)
class Laid:
    """A page as it was searched: turned clockwise by `degrees` to stand upright, vertical lines then along x."""

    page: Grey
    turn: Turn
    degrees: int
    lines: list[FoundLine]

    vertical: bool

    @property
    def clips(self) -> list[Clip]:
        """The lines with their way back to the page as given."""
        return [Clip(self.page, line, self.turn, self.vertical) for line in self.lines]


def checked_orientation(name: str) -> str:
    """The name of an orientation, if it is one; raises `UnknownNameError`."""
    if name not in ORIENTATIONS:
        raise unknown_name("orientation", name, ORIENTATIONS)
    return name


def as_given(page: Grey, find: Finder, *, vertical: bool, degrees: int = 0) -> Laid:
    """The page turned by `degrees` and no further, with its lines."""
    turn = Turn.of(page, clockwise=degrees, vertical=vertical)
    turned = turn.turned(page)
    return Laid(turned, turn, degrees, find(turned), vertical)


def upright(page: Grey, find: Finder, likeness: Likeness, *, vertical: bool) -> Laid:
    """The page turned so that its text stands upright, with its lines; as given where nothing speaks against it."""
    given = as_given(page, find, vertical=vertical)
    run = run_of_lines(given.page)
    best, best_likeness, best_flipped = given, *_both_ways(given, likeness)
    if run < ALONG:
        quarter = as_given(page, find, vertical=vertical, degrees=90)
        standing, flipped = _both_ways(quarter, likeness)
        if max(standing, flipped) > max(best_likeness, best_flipped if run > ACROSS else 0.0) + MARGIN:
            best, best_likeness, best_flipped = quarter, standing, flipped
    if best_flipped <= best_likeness + MARGIN:
        return best
    return as_given(page, find, vertical=vertical, degrees=(best.degrees + 180) % 360)


def run_of_lines(page: Grey) -> float:
    """How lines run: towards 1 along x, towards -1 along y, 0 for an empty page.

    Between lines there is paper, so the mean levels of a tile's rows differ more than those of its columns. Of each
    the strangest are left out, which are rules and gutters.
    """
    factor = max(1, round(max(page.shape) / REDUCED))
    small = np.asarray(Image.fromarray(page).reduce(factor), np.float32)
    down, across = small.shape[0] // TILE, small.shape[1] // TILE
    grid = small[: down * TILE, : across * TILE].reshape(down, TILE, across, TILE)
    tiles = grid.transpose(0, 2, 1, 3).reshape(-1, TILE, TILE)  # (tiles, y, x)
    tiles = tiles[tiles.std(axis=(1, 2)) > INKED] if len(tiles) else tiles
    if not len(tiles):
        return 0.0
    rows, columns = _variance(tiles.mean(axis=2)), _variance(tiles.mean(axis=1))
    return float(np.median((rows - columns) / (rows + columns + 1e-6)))


def _variance(levels: Floats) -> Floats:
    """Of each row of (N, TILE), around its median, the farthest levels left out."""
    apart = np.abs(levels - np.median(levels, axis=1, keepdims=True))
    near = np.sort(apart, axis=1)[:, : round((1 - RULES) * TILE)]
    return np.asarray((near**2).mean(axis=1), np.float32)


def _both_ways(laid: Laid, likeness: Likeness) -> tuple[float, float]:
    """How much the page's glyphs look like known ones as it lies, and upside down; zeros where either does not say."""
    pieces = samples(laid)
    if not pieces:
        return 0.0, 0.0
    standing = likeness(pieces)
    flipped = likeness([np.ascontiguousarray(piece[::-1, ::-1]) for piece in pieces])
    return (standing, flipped) if standing and flipped else (0.0, 0.0)


def samples(laid: Laid) -> list[Grey]:
    """The beginnings of a few ordinary lines from all over the page."""
    lines = [line for line in laid.lines if _height(line) >= LOWEST_SAMPLE]
    lines = [line for line in lines if line.box.width >= SHORTEST_SAMPLE * _height(line)]
    usual = float(np.median([_height(line) for line in lines])) if lines else 0.0
    ordinary = [line for line in lines if 0.7 * usual <= _height(line) <= 1.5 * usual]
    places = (np.arange(SAMPLES) + 0.5) * len(ordinary) / SAMPLES
    chosen = [ordinary[place] for place in sorted(set(places.astype(int).tolist()))] if ordinary else []
    cuts = [Clip(laid.page, line, laid.turn, laid.vertical).cut().pixels for line in chosen]
    return [cut[:, : round(SAMPLE_LENGTH * cut.shape[0])] for cut in cuts]


def _height(line: FoundLine) -> float:
    return line.above + line.below or line.box.height


def likeness_to(localizer: Localizer, recognizer: Recognizer, *, vertical: bool) -> Likeness:
    """The mean cosine of glyphs with their nearest exemplars: of real pages 0.93 to 0.99, upside down 0.87.

    Few glyphs say nothing, and give 0.
    """

    def likeness(pieces: Sequence[Grey]) -> float:
        found = localizer.localize(pieces)
        embeddings = recognizer.embeddings(pieces, found, [vertical] * len(pieces))
        if len(embeddings) < FEWEST_GLYPHS:
            return 0.0
        return float(recognizer.index.nearest_texts(embeddings, 1).scores.mean())

    return likeness
