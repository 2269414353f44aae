"""Hard negatives: sets of texts that an index mistakes for each other, mined, kept as text, and read again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from effocr.data.writing import write_text
from effocr.errors import DataError
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats

CODES = re.compile(r"\d+(_\d+)*(\|\d+(_\d+)*)+")
"""Texts as EffOCR's word recognizer writes them: code points joined by `_`, texts by `|`."""


def mined(index: GlyphIndex, embeddings: Floats, texts: Sequence[str], k: int) -> list[list[str]]:
    """For every text a set: itself, then the `k` other texts that stand nearest to its crops, most mistaken first.

    Each crop votes for the other texts among its `k` + 1 nearest by how near they come; nearer than the true one counts
    twice. embeddings (N, D).
    """
    near = index.nearest_texts(embeddings, k + 1)
    votes: dict[str, dict[str, float]] = {}
    for text, rows, scores in zip(texts, near.rows.tolist(), near.scores.tolist(), strict=True):
        read = [index.texts[row] for row in rows]
        own = scores[read.index(text)] if text in read else scores[-1]
        of_text = votes.setdefault(text, {})
        for other, score in zip(read, scores, strict=True):
            if other != text:
                weight = float(np.exp(10 * (score - 1))) * (2 if score >= own else 1)
                of_text[other] = of_text.get(other, 0.0) + weight
    return [[text, *_most(votes[text], k)] for text in sorted(votes)]


def _most(votes: dict[str, float], k: int) -> list[str]:
    return sorted(votes, key=lambda other: (-votes[other], other))[:k]


def write_hard_negatives(path: Path, sets: Sequence[Sequence[str]]) -> Path:
    """One set a line, its texts separated by tabs, the one that was asked about first."""
    return write_text(path, "".join("\t".join(texts) + "\n" for texts in sets))


def read_hard_negatives(path: Path) -> list[list[str]]:
    """The sets in a file of ours, or in an `hns.txt` of EffOCR's: characters joined, or code points between `|`.

    A text comes once a set. Raises DataError for a file that cannot be read or holds no set.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path}: hard negatives cannot be read: {error}.", hint='hard_negatives = "mine" makes them.'
        ) from error
    sets = [list(dict.fromkeys(_texts(line.rstrip("\r"), f"{path}, line {row}"))) for row, line in enumerate(lines, 1)]
    found = [texts for texts in sets if len(texts) > 1]
    if not found:
        raise DataError(
            f"{path} holds no set of hard negatives.", hint="A line is a set: texts with tabs between them."
        )
    return found


def _texts(line: str, where: str) -> list[str]:
    if "\t" in line:
        return [text for text in line.split("\t") if text]
    if CODES.fullmatch(line):
        try:
            return ["".join(chr(int(code)) for code in word.split("_")) for word in line.split("|")]
        except (ValueError, OverflowError) as error:
            raise DataError(f"{where}: {line!r} are no code points: {error}.", hint="Mend or remove it.") from error
    return list(line)
