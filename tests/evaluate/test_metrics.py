from __future__ import annotations

import random

import pytest

from effocr.evaluate.metrics import score

PAIRS = [
    ("The  quick ﬁsh", "The quick fish"),
    ("“Fœhn” — 1859 .", '"Foehn" - 1859.'),
    ("AND SO ON", "and so on"),
    ("no space", "nospace"),
    ("same", "same"),
]


def distance(a: str | list[str], b: str | list[str]) -> int:
    """Edit distance by the textbook's table."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, above = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(row[-1] + 1, above[j] + 1, above[j - 1] + (x != y)))
    return row[-1]


def test_rates_are_sums_of_distances_over_sums_of_lengths() -> None:
    generator = random.Random(4)
    texts = ["".join(generator.choices("ab c", k=generator.randrange(1, 30))) for _ in range(60)]
    pairs = [(" ".join(a.split()), " ".join(b.split())) for a, b in zip(texts[:30], texts[30:], strict=True)]
    scores = score(pairs)
    assert scores.lines == 30
    assert scores.chars == sum(len(a) for a, _ in pairs)
    assert scores.cer == pytest.approx(sum(distance(a, b) for a, b in pairs) / scores.chars)
    words = [(a.split(), b.split()) for a, b in pairs]
    assert scores.wer == pytest.approx(sum(distance(a, b) for a, b in words) / sum(len(a) for a, _ in words))
    bare = [(a.replace(" ", ""), b.replace(" ", "")) for a, b in pairs]
    assert scores.cer_nospace == pytest.approx(sum(distance(a, b) for a, b in bare) / sum(len(a) for a, _ in bare))


@pytest.mark.parametrize(
    ("pair", "name", "edits", "length"),
    [
        (PAIRS[0], "cer", 2, 13),
        (PAIRS[0], "cer_folded", 0, 14),
        (PAIRS[1], "cer_folded", 2, 14),
        (PAIRS[2], "cer", 7, 9),
        (PAIRS[2], "cer_uncased", 0, 9),
        (PAIRS[3], "cer_nospace", 0, 7),
        (PAIRS[3], "cer", 1, 8),
        (PAIRS[3], "wer", 2, 2),
        (PAIRS[4], "cer", 0, 4),
    ],
)
def test_what_each_rate_counts(pair: tuple[str, str], name: str, edits: int, length: int) -> None:
    assert getattr(score([pair]), name) == pytest.approx(edits / length)


def test_lines_are_right_when_they_differ_in_white_space_and_composition_only() -> None:
    assert score([("a  é", "a e\u0301 "), ("b", "c")]).line_accuracy == 0.5


def test_no_lines_and_empty_lines() -> None:
    assert score([]).cer == score([]).line_accuracy == 0.0
    assert score([("", "")]).cer == 0.0
    assert score([("", "")]).line_accuracy == 1.0
    assert score([("", "xy")]).cer == 2.0
