"""Words that look like known ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from effocr.errors import DataError, MissingExtraError
from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Word
from effocr.read.english.lexicon import WordTable, read_lexicon
from effocr.read.english.spelling import SpellingRepair

WORDS = {"the": 900, "heart": 40, "burn": 30, "hum": 5, "modern": 20, "will": 80, "wilt": 1, "can": 60, "car": 60}
LEXICON = WordTable(WORDS)


def line_of(text: str, alternatives: dict[int, dict[str, float]] | None = None) -> Line:
    """A line of a text, whose glyph number n has these alternatives with their scores."""
    words, number = [], 0
    for word in text.split():
        glyphs = []
        for char in word:
            others = (alternatives or {}).get(number, {})
            rest = tuple(map(Alternative, others, others.values()))
            box = Box(6.0 * number, 0, 6.0 * number + 5, 9)
            glyphs.append(Glyph(box, char, 0.99 - sum(others.values()), rest))
            number += 1
        words.append(Word(tuple(glyphs)))
    return Line(Box(0, 0, 99, 9), tuple(words))


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("tlie heart", "the heart"),
        ("hcart,", "heart,"),
        ("Hcart", "Heart"),
        ("modem", "modern"),
        ("modcrn", "modern"),
        ("rnodern", "modern"),
        ("“thc”", "“the”"),
    ],
)
def test_unknown_words_become_known_ones_that_look_the_same(read: str, expected: str) -> None:
    assert SpellingRepair(LEXICON)(line_of(read)).text == expected


@pytest.mark.parametrize(
    "read",
    ["hum", "HCART", "h3art", "heart's", "hea.", "xy", "zzyzx", "thc-", "1918", "Wm.", ""],
)
def test_what_is_known_short_in_capitals_or_like_nothing_is_left_alone(read: str) -> None:
    line = line_of(read)
    assert SpellingRepair(LEXICON)(line) is line


def test_a_word_broken_at_the_end_of_a_line_is_left_alone_and_only_there() -> None:
    assert SpellingRepair(LEXICON)(line_of("thc- hcart thc-")).text == "the- heart thc-"


def test_scores_of_the_alternatives_decide_and_then_frequency() -> None:
    repair = SpellingRepair(LEXICON)
    assert repair(line_of("cau", {2: {"n": 0.02, "r": 0.2}})).text == "car"
    assert repair(line_of("cau", {2: {"n": 0.2, "r": 0.02}})).text == "can"
    assert repair(line_of("wi1t", {2: {"l": 0.1}})).text == "wi1t"
    assert repair(line_of("wiit", {2: {"l": 0.1}, 3: {"l": 0.1}})).text == "will"


def test_a_word_that_is_seen_clearly_stays_although_it_is_not_known() -> None:
    line = line_of("cau", {2: {"n": 1e-9}})
    rare = SpellingRepair(WordTable({"can": 1, "the": 1e9}))
    assert rare(line).text == "cau"


def test_no_more_than_two_glyphs_change() -> None:
    assert SpellingRepair(LEXICON)(line_of("thc hcarf bcarf")).text == "the heart bcarf"


def test_melted_and_broken_letters_keep_their_boxes() -> None:
    made = SpellingRepair(LEXICON)(line_of("rnodern")).glyphs
    assert [glyph.text for glyph in made] == ["m", *"odern"]
    assert made[0].box == Box(0, 0, 11, 9)
    assert [glyph.text for glyph in SpellingRepair(LEXICON)(line_of("modem")).glyphs] == [*"mode", "rn"]


def test_a_lexicon_knows_shares_and_beginnings() -> None:
    table = WordTable({"The": 3, "the": 1, "than": 4})
    assert (table.frequency("the"), table.frequency("The"), table.frequency("tha"), len(table)) == (0.5, 0, 0, 2)
    assert [table.begins(start) for start in ("", "tha", "the", "thi", "zz", "thanx")] == [True, True, True] + [
        False
    ] * 3


@pytest.mark.parametrize("text", ["the 3\nthan 1\n", "the\t3\n\nthan\t1\n", "\ufeffthe 3\r\nthan 1"])
def test_a_lexicon_is_read_from_a_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "words").write_bytes(text.encode("utf-8"))
    assert read_lexicon(str(tmp_path / "words")).frequency("the") == 0.75


def test_words_without_counts_are_equally_frequent(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("one\ntwo\n")
    assert read_lexicon(str(tmp_path / "words")).frequency("two") == 0.5


@pytest.mark.parametrize("text", ["", "the many\n", "the -1\n", "the 1 2\n", "the inf\n"])
def test_a_lexicon_that_cannot_be_used_names_the_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "words").write_text(text)
    with pytest.raises(DataError, match="words"):
        read_lexicon(str(tmp_path / "words"))


def test_no_lexicon_file() -> None:
    with pytest.raises(DataError, match="no/such"):
        read_lexicon("no/such")


def test_without_wordfreq_the_hint_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "wordfreq", None)
    with pytest.raises(MissingExtraError) as raised:
        read_lexicon("wordfreq:en")
    assert "pip install wordfreq" in raised.value.hint


def test_words_by_language() -> None:
    pytest.importorskip("wordfreq")
    english = read_lexicon("wordfreq:en")
    assert english.frequency("the") > english.frequency("heart") > 0 == english.frequency("hcart")
    with pytest.raises(DataError, match="xx"):
        read_lexicon("wordfreq:xx")
