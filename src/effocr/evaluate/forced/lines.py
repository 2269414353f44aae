"""Lines whose text is known, aligned with it: a box, a text and a score for every glyph, and a score for the line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from effocr.data.labelled import LabelledLine
from effocr.data.lines import TextLine
from effocr.errors import EffocrError
from effocr.evaluate.forced.evidence import CUT, JOINED, Likeness, Pieces, Widths, even_parts, pieces_of, ways_through
from effocr.evaluate.forced.path import Step, best_path
from effocr.image.crops import along_x
from effocr.image.decode import decode
from effocr.image.preparation import Grey
from effocr.page.boxes import Box, Boxes
from effocr.page.distance import strict
from effocr.read.reader import Reader
from effocr.read.sockets import Localization

Place = Literal["found", "joined", "broken"]
SURE = 0.05
"""Least score of a glyph beside others that are joined, broken or missing."""
FEWEST_FOR_WIDTH = 3
OnError = Callable[[TextLine, EffocrError], None]


@dataclass(frozen=True, eq=False)
class SeenText:
    """A transcribed line as a bundle's nets see it, read along x; `pieces` is None where no glyph was found."""

    line: TextLine
    pixels: Grey
    found: Localization
    pieces: Pieces | None

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(strict(self.line.text).split())

    @property
    def chars(self) -> str:
        """The text without spaces."""
        return "".join(self.words)

    @property
    def starts(self) -> frozenset[int]:
        """Places in `chars` of those that a space precedes."""
        ends = np.cumsum([len(word) for word in self.words]).tolist()
        return frozenset(ends[:-1])


@dataclass(frozen=True)
class PlacedGlyph:
    """`text` stands at `box` (pixels of the line along x): characters from `start` on of the text without spaces.

    `place` says whether it has a box of its own, shares one, or lies in several; `row` is its (first) box. `score`
    (0..1) is the share of its text among all that it looks like, `known` whether exemplars of the text were there.
    `steady` glyphs have a box of their own, and so have both their neighbours, with nothing left out between them.
    """

    text: str
    start: int
    box: Box
    score: float
    place: Place
    row: int
    known: bool
    steady: bool = False

    @property
    def believable(self) -> bool:
        """Whether its text may be believed: it looks like it, or its place leaves no choice."""
        return self.steady or not self.known or self.score >= SURE


@dataclass(frozen=True, eq=False)
class AlignedLine:
    """A line and its text, put together; `score` (0..1) says how well they fit, per glyph.

    `missing` are places of characters without a box, `dirt` rows of boxes without a character.
    """

    seen: SeenText
    glyphs: tuple[PlacedGlyph, ...]
    missing: tuple[int, ...]
    dirt: tuple[int, ...]
    score: float

    @property
    def misfits(self) -> int:
        """Characters that the localizer missed, joined or broke, and boxes that are none."""
        shared = sum(glyph.place != "found" for glyph in self.glyphs)
        return shared + len(self.missing) + len(self.dirt)

    def labelled(self) -> LabelledLine:
        """The line as training material: glyphs that cannot be believed are unknown regions."""
        kept = [glyph for glyph in self.glyphs if glyph.believable]
        return self._with([glyph for glyph in self.glyphs if not glyph.believable], kept)

    def whole(self) -> LabelledLine:
        """The line with every glyph, however unsure."""
        return self._with([], self.glyphs)

    def _with(self, unsure: Sequence[PlacedGlyph], kept: Sequence[PlacedGlyph]) -> LabelledLine:
        return LabelledLine(
            self.seen.pixels,
            tuple(glyph.text for glyph in kept),
            Boxes.of(glyph.box for glyph in kept),
            self._spaces(kept),
            unknown=Boxes.of([*(glyph.box for glyph in unsure), *self._gaps()]),
            exact_band=self.seen.found.band,
            vertical=self.seen.line.vertical,
            source=self.seen.line.page or self.seen.line.image.stem,
        )

    def _spaces(self, kept: Sequence[PlacedGlyph]) -> NDArray[np.bool_]:
        """Whether a space stands between each kept glyph and the one before it."""
        starts = self.seen.starts
        before = [-1, *(glyph.start for glyph in kept)]
        spaces = [
            any(place in starts for place in range(last + 1, glyph.start + 1))
            for last, glyph in zip(before, kept, strict=False)
        ]
        return np.array([at > 0 and space for at, space in enumerate(spaces)], bool)

    def _gaps(self) -> list[Box]:
        """The stretches in which characters without a box must lie."""
        height, width = self.seen.pixels.shape
        gaps = []
        for place in self.missing:
            left = max((glyph.box.right for glyph in self.glyphs if glyph.start < place), default=0.0)
            right = min((glyph.box.left for glyph in self.glyphs if glyph.start > place), default=float(width))
            if right > left:
                gaps.append(Box(left, 0.0, right, float(height)))
        return gaps


