"""A labelled line: the material that both trainings learn from, be it synthetic or read from COCO."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from effocr.errors import DataError
from effocr.image.band import Band, band_of_boxes
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes


@dataclass(frozen=True, eq=False)
class LabelledLine:
    """A line image, turned so that it is read along x, with a box and a text for every glyph, in reading order.

    `spaces[i]` is true where a space stands before glyph i (never before the first). `unknown` are the regions about
    which nothing is known: neither training nor validation looks there. `band` is exact for synthetic lines and
    estimated from the boxes otherwise.
    """

    image: Grey
    texts: tuple[str, ...]
    boxes: Boxes
    spaces: NDArray[np.bool_]
    unknown: Boxes = field(default_factory=lambda: Boxes.of(()))
    exact_band: Band | None = None
    vertical: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        if not len(self.texts) == len(self.boxes) == len(self.spaces):
            raise DataError(
                f"{self.source or 'a line'}: {len(self.texts)} texts, {len(self.boxes)} boxes and {len(self.spaces)} "
                "space marks; there must be one of each per glyph."
            )

    @property
    def text(self) -> str:
        """What the line reads as, spaces included."""
        return "".join(" " * bool(space) + text for space, text in zip(self.spaces, self.texts, strict=True))

    @property
    def band(self) -> Band:
        """The exact band where it is known, else the one the boxes suggest; ValueError for a line without glyphs."""
        return self.exact_band or band_of_boxes(self.boxes)
