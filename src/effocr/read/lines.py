"""Line finders: where the lines of a clip or page are, by how much ink its rows hold.

A line's ink is densest between its baseline and the top of its small letters; such a dense run of rows is its core.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import numpy as np

from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Floats
from effocr.read.pages.skew import sheared_profile, slope_of, threshold_of
from effocr.read.sockets import FoundLine

WIDEST_CLIP = 30.0
"""A clip this many times wider than high is one line: two would have far more than a hundred letters each."""

FEWEST_ROWS = 24
"""Two lines that can be read are not lower than this together."""

LEAST_CORE = 5
"""Rows of the lowest core that counts."""

LIKE_HEIGHT = 0.55
"""A core lower than this part of the usual one is a rule, a speck, or a neighbour that reaches in."""

ALMOST_LIKE = 0.8
"""A core at the border of a clip, its ascenders cut off, is a line's when it has this part of the usual height."""

ASCENT, DESCENT = 1.1, 0.8
"""How far a line reaches above and below its core, in heights of the core."""

HEADROOM = 0.35
"""Rows above the core of a whole line, in heights of the core: less is a neighbour that reaches in."""

EVEN_PITCH = 1.5
"""Of many lines the widest pitch is at most this many times the narrowest."""

COLUMNS_SEEN = 400
"""At least so many columns of an image are looked at, where it has them."""

FAINTEST = 0.06
"""A short last line has at least this part of the ink of the densest rows."""


@dataclass(frozen=True)
class Core:
    """Rows `top` to `bottom` (exclusive) in which a line is dense."""

    top: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True)
class Contrast:
    """What counts as a core: rows with `dense` part of the ink of the densest.

    Between two of them some row has less than `valley` part of the ink of the weaker, and `gap` heights of the lower
    one lie between them; otherwise both are the inside of one row of large letters.
    """

    dense: float
    valley: float
    gap: float


CLEAR = Contrast(0.4, 0.35, 0.5)
"""Sure enough for two lines. Of 5,500 real crops of single lines, neighbours reaching in, one in 800 is split."""

CLOSE = Contrast(0.5, 0.45, 0.4)
"""For lines that are set solid; sure enough only where three or more stand at an even pitch."""


class WholeImage:
    """Takes every image for one line."""

    def find(self, page: Grey) -> list[FoundLine]:
        """The whole image."""
        rows, columns = page.shape
        return [FoundLine(Box(0.0, 0.0, float(columns), float(rows)))]


class Projection:
    """Cuts an image into its dense runs of rows, from top to bottom; columns are not told apart.

    Where the lines of a page slope, its rows are taken along them.
    """

    def find(self, page: Grey) -> list[FoundLine]:
        """One line a run, as wide as the image; the whole image where nothing is dense."""
        slope = slope_of(page)
        profile = _profile_along(page, slope)
        cores = line_cores(profile, CLOSE)
        if not cores:
            return WholeImage().find(page)
        lines = _lines(_with_faint(cores, profile), page)
        return [_sloping(line, slope, page) for line in lines] if slope else lines


class ClipLines:
    """Takes an image for one line unless at least two whole lines with clear gaps between them are seen in it."""

    def find(self, page: Grey) -> list[FoundLine]:
        """The whole image, or one box a line."""
        rows, columns = page.shape
        if rows < FEWEST_ROWS or columns > WIDEST_CLIP * rows:
            return WholeImage().find(page)
        profile = ink_profile(page)
        close = _whole_lines(line_cores(profile, CLOSE), rows)
        many = len(close) > 2 and _evenly_set(close)
        cores = close if many else _whole_lines(line_cores(profile, CLEAR), rows)
        return _lines(_with_faint(cores, profile), page) if len(cores) > 1 else WholeImage().find(page)


def middle_line(clip: Grey, slope: float) -> FoundLine | None:
    """The line nearest to the middle of a clip whose lines fall by `slope` rows a column; None where nothing is dense.

    It reaches into no other line, but beyond the clip where this cuts it off.
    """
    rows, columns = clip.shape
    cores = line_cores(_profile_along(clip, slope), CLEAR)
    if not cores:
        return None
    at = min(range(len(cores)), key=lambda number: abs(cores[number].top + cores[number].bottom - rows))
    core = cores[at]
    above, below = ASCENT * core.height + core.height, DESCENT * core.height
    if at:
        above = min(above, core.bottom - cores[at - 1].bottom)
    if at + 1 < len(cores):
        below = min(below, cores[at + 1].top - core.bottom)
    rise = slope * columns / 2
    baseline = ((0.0, core.bottom - rise), (float(columns), core.bottom + rise))
    return FoundLine(Box(0.0, 0.0, float(columns), float(rows)), baseline, above, below)


def _profile_along(page: Grey, slope: float) -> Floats:
    """As `ink_profile`, the rows taken along lines that slope."""
    return _smoothed(sheared_profile(page, slope)) if slope else ink_profile(page)