def seen_texts(
    reader: Reader,
    lines: Sequence[TextLine],
    *,
    on_error: OnError | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[SeenText]:
    """The lines as the reader's nets see them; an image that cannot be read raises, or is told to `on_error`."""
    for done, line in enumerate(lines, 1):
        try:
            pixels = along_x(decode(line.image), vertical=line.vertical)
            (found,) = reader.localizer.localize([pixels])
        except EffocrError as error:
            if on_error is None:
                raise
            on_error(line, error)
        else:
            glyphs = len(found.boxes) and found.band is not None
            yield SeenText(
                line,
                pixels,
                found,
                pieces_of(reader.recognizer, pixels, found, vertical=line.vertical) if glyphs else None,
            )
        if progress is not None:
            progress(done)


def align_line(seen: SeenText, likeness: Likeness, widths: Widths | None = None) -> AlignedLine:
    """The line with the cheapest way through its boxes and its text."""
    chars = seen.chars
    if seen.pieces is None or not chars:
        return AlignedLine(seen, (), tuple(range(len(chars))), tuple(range(len(seen.found.boxes))), 0.0)
    widths = widths or Widths()
    steps = best_path(ways_through(seen.pieces, seen.found, chars, seen.starts, likeness, widths))
    alone = [True, *(step.boxes == 1 and step.chars > 0 for step in steps), True]
    glyphs = [
        replace(glyph, steady=glyph.place == "found" and all(alone[at : at + 3]))
        for at, step in enumerate(steps)
        if step.boxes and step.chars
        for glyph in _placed(seen, step, likeness)
    ]
    missing = tuple(step.char for step in steps if not step.boxes)
    dirt = tuple(step.box for step in steps if not step.chars)
    weight = sum(max(step.chars, 1) for step in steps)
    score = math.exp(-sum(step.cost for step in steps) / weight)
    return AlignedLine(seen, tuple(glyphs), missing, dirt, min(score, 1.0))


def align_lines(reader: Reader, lines: Sequence[TextLine], *, on_error: OnError | None = None) -> list[AlignedLine]:
    """The lines aligned with what the reader knows of their texts, and with the widths that a first pass finds.

    Characters of which no exemplar is known are placed by the others, by their widths and by the gaps between words.
    """
    return aligned_twice(reader, lines, on_error=on_error)[0]


def aligned_twice(
    reader: Reader,
    lines: Sequence[TextLine],
    *,
    on_error: OnError | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[AlignedLine], Likeness, Widths]:
    """The aligned lines, and by what they were aligned."""
    seen = list(seen_texts(reader, lines, on_error=on_error, progress=progress))
    likeness = Likeness(reader.recognizer.index, reader.recognizer.sharpness)
    widths = widths_of([align_line(each, likeness) for each in seen])
    return [align_line(each, likeness, widths) for each in seen], likeness, widths


def widths_of(lines: Sequence[AlignedLine]) -> Widths:
    """The usual width of every text that was placed often enough, against the median box of its line."""
    seen: dict[str, list[float]] = {}
    for line in lines:
        boxes = line.seen.found.boxes
        usual = max(float(np.median(boxes.right - boxes.left)), 1.0) if len(boxes) else 1.0
        for glyph in line.glyphs:
            if glyph.place != "joined":
                seen.setdefault(glyph.text, []).append(glyph.box.width / usual)
    often = {text: values for text, values in seen.items() if len(values) >= FEWEST_FOR_WIDTH}
    return Widths({text: float(np.median(values)) for text, values in often.items()})


def _placed(seen: SeenText, step: Step, likeness: Likeness) -> list[PlacedGlyph]:
    """The glyphs of one step: one, or as many as share a box."""
    text = seen.chars[step.char : step.char + step.chars]
    boxes, pieces = seen.found.boxes, seen.pieces
    if pieces is None:
        return []
    whole = Boxes(boxes.array[step.box : step.box + step.boxes]).union()
    vector = pieces.whole[step.boxes][step.box : step.box + 1]
    if step.chars == 1 or (likeness.knows(text) and _as_one(seen, step, likeness)):
        score = math.exp(-float(likeness.costs(vector, [text])[0, 0]))
        place: Place = "found" if step.boxes == 1 else "broken"
        return [PlacedGlyph(text, step.char, whole, score, place, step.box, likeness.knows(text))]
    parts = even_parts(Boxes.of([whole]), step.chars)
    vectors = pieces.parts[step.chars][step.box * step.chars : (step.box + 1) * step.chars]
    costs = likeness.costs(vectors, text)
    return [
        PlacedGlyph(char, step.char + at, parts[at], math.exp(-float(costs[at, at])), "joined", step.box, knows)
        for at, (char, knows) in enumerate((char, likeness.knows(char)) for char in text)
    ]


def _as_one(seen: SeenText, step: Step, likeness: Likeness) -> bool:
    """Whether a box of several characters looks like their ligature rather than like its parts."""
    if seen.pieces is None:
        return False
    text = seen.chars[step.char : step.char + step.chars]
    one = float(likeness.costs(seen.pieces.whole[1][step.box : step.box + 1], [text])[0, 0])
    vectors = seen.pieces.parts[step.chars][step.box * step.chars : (step.box + 1) * step.chars]
    several = float(np.trace(likeness.costs(vectors, text)))
    return one <= CUT * several + JOINED * (step.chars - 1)
