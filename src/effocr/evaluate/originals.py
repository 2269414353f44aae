"""Error rates as the original EffOCR scripts define them (`textline_evaluation`), to compare with their papers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from effocr.evaluate.metrics import error_rate
from effocr.page.distance import edit_distance

DOUBLE_QUOTES = ("“", "”", "''", "‘‘", "’’")


@dataclass(frozen=True)
class OriginalScores:
    """Rates over lines, 0 for none. Unlike `Scores` they know no NFC and keep runs of spaces inside a line."""

    cer: float
    """Edits per character of the cleaned truth."""
    cer_uncased: float
    cer_nospace: float
    cer_uncased_nospace: float
    cer_raw_length: float
    """The edits of `cer` per character of the truth before cleaning, which is the number the scripts print."""
    normalised_edit_distance: float
    """Mean over lines of d / max(characters of truth, of reading), 0 best; ICDAR 2019 reports 1 minus this."""
    line_accuracy: float
    """Share of the lines that are the same after cleaning."""


def cleaned(text: str) -> str:
    """The text with all double quotes as ", without line ends, and stripped."""
    for quote in DOUBLE_QUOTES:
        text = text.replace(quote, '"')
    return text.replace("\n", "").strip()


def score_as_originals(pairs: Iterable[tuple[str, str]]) -> OriginalScores:
    """The scores of (truth, predicted) pairs, one a line."""
    pairs = list(pairs)
    clean = [(cleaned(truth), cleaned(predicted)) for truth, predicted in pairs]
    edits = sum(edit_distance(truth, predicted) for truth, predicted in clean)
    return OriginalScores(
        cer=error_rate(clean, str),
        cer_uncased=error_rate(clean, str.lower),
        cer_nospace=error_rate(clean, _without_spaces),
        cer_uncased_nospace=error_rate(clean, lambda text: _without_spaces(text).lower()),
        cer_raw_length=edits / max(sum(len(truth) for truth, _ in pairs), 1),
        normalised_edit_distance=fmean(map(_normalised, clean)) if clean else 0.0,
        line_accuracy=fmean(truth == predicted for truth, predicted in clean) if clean else 0.0,
    )


def _without_spaces(text: str) -> str:
    return text.replace(" ", "")


def _normalised(pair: tuple[str, str]) -> float:
    truth, predicted = pair
    return edit_distance(truth, predicted) / max(len(truth), len(predicted), 1)
