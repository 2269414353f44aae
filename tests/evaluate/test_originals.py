"""The originals' rates on examples worked by hand from their definitions."""

from __future__ import annotations

import pytest

from effocr.evaluate.originals import cleaned, score_as_originals


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Yes,” he said", '"Yes," he said'),
        ("''Yes''  ‘‘no’’", '"Yes"  "no"'),
        ("it’s 'so'", "it’s 'so'"),
        (" one\ntwo ", "onetwo"),
    ],
)
def test_double_quotes_become_one_sign_and_line_ends_nothing(text: str, expected: str) -> None:
    assert cleaned(text) == expected


def test_cer_is_the_sum_of_edits_over_the_sum_of_lengths() -> None:
    scores = score_as_originals([("abcd", "abcx"), ("ab", ""), ("abcdef", "abcdef")])
    assert scores.cer == pytest.approx((1 + 2 + 0) / (4 + 2 + 6))
    assert scores.line_accuracy == pytest.approx(1 / 3)


def test_normalised_edit_distance_is_the_mean_of_distances_over_the_longer_text() -> None:
    scores = score_as_originals([("abcd", "abcx"), ("ab", "abcde"), ("", ""), ("same", "same")])
    assert scores.normalised_edit_distance == pytest.approx((1 / 4 + 3 / 5 + 0 + 0) / 4)


def test_uncased_and_without_spaces() -> None:
    scores = score_as_originals([("A bC", "ab c")])
    assert scores.cer == pytest.approx(4 / 4)  # A->a, drop the space, insert one, C->c
    assert scores.cer_uncased == pytest.approx(2 / 4)
    assert scores.cer_nospace == pytest.approx(2 / 3)
    assert scores.cer_uncased_nospace == 0


def test_the_rate_that_is_printed_divides_by_lengths_before_cleaning() -> None:
    scores = score_as_originals([("''a''\n", '"b"')])
    assert scores.cer == pytest.approx(1 / 3)
    assert scores.cer_raw_length == pytest.approx(1 / 6)


def test_texts_are_not_folded_any_further() -> None:
    scores = score_as_originals([("a  b", "a b"), ("é", "e\u0301")])
    assert scores.cer == pytest.approx((1 + 2) / (4 + 1))


def test_no_lines_give_zeros() -> None:
    scores = score_as_originals([])
    assert (scores.cer, scores.cer_raw_length, scores.normalised_edit_distance, scores.line_accuracy) == (0, 0, 0, 0)
