"""Kinds of characters, and how they follow each other."""

from __future__ import annotations

from itertools import product

from effocr.page.kinds import KINDS, kind_of, pair_counts


def test_every_kind_has_its_characters() -> None:
    assert [KINDS[kind_of(text)] for text in "aAé7.’–$§ αἈあー々ᾧὰ"] == list(KINDS)
    assert KINDS[kind_of("ſ")] == "small"


def test_contexts_of_the_first_ten_kinds_have_greek_among_the_accented() -> None:
    assert [KINDS[kind_of(text, 10)] for text in "aAéαΑ"] == ["small", "capital", *["accented"] * 3]


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


def test_japanese_kinds_are_accented_letters_for_contexts_that_do_not_know_them() -> None:
    texts = "ぁんゝァーヾ一々龠"
    kinds = ["hiragana"] * 3 + ["katakana"] * 3 + ["ideograph"] * 3
    assert [KINDS[kind_of(text)] for text in texts] == kinds
    assert {KINDS[kind_of(text, told_apart)] for text in texts for told_apart in (10, 12)} == {"accented"}
