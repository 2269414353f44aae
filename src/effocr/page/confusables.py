"""Texts that look alike in print, so that reports can tell a slip of shape from a blunder."""

from __future__ import annotations

ALIKE = (
    "oO0Q",
    "lI1i!|][",
    "sS5$8",
    "ceCGo",
    "zZ2",
    "bh6",
    "nuaU",
    "vVyY",
    "wW",
    "xX",
    "tf",
    "gq9",
    "kK",
    "pP",
    ".,'",
    "-–—",
    ";:",
    '"“”',
    "'‘’`",
    "B83",
)
"""Groups in which every text looks like every other; a text may stand in several groups."""


def look_alike(a: str, b: str) -> bool:
    """Whether two texts share a group of `ALIKE`, or are the same but for case."""
    return a.casefold() == b.casefold() or any(a in group and b in group for group in ALIKE if a and b)
