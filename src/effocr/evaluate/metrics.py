"""Error rates of readings against what the lines say: sums of edit distances over sums of lengths, as fractions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from effocr.page.distance import edit_distance, folded, strict


@dataclass(frozen=True)
class Scores:
    """Error rates over some lines; they pass 1 where more was read than stands there, and are 0 for no lines."""

    lines: int
    chars: int
    """Characters of the truth, strict."""
    cer: float
    """Strict: NFC, white space collapsed."""
    cer_folded: float
    """Quotes, dashes, long s, ligatures and the space before punctuation folded on both sides."""
    cer_uncased: float
    """Strict, in lower case."""
    cer_nospace: float
    """Strict, without spaces."""
    wer: float
    """Edit distance in words between spaces."""
    line_accuracy: float
    """Share of the lines read without any strict error."""


def uncased(text: str) -> str:
    return strict(text).lower()


def without_spaces(text: str) -> str:
    return strict(text).replace(" ", "")


def words(text: str) -> list[str]:
    return strict(text).split()


def score(pairs: Iterable[tuple[str, str]]) -> Scores:
    """The scores of (truth, predicted) pairs, one a line."""
    pairs = list(pairs)
    exact = sum(strict(truth) == strict(predicted) for truth, predicted in pairs)
    return Scores(
        lines=len(pairs),
        chars=sum(len(strict(truth)) for truth, _ in pairs),
        cer=error_rate(pairs, strict),
        cer_folded=error_rate(pairs, folded),
        cer_uncased=error_rate(pairs, uncased),
        cer_nospace=error_rate(pairs, without_spaces),
        wer=error_rate(pairs, words),
        line_accuracy=exact / len(pairs) if pairs else 0.0,
    )


def error_rate(pairs: Iterable[tuple[str, str]], form: Callable[[str], Sequence[str]]) -> float:
    """Edits between both forms over the length of the truths' forms; truths without any length count as one."""
    edits = length = 0
    for truth, predicted in pairs:
        wanted = form(truth)
        edits += edit_distance(wanted, form(predicted))
        length += len(wanted)
    return edits / max(length, 1)
