"""Charsets."""

from __future__ import annotations

from pathlib import Path

import pytest

from effocr.errors import DataError, UnknownNameError
from effocr.page.charset import CHARSETS, ENGLISH, Charset, charset, in_usual_form


def test_each_text_once_in_order_without_white_space() -> None:
    assert Charset.of("ba b\u00a0a\nc").texts == ("b", "a", "c")


def test_texts_are_composed() -> None:
    assert Charset.of(["e\u0301"]).texts == ("é",)
    assert Charset.of("é").missing("cafe\u0301") == {"c", "a", "f"}


def test_missing_is_a_set_difference() -> None:
    assert Charset.of("abc").missing("a b d c x d") == set("dx")
    assert ENGLISH.missing("“It’s £5—½ § é,” said Æneas: 40°") == set()


def test_english_holds_all_printable_ascii() -> None:
    assert all(chr(code) in ENGLISH for code in range(33, 127))
    assert " " not in ENGLISH and "ж" not in ENGLISH


@pytest.mark.parametrize("texts", [("a", "a"), ("",), (" ",), ("a b",)])
def test_bad_texts_are_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        Charset(texts)


def test_names_lead_to_charsets() -> None:
    assert charset("english") == ENGLISH
    assert all(charset(name) is charset(name) and len(charset(name)) for name in CHARSETS)
    with pytest.raises(UnknownNameError, match="english"):
        charset("englsh")


def test_a_file_may_hold_the_characters(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("aab c\n\u017f\n", encoding="utf-8")
    assert charset(str(file)).texts == ("a", "b", "c", "\u017f")
    file.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DataError, match=r"mine\.txt"):
        charset(str(file))
    file.write_text("\ufeff \n", encoding="utf-8")
    with pytest.raises(DataError, match="holds no characters"):
        charset(str(file))


def test_a_row_with_tabs_names_one_text_in_its_last_column(tmp_path: Path) -> None:
    file = tmp_path / "unicodes.txt"
    file.write_text("33\t!\r\n92\t\\\n64259\tligature\tffi\nU+20\t \nab\n", encoding="utf-8")
    assert charset(str(file)).texts == ("!", "\\", "ffi", "a", "b")


@pytest.mark.parametrize(
    ("name", "count", "some"),
    [
        ("letters", 52, "azAZ"),
        ("digits", 10, "09"),
        ("punctuation", 32, "!~\\"),
        ("hiragana", 89, "ぁんゝ"),
        ("katakana", 93, "ァヺーヽ"),
        ("kana", 182, "ぁヺ"),
        ("joyo", 2136, "亜𠮟頰鬱"),
        ("jisx0208", 6878, "、亜熙Ａあア"),  # 6,879 characters, one of them the space
        ("adobe-japan1", 15685, "a、亜𠮟㍻"),
    ],
)
def test_charsets_of_english_and_japanese(name: str, count: int, some: str) -> None:
    found = charset(name)
    assert len(found) == count
    assert all(text in found for text in some)


def test_kana_hold_no_punctuation() -> None:
    assert not set(charset("kana")) & set("・゠、。")


def test_jisx0213_holds_jisx0208_and_texts_of_two_code_points() -> None:
    found = charset("jisx0213")
    assert {"か゚", "俱", "𠀋"} <= set(found.texts)
    assert set(charset("jisx0208").texts) - set(found.texts) == {"＼"}  # which the newer codec calls \\
    assert len(found) > 11_000
    assert set(charset("joyo").texts) <= set(found.texts) & set(charset("adobe-japan1").texts)


@pytest.mark.parametrize(
    ("text", "usual"),
    [("Ａ０！", "A0!"), ("ｶﾅ", "カナ"), ("\U0001b017", "か"), ("\U0001b098\U0001b11e", "ねん"), ("國…ガé", "國…ガé")],
)
def test_forms_that_mean_the_same_read_as_the_usual_one(text: str, usual: str) -> None:
    assert in_usual_form(text) == usual


def test_every_hentaigana_is_read_as_an_ordinary_kana() -> None:
    assert len(charset("hentaigana")) == 285
    assert {in_usual_form(char) for char in charset("hentaigana")} <= set(charset("hiragana"))
