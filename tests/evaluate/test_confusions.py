from __future__ import annotations

import random

import pytest

from effocr.evaluate.confusions import Confusion, confusions, edits


def test_edits_turn_the_truth_into_the_reading() -> None:
    generator = random.Random(2)
    for _ in range(200):
        truth, read = ("".join(generator.choices("abcd", k=generator.randrange(12))) for _ in range(2))
        rebuilt, end = "", 0
        for edit in edits(truth, read):
            rebuilt += truth[end : edit.truth_start] + read[edit.read_start : edit.read_end]
            end = edit.truth_end
        assert rebuilt + truth[end:] == read


@pytest.mark.parametrize(
    ("truth", "read", "expected"),
    [
        ("coat", "cost", ("a", "s")),
        ("modern", "modem", ("rn", "m")),
        ("a b", "ab", (" ", "")),
        ("ab", "a,b", ("", ",")),
        ("ﬁn", "fin", ("ﬁ", "fi")),
    ],
)
def test_single_confusions(truth: str, read: str, expected: tuple[str, str]) -> None:
    (found,) = confusions([(truth, read)])
    assert (found.truth, found.read, found.count) == (*expected, 1)


def test_confusions_are_counted_over_all_lines_and_the_most_frequent_comes_first() -> None:
    found = confusions([("too", "t0o"), ("no", "n0"), ("one", "onc"), ("same", "same")])
    assert found == [Confusion("o", "0", 2), Confusion("e", "c", 1)]


def test_a_long_blunder_is_counted_letter_by_letter() -> None:
    found = confusions([("abcdef", "")])
    assert {each.truth: each.count for each in found} == dict.fromkeys("abcdef", 1)
    assert all(each.read == "" for each in found)


def test_letters_that_look_alike_are_told_from_blunders() -> None:
    assert Confusion("o", "0", 1).alike
    assert not Confusion("o", "W", 1).alike
    assert not Confusion("", ".", 1).alike
