"""Kinds of characters, and how often one follows another in print: what a line's context is made of."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from effocr.page.distance import folded

KINDS = ("small", "capital", "accented", "digit", "stop", "quote", "dash", "figure sign", "other", "space")
SPACE = KINDS.index("space")
_SIGNS = {4: ".,;:!?", 5: "'\"‘’“”", 6: "-–—", 7: "()$£&½¼¾%/"}
_KIND_OF = {sign: kind for kind, signs in _SIGNS.items() for sign in signs}


def kind_of(character: str) -> int:
    """The row of a character in KINDS."""
    if character.isalpha():
        if not character.isascii():
            return 2
        return 1 if character.isupper() else 0
    if character.isdigit():
        return 3
    return SPACE if character.isspace() else _KIND_OF.get(character, 8)


def pair_counts(texts: Iterable[str]) -> list[list[int]]:
    """How often each kind (row) is followed by each other one in lines of text, whose ends count as spaces."""
    counts = [[0] * len(KINDS) for _ in KINDS]
    for text in texts:
        kinds = [SPACE, *map(kind_of, folded(text)), SPACE]
        for before, after in pairwise(kinds):
            counts[before][after] += 1
    return counts