def ink_profile(page: Grey) -> Floats:
    """The part of each row that is ink, 0..1, slightly smoothed; ink is the rarer side of Otsu's threshold.

    Of wide images every second column, or third, and so on, says enough.
    """
    seen = np.ascontiguousarray(page[:, :: max(1, page.shape[1] // COLUMNS_SEEN)])
    dark = (seen <= threshold_of(seen)).view(np.uint8).sum(axis=1, dtype=np.int32)
    return _smoothed((dark / seen.shape[1]).astype(np.float32))


def _smoothed(share: Floats) -> Floats:
    ink = 1 - share if share.mean() > 0.5 else share
    weights = np.array((0.05, 0.25, 0.4, 0.25, 0.05), np.float32)
    smooth: Floats = np.convolve(np.concatenate((ink[:1], ink[:1], ink, ink[-1:], ink[-1:])), weights, mode="valid")
    return smooth


def line_cores(profile: Floats, contrast: Contrast) -> list[Core]:
    """The cores of lines from top to bottom, less those that are much lower than the others."""
    densest = float(np.sort(profile)[len(profile) * 95 // 100])
    if densest <= 0:
        return []
    cores: list[Core] = []
    for core in _runs(profile, contrast.dense * densest):
        if cores and not _apart(cores[-1], core, profile, contrast):
            cores[-1] = Core(cores[-1].top, core.bottom)
        else:
            cores.append(core)
    usual = _usual_height(cores)
    return [core for core in cores if core.height >= max(LIKE_HEIGHT * usual, LEAST_CORE)]


def _runs(profile: Floats, threshold: float) -> list[Core]:
    """The runs of rows above a threshold."""
    dense = np.concatenate(([False], profile > threshold, [False]))
    borders = np.flatnonzero(dense[1:] != dense[:-1]).tolist()
    return [Core(top, bottom) for top, bottom in zip(borders[::2], borders[1::2], strict=True)]


def _apart(upper: Core, lower: Core, profile: Floats, contrast: Contrast) -> bool:
    weaker = min(profile[upper.top : upper.bottom].max(), profile[lower.top : lower.bottom].max())
    valley = profile[upper.bottom : lower.top].min()
    wide = lower.top - upper.bottom >= contrast.gap * min(upper.height, lower.height)
    return wide and bool(valley <= contrast.valley * weaker)


def _usual_height(cores: list[Core]) -> float:
    """Median height of the cores, rules and specks left out; 0 for none."""
    heights = [core.height for core in cores]
    return float(median(height for height in heights if height >= max(heights) / 2)) if heights else 0.0


def _whole_lines(cores: list[Core], rows: int) -> list[Core]:
    """The cores of lines that are whole, if there are two, with those that only lack their ascenders; else none."""
    whole = [core for core in cores if core.top >= HEADROOM * core.height and core.bottom < rows]
    if len(whole) < 2:
        return []
    usual = _usual_height(whole)
    return [core for core in cores if core in whole or core.height >= ALMOST_LIKE * usual]


def _evenly_set(cores: list[Core]) -> bool:
    pitches = np.diff([core.top + core.bottom for core in cores])
    return bool(pitches.max() <= EVEN_PITCH * pitches.min())


def _with_faint(cores: list[Core], profile: Floats) -> list[Core]:
    """The cores together with fainter ones that have room between them: short lines hold little ink a row."""
    if not cores:
        return []
    usual = _usual_height(cores)
    faintest = FAINTEST * float(profile.max())
    found = list(cores)
    starts = [0, *(round(core.bottom + DESCENT * usual) for core in cores)]
    ends = [*(max(0, round(core.top - ASCENT * usual)) for core in cores), len(profile)]
    for start, end in zip(starts, ends, strict=True):
        room = profile[start:end]
        if len(room) < usual or room.max() < faintest:
            continue
        inside = [Core(core.top + start, core.bottom + start) for core in line_cores(room, CLEAR)]
        found += [core for core in inside if core.height >= ALMOST_LIKE * usual]
    return sorted(found, key=lambda core: core.top)


def _lines(cores: list[Core], page: Grey) -> list[FoundLine]:
    """Lines around the cores, ascenders and descenders included, that reach into no other core."""
    rows, columns = page.shape
    floors = [0, *(core.bottom for core in cores[:-1])]
    ceilings = [*(core.top for core in cores[1:]), rows]
    lines = []
    for core, floor, ceiling in zip(cores, floors, ceilings, strict=True):
        top = max(floor, round(core.top - ASCENT * core.height))
        bottom = min(ceiling, round(core.bottom + DESCENT * core.height))
        lines.append(FoundLine(Box(0.0, float(top), float(columns), float(bottom))))
    return lines


def _sloping(line: FoundLine, slope: float, page: Grey) -> FoundLine:
    """A line of the sheared page as it lies on the page: its lower edge is what its baseline runs along."""
    columns = page.shape[1]
    rise = slope * columns / 2
    top, bottom = line.box.top, line.box.bottom
    box = Box(0.0, max(0.0, top - abs(rise)), float(columns), min(float(page.shape[0]), bottom + abs(rise)))
    return FoundLine(box, ((0.0, bottom - rise), (float(columns), bottom + rise)), bottom - top, 0.0)
