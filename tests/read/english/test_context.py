"""Choosing between kinds of characters: against every path, and on lines that neighbours decide."""

from __future__ import annotations

import math
import random
from itertools import product

import numpy as np
import pytest

from effocr.page.kinds import KINDS, SPACE, kind_of, pair_counts
from effocr.read.english.context import LEAST, Context

PRINT = [
    "The soon is 1918, at 10 in Paris; One said: “No!” (PARIS, 1887) a café of 8 men, 305 cts. to $1.50,",
    "fine Old Some of the London Times 24 Dec. 1868 were the first to see it. I am 30; GREAT NEWS.",
]
Glyph = dict[str, float]
"""Texts of a glyph and their scores, best first."""


def choose(context: Context, *lines: list[list[Glyph]]) -> list[str]:
    """What lines of words of glyphs read as."""
    glyphs = [glyph for line in lines for word in line for glyph in word]
    width = max(map(len, glyphs))
    texts = tuple(sorted({text for glyph in glyphs for text in glyph} | {"§"}))
    rows = np.full((len(glyphs), width), texts.index("§"))
    scores = np.zeros((len(glyphs), width), np.float32)
    for number, glyph in enumerate(glyphs):
        rows[number, : len(glyph)] = [texts.index(text) for text in glyph]
        scores[number, : len(glyph)] = list(glyph.values())
    starts = np.array([not (w or g) for line in lines for w, word in enumerate(line) for g in range(len(word))])
    gaps = np.array([not g for line in lines for word in line for g in range(len(word))])
    chosen = context.choose(texts, rows, scores, starts, gaps)
    return [texts[row] for row in rows[np.arange(len(rows)), chosen]]


def plain(text: str) -> list[Glyph]:
    return [{char: 1.0} for char in text]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ([*plain("s"), {"0": 0.8, "o": 0.2}, *plain("on")], "soon"),
        ([*plain("19"), {"l": 0.9, "1": 0.1}, *plain("8")], "1918"),
        ([{"8": 0.7, "S": 0.3}, *plain("ome")], "Some"),
        ([*plain("P"), {"Ä": 0.8, "A": 0.2}, *plain("RIS")], "PARIS"),
        ([{"O": 0.9, "o": 0.1}, *plain("ne")], "One"),
        ([*plain("caf"), {"é": 0.998, "e": 0.002}], "café"),
    ],
)
def test_neighbours_decide_between_kinds(word: list[Glyph], expected: str) -> None:
    assert "".join(choose(Context(pair_counts(PRINT)), [plain("the"), word])) == f"the{expected}"


def test_the_best_of_all_paths_is_found() -> None:
    """Brute force over every choice, on random lines of several words and a random table."""
    generator = random.Random(3)
    pairs = [[generator.randrange(50) for _ in KINDS] for _ in KINDS]

    def odds(before: int, after: int) -> float:
        return math.log((pairs[before][after] + 1) / (sum(pairs[before]) + len(KINDS)))

    def total(words: list[list[Glyph]], texts: tuple[str, ...]) -> float:
        kind, total, chosen = SPACE, 0.0, iter(texts)
        for word in words:
            for glyph in word:
                text = next(chosen)
                total += odds(kind, kind_of(text[0])) + math.log(glyph[text])
                kind = kind_of(text[-1])
            total, kind = total + odds(kind, SPACE), SPACE
        return total

    def glyph() -> Glyph:
        sure = generator.random() < 0.4
        rest = {} if sure else {"4": generator.uniform(0.01, 0.3), ".x": generator.uniform(0.01, 0.3)}
        return {generator.choice("aA"): 1 - sum(rest.values()), **rest}

    lines = [[[glyph() for _ in range(generator.randint(1, 4))] for _ in range(2)] for _ in range(40)]
    best = [
        max(product(*(glyph for word in line for glyph in word)), key=lambda texts, line=line: total(line, texts))
        for line in lines
    ]
    assert choose(Context(pairs), *lines) == [text for texts in best for text in texts]
    assert any(text not in "aA" for texts in best for text in texts)


def test_texts_that_score_too_low_do_not_compete() -> None:
    word = [*plain("s"), {"0": 1 - LEAST / 2, "o": LEAST / 2}, *plain("on")]
    assert choose(Context(pair_counts(PRINT)), [word]) == list("s0on")


def test_ligatures_have_the_kinds_of_their_ends() -> None:
    assert choose(Context(pair_counts(PRINT)), [[{"8ﬁ": 0.7, "fi": 0.3}, *plain("ne")]]) == ["fi", "n", "e"]


def test_pairs_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="10 x 10"):
        Context([[1, 2], [3, 4]])
