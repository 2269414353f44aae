"""What else a glyph may read as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Floats


class Alternative(NamedTuple):
    """Another text a glyph may read as."""

    text: str
    score: float


class Ranking(NamedTuple):
    """What N glyphs that were read together may read as, the best first: places in `texts`, and scores, (N, k)."""

    texts: Sequence[str]
    places: NDArray[np.intp]
    scores: Floats


class Alternatives(Sequence[Alternative]):
    """The alternatives of glyph `row` of a ranking, all but the best: made when somebody asks, as few ever do."""

    __slots__ = ("_ranking", "_row")

    def __init__(self, ranking: Ranking, row: int) -> None:
        self._ranking = ranking
        self._row = row

    def _made(self) -> tuple[Alternative, ...]:
        texts, places, scores = self._ranking
        others = zip(places[self._row, 1:].tolist(), scores[self._row, 1:].tolist(), strict=True)
        return tuple([Alternative(texts[place], score) for place, score in others])

    def __len__(self) -> int:
        return len(self._ranking.places[self._row]) - 1

    def __iter__(self) -> Iterator[Alternative]:
        return iter(self._made())

    @overload
    def __getitem__(self, at: int) -> Alternative: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Alternative, ...]: ...
    def __getitem__(self, at: int | slice) -> Alternative | tuple[Alternative, ...]:
        return self._made()[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._made() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._made())

    def __repr__(self) -> str:
        return repr(self._made())

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._made(),)
