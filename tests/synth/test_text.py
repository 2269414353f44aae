from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from effocr.errors import DataError
from effocr.page.charset import charset
from effocr.synth.text import TextSource, WordList, read_words

WIDE = frozenset(map(chr, range(32, 0x2100)))


def source(confusable: tuple[tuple[str, ...], ...] = ()) -> TextSource:
    return TextSource(WordList(["the", "of", "zebra"], [90, 50, 1]), charset("english").texts, confusable)


def test_lines_stay_within_charset_and_coverage() -> None:
    random = Random(1)
    for _ in range(200):
        assert set(source().line(random, 8, frozenset("abcdefghij "))) <= set("abcdefghij ")


def test_every_character_of_the_charset_comes_up() -> None:
    random = Random(2)
    seen = Counter("".join(source().line(random, 10, WIDE) for _ in range(4000)))
    assert set(charset("english").texts) <= set(seen)


def test_frequent_words_are_drawn_more_often_but_rare_ones_too() -> None:
    random = Random(3)
    words = WordList(["the", "zebra"], [1000, 1])
    drawn = Counter(words.draw(random) for _ in range(4000))
    assert drawn["the"] > 10 * drawn["zebra"] > 0


def test_confusable_texts_are_drawn_together() -> None:
    random = Random(4)
    text = " ".join(source((("Œ", "Æ"),)).line(random, 10, WIDE) for _ in range(300))
    plain = " ".join(source().line(Random(4), 10, WIDE) for _ in range(300))
    assert text.count("ŒÆ") + text.count("ÆŒ") > 5 * (plain.count("ŒÆ") + plain.count("ÆŒ") + 1)


def test_a_word_list_file_needs_words_and_numbers(tmp_path: Path) -> None:
    empty, wrong, latin = (tmp_path / f"{name}.txt" for name in ("empty", "wrong", "latin"))
    empty.write_text("\n")
    wrong.write_text("the\tmany\n")
    latin.write_bytes("café\n".encode("latin-1"))
    for path in (empty, wrong, latin, tmp_path / "missing.txt"):
        with pytest.raises(DataError, match=path.name):
            read_words(str(path))
