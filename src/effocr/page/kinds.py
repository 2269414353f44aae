"""Kinds of characters, and how often one follows another in print: what a line's context is made of."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from unicodedata import name, normalize

from effocr.page.distance import folded

KINDS = (
    *("small", "capital", "accented", "digit", "stop", "quote", "dash", "figure sign", "other", "space"),
    *("greek", "greek capital"),
    *("hiragana", "katakana", "ideograph"),
    *("greek with breathing", "greek with accent"),
)
SPACE, GREEK, GREEK_CAPITAL = KINDS.index("space"), KINDS.index("greek"), KINDS.index("greek capital")
HIRAGANA = KINDS.index("hiragana")
BREATHING, ACCENT = KINDS.index("greek with breathing"), KINDS.index("greek with accent")
NUMBERS_OF_KINDS = (GREEK, HIRAGANA, BREATHING, len(KINDS))
"""How many of KINDS are told apart: a context of the first ten has Greek letters and kana among the accented ones."""
_BREATHINGS, _ACCENTS = frozenset("\u0313\u0314"), frozenset("\u0300\u0301\u0342")
_JAPANESE = (("HIRAGANA",), ("KATAKANA",), ("CJK UNIFIED IDEOGRAPH", "IDEOGRAPHIC"))
"""How the names of hiragana, katakana and ideographs begin."""
_SIGNS = {4: ".,;:!?", 5: "'\"‘’“”", 6: "-–—", 7: "()$£&½¼¾%/"}
_KIND_OF = {sign: kind for kind, signs in _SIGNS.items() for sign in signs}


def kind_of(character: str, told_apart: int = len(KINDS)) -> int:
    """The row of a character in KINDS, of which the first `told_apart` count."""
    if character.isalpha():
        if character.isascii() or character == "ſ":
            return 1 if character.isupper() else 0
        if told_apart > GREEK and name(character, "").startswith("GREEK"):
            return _greek_kind(character, told_apart)
        return _japanese_kind(character) if told_apart > HIRAGANA else 2
    if character.isdigit():
        return 3
    return SPACE if character.isspace() else _KIND_OF.get(character, 8)


def _greek_kind(character: str, told_apart: int) -> int:
    """Capitals; small letters with a breathing, which stand where words begin, with an accent alone, with neither."""
    if not character.islower():
        return GREEK_CAPITAL
    marks = frozenset(normalize("NFD", character)) if told_apart > BREATHING else frozenset()
    return BREATHING if marks & _BREATHINGS else ACCENT if marks & _ACCENTS else GREEK


def _japanese_kind(character: str) -> int:
    """Hiragana, katakana with the mark of length, ideographs with 々; accented for all other letters."""
    own = name(character, "")
    found = (place for place, beginnings in enumerate(_JAPANESE) if own.startswith(beginnings))
    return HIRAGANA + place if (place := next(found, None)) is not None else 2


def pair_counts(texts: Iterable[str]) -> list[list[int]]:
    """How often each kind (row) is followed by each other one in lines of text, whose ends count as spaces."""
    counts = [[0] * len(KINDS) for _ in KINDS]
    for text in texts:
        kinds = [SPACE, *map(kind_of, folded(text)), SPACE]
        for before, after in pairwise(kinds):
            counts[before][after] += 1
    return counts
