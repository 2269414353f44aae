"""How many crops of each text a folder holds, as figures and as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effocr.data.glyphs.files import GlyphFile
from effocr.image.decode import decode
from effocr.image.draw import Colour
from effocr.image.grid import MISSING, WHITE, Cell, in_rows, table

FEW = 10
SOME: Colour = (252, 236, 190)
COLUMNS = 24


@dataclass(frozen=True)
class TextCount:
    """How many real crops and how many renders read as a text, and one of them (None where there is none)."""

    text: str
    real: int
    rendered: int
    example: GlyphFile | None

    @property
    def total(self) -> int:
        return self.real + self.rendered


def tally(glyphs: Iterable[GlyphFile], wanted: Iterable[str] = ()) -> list[TextCount]:
    """A count for each text among the crops, and for each of `wanted`; the fewest real crops first."""
    real: Counter[str] = Counter()
    rendered: Counter[str] = Counter()
    examples: dict[str, GlyphFile] = {}
    for glyph in glyphs:
        (real if glyph.origin == "real" else rendered)[glyph.text] += 1
        if glyph.text not in examples or (glyph.origin == "real") > (examples[glyph.text].origin == "real"):
            examples[glyph.text] = glyph
    texts = {**examples, **dict.fromkeys(wanted)}
    counts = [TextCount(text, real[text], rendered[text], examples.get(text)) for text in texts]
    return sorted(counts, key=lambda count: (count.real, count.rendered, count.text))


def tally_picture(counts: Sequence[TextCount], most: int = 1200) -> NDArray[np.uint8]:
    """A cell a text, with a crop of it and its real and rendered numbers under it; the `most` rarest.

    Texts without crops are crossed out, those with few stand out.
    """
    return table(in_rows([_cell(count) for count in counts[:most]], COLUMNS))


def summary(counts: Sequence[TextCount]) -> str:
    """What the counts come to, in a sentence."""
    real, rendered = sum(count.real for count in counts), sum(count.rendered for count in counts)
    lacking = sum(not count.total for count in counts)
    few = sum(0 < count.total < FEW for count in counts)
    parts = [f"{len(counts)} texts: {real} real crops and {rendered} renders"]
    parts += [f"{few} texts have fewer than {FEW}"] if few else []
    parts += [f"{lacking} have none"] if lacking else []
    return "; ".join(parts)


def _cell(count: TextCount) -> Cell:
    if count.example is None:
        return Cell(None, f"{ord(count.text[0]):X}", MISSING)
    ground = SOME if count.total < FEW else WHITE
    return Cell(decode(count.example.file), f"{_short(count.real)}+{_short(count.rendered)}", ground)


def _short(number: int) -> str:
    """A number in at most four characters."""
    return str(number) if number < 1000 else f"{number // 1000}k"
