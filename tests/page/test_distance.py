"""Edit distance and what is folded before it."""

from __future__ import annotations

import random
from functools import cache

import pytest

from effocr.page.confusables import look_alike
from effocr.page.distance import edit_distance, edit_operations, folded, strict


def brute_distance(a: str, b: str) -> int:
    @cache
    def rest(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return len(a) - i + len(b) - j
        return min(rest(i + 1, j) + 1, rest(i, j + 1) + 1, rest(i + 1, j + 1) + (a[i] != b[j]))

    return rest(0, 0)


def applied(a: str, b: str) -> str:
    out = list(a)
    for kind, i, j in reversed(edit_operations(a, b)):
        if kind == "insert":
            out.insert(i, b[j])
        elif kind == "delete":
            del out[i]
        else:
            out[i] = b[j]
    return "".join(out)


def random_pairs() -> list[tuple[str, str]]:
    rng = random.Random(1)
    return [
        ("".join(rng.choices("abc", k=rng.randint(0, 7))), "".join(rng.choices("abc", k=rng.randint(0, 7))))
        for _ in range(60)
    ]


def test_distance_is_that_of_brute_force() -> None:
    for a, b in random_pairs():
        assert edit_distance(a, b) == brute_distance(a, b)
    assert edit_distance(["the", "cat"], ["the", "bat", "sat"]) == 2


def test_operations_turn_one_into_the_other() -> None:
    for a, b in random_pairs():
        assert applied(a, b) == b
        assert len(edit_operations(a, b)) == edit_distance(a, b)


@pytest.mark.parametrize(
    ("text", "fold"),
    [
        ("“It’s”  —  ‘so’", "\"It's\" - 'so'"),
        ("co\u00adop re¬ 1–2 −3", "co-op re- 1-2 -3"),
        ("Congreſs", "Congress"),
        ("\ufb01n \ufb02y o\ufb00 o\ufb03ce ba\ufb04e \ufb06op", "fin fly off office baffle stop"),
        ("What ? No ; yes :", "What? No; yes:"),
        ("Æneas cafe\u0301", "Æneas café"),
        ("ἀλλ᾽ \u1f10\u03b3\u1f7d", "ἀλλ' \u1f10\u03b3\u03ce"),
        ("Haus⸗, „daß“ «oui»", 'Haus-, "daß" "oui"'),
        ("", ""),
    ],
)
def test_folded(text: str, fold: str) -> None:
    assert folded(text) == fold
    assert folded(fold) == fold


def test_strict_keeps_all_but_white_space_and_composition() -> None:
    assert strict(" “a”\t e\u0301 \n—b ") == "“a” é —b"


def test_look_alike() -> None:
    assert look_alike("o", "0") and look_alike("s", "S") and look_alike("l", "1")
    assert not look_alike("a", "M") and not look_alike("", "o")
