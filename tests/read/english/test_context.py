"""Choosing between kinds of characters: against every path, and on lines that neighbours decide."""

from __future__ import annotations

import math
import random
from itertools import product

import pytest

from effocr.page.boxes import Box
from effocr.page.result import Alternative, Glyph, Line, Word
from effocr.read.english.context import KINDS, LEAST, PAIRS, SPACE, ContextRepair, kind_of, pair_counts


def line_of(*words: list[tuple[str, dict[str, float]]]) -> Line:
    """Glyphs of a text and the scores of their alternatives; the text has what is left of 1."""
    made = [
        Word(
            tuple(
                Glyph(Box(0, 0, 5, 9), text, 1 - sum(rest.values()), tuple(map(Alternative, rest, rest.values())))
                for text, rest in word
            )
        )
        for word in words
    ]
    return Line(Box(0, 0, 99, 9), tuple(made))


def plain(text: str) -> list[tuple[str, dict[str, float]]]:
    return [(char, {}) for char in text]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ([*plain("s"), ("0", {"o": 0.2}), *plain("on")], "soon"),
        ([*plain("19"), ("l", {"1": 0.1}), *plain("8")], "1918"),
        ([("8", {"S": 0.3}), *plain("ome")], "Some"),
        ([*plain("P"), ("Ä", {"A": 0.2}), *plain("RIS")], "PARIS"),
        ([("O", {"o": 0.1}), *plain("ne")], "One"),
        ([*plain("caf"), ("é", {"e": 0.002})], "café"),
    ],
)
def test_neighbours_decide_between_kinds(word: list[tuple[str, dict[str, float]]], expected: str) -> None:
    assert ContextRepair()(line_of(plain("the"), word)).text == f"the {expected}"


def test_the_best_of_all_paths_is_found() -> None:
    """Brute force over every choice of one text a kind, on random lines and a random table."""
    generator = random.Random(3)
    pairs = [[generator.randrange(50) for _ in KINDS] for _ in KINDS]

    def odds(before: int, after: int) -> float:
        return math.log((pairs[before][after] + 1) / (sum(pairs[before]) + len(KINDS)))

    def total(words: list[list[tuple[str, float]]]) -> float:
        kind, sum_ = SPACE, 0.0
        for word in words:
            for text, score in word:
                sum_ += odds(kind, kind_of(text)) + math.log(score)
                kind = kind_of(text)
            sum_, kind = sum_ + odds(kind, SPACE), SPACE
        return sum_

    for _ in range(30):
        words = [
            [
                (generator.choice("aA"), {"4": generator.uniform(0.01, 0.3), ".": generator.uniform(0.01, 0.3)})
                for _ in range(n)
            ]
            for n in (2, 3)
        ]
        line = line_of(*words)
        options = [[(g.text, g.score), *g.alternatives] for g in line.glyphs]
        best = max(product(*options), key=lambda texts: total([list(texts[:2]), list(texts[2:])]))
        assert "".join(g.text for g in ContextRepair(pairs)(line).glyphs) == "".join(text for text, _ in best)


def test_texts_that_score_too_low_do_not_compete() -> None:
    assert ContextRepair()(line_of([*plain("s"), ("0", {"o": LEAST / 2}), *plain("on")])).text == "s0on"


def test_lines_without_spaces_between_words_are_left_alone() -> None:
    line = line_of([*plain("s"), ("0", {"o": 0.3}), *plain("on")])
    assert ContextRepair()(Line(line.box, line.words, spaced=False)).text == "s0on"


def test_a_glyph_without_text_stays_without() -> None:
    assert (
        ContextRepair()(line_of([*plain("s"), ("", {"o": 0.5}), ("0", {"o": 0.3}), *plain("on")]))
        .words[0]
        .glyphs[1]
        .text
        == ""
    )


def test_ligatures_have_the_kinds_of_their_ends() -> None:
    assert ContextRepair()(line_of([("8ﬁ", {"fi": 0.3}), *plain("ne")])).text == "fine"


def test_pairs_are_counted_with_line_ends_as_spaces() -> None:
    counts = pair_counts(["I’m 5", "é"])
    kinds = {name: row for row, name in enumerate(KINDS)}
    seen = {(a, b): counts[kinds[a]][kinds[b]] for a, b in product(KINDS, KINDS) if counts[kinds[a]][kinds[b]]}
    assert seen == {
        ("space", "capital"): 1,
        ("capital", "quote"): 1,
        ("quote", "small"): 1,
        ("small", "space"): 1,
        ("space", "digit"): 1,
        ("digit", "space"): 1,
        ("space", "accented"): 1,
        ("accented", "space"): 1,
    }
    assert len(PAIRS) == len(KINDS) == SPACE + 1 and {len(row) for row in PAIRS} == {len(KINDS)}
