"""What is read as what: the edits between truths and readings, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from effocr.page.confusables import look_alike
from effocr.page.distance import edit_operations, strict

LONGEST = 3
"""Neighbouring edits are shown as one up to this many characters a side (rn -> m); longer stretches are a blunder."""


@dataclass(frozen=True)
class Confusion:
    """`truth` was read as `read`, `count` times; an empty `truth` was inserted, an empty `read` left out."""

    truth: str
    read: str
    count: int

    @property
    def alike(self) -> bool:
        """Whether the two look alike in print."""
        return bool(self.truth and self.read) and look_alike(self.truth, self.read)


@dataclass(frozen=True)
class Edit:
    """A stretch of the truth that was read otherwise; both are half-open ranges, one of which may be empty."""

    truth_start: int
    truth_end: int
    read_start: int
    read_end: int


def edits(truth: str, read: str) -> list[Edit]:
    """The stretches in which two texts differ, left to right; edits that touch each other are one stretch."""
    merged: list[Edit] = []
    for kind, i, j in edit_operations(truth, read):
        edit = Edit(i, i + (kind != "insert"), j, j + (kind != "delete"))
        last = merged[-1] if merged else None
        if last and (last.truth_end, last.read_end) == (edit.truth_start, edit.read_start):
            merged[-1] = Edit(last.truth_start, edit.truth_end, last.read_start, edit.read_end)
        else:
            merged.append(edit)
    return merged


def confusions(pairs: Iterable[tuple[str, str]]) -> list[Confusion]:
    """The confusions in (truth, read) pairs, compared strictly, most frequent first."""
    counts = Counter(pair for truth, read in pairs for pair in _confused(strict(truth), strict(read)))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Confusion(truth, read, count) for (truth, read), count in ordered]


def _confused(truth: str, read: str) -> Iterator[tuple[str, str]]:
    for edit in edits(truth, read):
        wanted, found = truth[edit.truth_start : edit.truth_end], read[edit.read_start : edit.read_end]
        if max(len(wanted), len(found)) <= LONGEST:
            yield wanted, found
        else:
            for kind, i, j in edit_operations(wanted, found):
                yield "" if kind == "insert" else wanted[i], "" if kind == "delete" else found[j]
