"""Reading each glyph as the kind of character that its neighbours suggest: o or 0, S or 8, I or Ï.

Of every glyph the likeliest text of each kind competes. The best path through a line multiplies the recognizer's
scores with how often one kind follows another in print; which letters follow each other is not asked, so that names,
misprints and foreign words stay as they stand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from effocr.page.distance import folded
from effocr.page.result import Glyph, Line
from effocr.read.english.revision import reread, with_words

SPACE = 9
KINDS = ("small", "capital", "accented", "digit", "stop", "quote", "dash", "figure sign", "other", "space")
_SIGNS = {4: ".,;:!?", 5: "'\"‘’“”", 6: "-–—", 7: "()$£&½¼¾%/"}
_KIND_OF = {sign: kind for kind, signs in _SIGNS.items() for sign in signs}

LEAST = 3e-3
"""A text competes when its score is at least this; lower ones win nothing, chosen on newspapers_en, split train."""

# Row: what stands before, column: what follows; both in the order of KINDS. Counted in the texts of newspapers_en,
# split train: python benchmarks/repairs.py DATA --pairs
PAIRS: tuple[tuple[int, ...], ...] = (
    (3514, 2, 0, 0, 130, 7, 25, 0, 1, 872),
    (203, 258, 0, 0, 54, 1, 1, 3, 0, 28),
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    (2, 0, 0, 46, 28, 0, 4, 0, 0, 10),
    (0, 0, 0, 9, 6, 3, 12, 0, 0, 188),
    (9, 4, 0, 0, 0, 0, 0, 0, 0, 7),
    (4, 14, 0, 1, 0, 0, 0, 1, 2, 20),
    (2, 0, 0, 4, 0, 0, 0, 0, 0, 4),
    (0, 2, 0, 0, 0, 0, 0, 0, 0, 1),
    (817, 268, 0, 30, 0, 9, 0, 6, 0, 0),
)


def kind_of(character: str) -> int:
    """The row of a character in KINDS."""
    if character.isalpha():
        if not character.isascii():
            return 2
        return 1 if character.isupper() else 0
    if character.isdigit():
        return 3
    return SPACE if character.isspace() else _KIND_OF.get(character, 8)


def pair_counts(texts: Sequence[str]) -> list[list[int]]:
    """How often each kind follows each other one in lines of text, whose ends count as spaces."""
    counts = [[0] * len(KINDS) for _ in KINDS]
    for text in texts:
        kinds = [SPACE, *map(kind_of, folded(text)), SPACE]
        for before, after in pairwise(kinds):
            counts[before][after] += 1
    return counts


def _log_shares(counts: Sequence[Sequence[int]], unseen: float = 1.0) -> list[list[float]]:
    """Logarithms of the probability of each kind after each, every pair counted `unseen` times more."""
    return [[math.log((n + unseen) / (sum(row) + unseen * len(row))) for n in row] for row in counts]


class _Option(NamedTuple):
    """A text that a glyph may have, the kinds of its first and last characters, and the logarithm of its score."""

    text: str
    first: int
    last: int
    odds: float


_Paths = dict[int, tuple[float, tuple[str, ...]]]
"""The best way to each kind: its logarithm, and the texts on it."""


class ContextRepair:
    """Chooses between kinds of characters; lines without spaces between words stay as they are."""

    name = "context"

    def __init__(self, pairs: Sequence[Sequence[int]] = PAIRS) -> None:
        self._follows = _log_shares(pairs)

    def __call__(self, line: Line) -> Line:
        """The line with the kinds that go together best."""
        words = [[_options(glyph) for glyph in word.glyphs] for word in line.words]
        if not line.spaced or all(len(options) == 1 for word in words for options in word):
            return line
        texts = iter(self._best(words))
        return with_words(
            line, [[reread(glyph, next(texts), self.name) for glyph in word.glyphs] for word in line.words]
        )

    def _best(self, words: list[list[list[_Option]]]) -> tuple[str, ...]:
        paths: _Paths = {SPACE: (0.0, ())}
        for word in words:
            for options in word:
                paths = self._on(paths, options)
            ends = [(odds + self._follows[kind][SPACE], texts) for kind, (odds, texts) in paths.items()]
            paths = {SPACE: max(ends, key=lambda end: end[0])}
        return paths[SPACE][1]

    def _on(self, paths: _Paths, options: list[_Option]) -> _Paths:
        """The paths one glyph further."""
        further: _Paths = {}
        for option in options:
            odds, kind = max((odds + self._follows[kind][option.first], kind) for kind, (odds, _) in paths.items())
            odds += option.odds
            if option.last not in further or odds > further[option.last][0]:
                further[option.last] = (odds, (*paths[kind][1], option.text))
        return further


def _options(glyph: Glyph) -> list[_Option]:
    """The likeliest text of each kind, the glyph's own first; others only where their score is no less than `LEAST`."""
    if not glyph.text:
        return [_Option("", SPACE, SPACE, 0.0)]
    best: dict[tuple[int, int], _Option] = {}
    likely = (other for other in glyph.alternatives if other.text and other.score >= LEAST)
    for text, score in [(glyph.text, glyph.score), *likely]:
        kinds = kind_of(text[0]), kind_of(text[-1])
        best.setdefault(kinds, _Option(text, *kinds, math.log(max(score, LEAST))))
    return list(best.values())
