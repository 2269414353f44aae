"""Which lines to transcribe next: those that are read least surely, and most unlike the lines given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from effocr.data.lines import TextLine
from effocr.errors import ImageError
from effocr.image.crops import along_x
from effocr.image.decode import decode
from effocr.read.reader import Reader
from effocr.read.teaching import line_seen

WORST_SHARE = 0.25
"""A line is as doubtful as the worst quarter of its glyphs: one bad letter in a good line says little."""
NOVELTY = 2.0
SAME_PAGE = 0.7
"""Each line that was named of a page makes its others worth so much less: other pages show other type."""


@dataclass(frozen=True)
class NextLine:
    """A line worth transcribing: what it reads as now, and how doubtful and how new its glyphs are (each 0..1)."""

    line: TextLine
    read: str
    doubt: float
    novelty: float

    @property
    def worth(self) -> float:
        return self.doubt + NOVELTY * self.novelty


def next_lines(reader: Reader, lines: Sequence[TextLine], count: int) -> list[NextLine]:
    """Up to `count` of the lines, the most worth first; those that cannot be read are passed over."""
    left = [seen for line in lines if (seen := _seen(reader, line)) is not None]
    chosen: list[NextLine] = []
    pages: Counter[str] = Counter()
    while left and len(chosen) < count:
        best = max(left, key=lambda each: each.worth * SAME_PAGE ** pages[each.line.page])
        left.remove(best)
        pages[best.line.page] += 1
        chosen.append(best)
    return chosen


def _seen(reader: Reader, line: TextLine) -> NextLine | None:
    try:
        seen = line_seen(reader, along_x(decode(line.image), vertical=line.vertical), vertical=line.vertical)
    except ImageError:
        return None
    if not len(seen.embeddings):
        return None
    read = reader.recognizer.recognitions(seen.embeddings, [seen.found.space_before])
    spaces = seen.found.space_before > 0.5
    text = "".join(
        " " * bool(space and at) + glyph.text for at, (space, glyph) in enumerate(zip(spaces, read, strict=True))
    )
    near = reader.recognizer.index.nearest(seen.embeddings, 1).scores[:, 0]
    return NextLine(line, text, 1 - _worst([glyph.score for glyph in read]), 1 - _worst(np.clip(near, 0, 1).tolist()))


def _worst(values: Sequence[float]) -> float:
    """Mean of the lowest quarter."""
    lowest = sorted(values)[: max(1, round(WORST_SHARE * len(values)))]
    return float(np.mean(lowest))
