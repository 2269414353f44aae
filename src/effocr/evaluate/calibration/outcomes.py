"""Which glyphs and which words of a reading are right, given what the line says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from effocr.evaluate.alignment import Pair, aligned
from effocr.page.distance import strict
from effocr.page.result import Glyph, Word


@dataclass(frozen=True)
class Outcomes:
    """Of every glyph, and of every word, of a line: whether it is right."""

    glyphs: tuple[bool, ...]
    words: tuple[bool, ...]


def outcomes(words: Sequence[Word], text: str) -> Outcomes:
    """What is right among the words read of a line that says `text`.

    A glyph is right when the alignment finds it to stand for what it reads as, quotes and dashes of any shape; a word
    when all its glyphs are, none of the truth is left out between them, and spaces stand at its ends and none within.
    """
    wanted = strict(text)
    if " ".join(word.text for word in words) == wanted:
        return Outcomes((True,) * sum(len(word.glyphs) for word in words), (True,) * len(words))
    truth = wanted.replace(" ", "")
    glyphs: list[Glyph] = [glyph for word in words for glyph in word.glyphs]
    pairs = {pair.glyph: pair for pair in aligned(glyphs, truth) if pair.agrees}
    borders = _borders(wanted)
    rights, start = [], 0
    for word in words:
        end = start + len(word.glyphs)
        rights.append(_is_whole([pairs.get(place) for place in range(start, end)], borders))
        start = end
    return Outcomes(tuple(place in pairs for place in range(len(glyphs))), tuple(rights))


def _borders(wanted: str) -> set[int]:
    """The places, in the text without spaces, where words begin and end."""
    places, at = {0}, 0
    for word in wanted.split(" "):
        at += len(word)
        places.add(at)
    return places


def _is_whole(pairs: Sequence[Pair | None], borders: set[int]) -> bool:
    found = [pair for pair in pairs if pair is not None]
    if not found or len(found) < len(pairs):
        return False
    follow = all(before.end == after.start and after.start not in borders for before, after in pairwise(found))
    return follow and found[0].start in borders and found[-1].end in borders
