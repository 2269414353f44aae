"""How far two texts are apart, and what does not count as a difference."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Sequence

_FOLDS = {
    "'": "‘’‚‛′`´ʼ᾽᾿",
    '"': "“”„‟″«»",
    "-": "‐‑‒–—―−¬⸗\u00ad",
    "s": "ſ",
    "ff": "\ufb00",
    "fi": "\ufb01",
    "fl": "\ufb02",
    "ffi": "\ufb03",
    "ffl": "\ufb04",
    "st": "\ufb05\ufb06",
}
_FOLDED = str.maketrans({char: fold for fold, chars in _FOLDS.items() for char in chars})
_SPACED_PUNCTUATION = re.compile(r"\s+(?=[.,;:!?)])")


def strict(text: str) -> str:
    """The text in NFC, white space collapsed to single spaces and stripped."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def folded(text: str) -> str:
    """The text without what editors differ in: quotes, dashes, long s, ligatures, space before punctuation."""
    return _SPACED_PUNCTUATION.sub("", strict(strict(text).translate(_FOLDED)))


def edit_distance(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Least number of insertions, deletions and substitutions that turn `a` into `b`."""
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(a, b))


def edit_operations(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[str, int, int]]:
    """The edits that turn `a` into `b`, left to right: (`replace`, `insert` or `delete`, place in `a`, in `b`)."""
    from rapidfuzz.distance import Levenshtein

    return [(edit.tag, edit.src_pos, edit.dest_pos) for edit in Levenshtein.editops(a, b)]
