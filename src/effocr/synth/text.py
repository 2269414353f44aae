"""Texts to draw: words by frequency, numbers, prices, dates, abbreviations, random strings: no language is learned."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from effocr.errors import DataError, MissingExtraError

MOST_WORDS = 60_000
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
ABBREVIATIONS = (  # noqa: SIM905
    "Mr. Mrs. Dr. St. Co. No. Gen. Col. Capt. Hon. Rev. Esq. Jr. Sr. Messrs. Sen. Gov. Ave. inst. ult. viz. etc. i.e. "
    "e.g. A.M. P.M. a.m. p.m. U.S. N.Y. D.C. Pa. Va. Md. Wm. Jas. Geo. Chas. Jno. &c. cts. lbs. oz. ft. per cent. vs. "
    "pp. vol."
).split()
PAIRS = (("(", ")"), ('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'"), ("[", "]"), ("{", "}"), ("<", ">"))
ENDINGS = ",,,,,,,......;;::!?--——–'’"


class WordList:
    """Words drawn by their frequency, flattened so that rare ones come up."""

    def __init__(self, words: Sequence[str], counts: Sequence[float]) -> None:
        self.words = words
        self._bounds = list(accumulate(count**0.8 for count in counts))

    def draw(self, random: random.Random) -> str:
        return self.words[min(bisect(self._bounds, random.random() * self._bounds[-1]), len(self.words) - 1)]


def read_words(name: str) -> WordList:
    """A word list: a file with a word, and optionally a tab and its count, on every line; or `wordfreq:LANGUAGE`."""
    if name.startswith("wordfreq:"):
        return _wordfreq(name.removeprefix("wordfreq:"))
    path = Path(name)
    if not path.is_file():
        raise DataError(f"{path}: no such word list.", hint="Give a text file with one word a line, or 'wordfreq:en'.")
    rows = [row.split("\t") for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]
    if not rows:
        raise DataError(f"{path}: the word list is empty.", hint="Put one word on every line.")
    try:
        counts = [float(row[1]) if len(row) > 1 else 1.0 / (rank + 30) for rank, row in enumerate(rows)]
    except ValueError as error:
        raise DataError(f"{path}: a count is no number ({error}).", hint="Write 'word<TAB>count'.") from error
    return WordList([row[0] for row in rows], counts)


def _wordfreq(language: str) -> WordList:
    try:
        from wordfreq import top_n_list
    except ImportError as error:
        raise MissingExtraError("word lists by language need wordfreq.", hint='pip install "effocr[synth]"') from error
    words = top_n_list(language, MOST_WORDS)
    return WordList(words, [1.0 / (rank + 30) for rank in range(len(words))])


class TextSource:
    """Line texts in a charset; the same random state gives the same text."""

    def __init__(self, words: WordList, charset: Sequence[str], confusable: Sequence[Sequence[str]] = ()) -> None:
        """`confusable` are sets of texts that a first run mixed up: strings of them are drawn more often."""
        self._words = words
        self._confusable = [list(texts) for texts in confusable if len(texts) > 1]
        self._charset = [text for text in charset if len(text) == 1 and text != " "]
        self._signs = [text for text in self._charset if not text.isalnum()]
        self._letters = [text for text in self._charset if text.isalpha() and ord(text) > 127]

    def line(self, random: random.Random, tokens: int, coverage: frozenset[str]) -> str:
        """Up to `tokens` words in the characters of `coverage`; empty when nothing is left of them."""
        shout = random.random() < 0.07
        text = " ".join(self._token(random) for _ in range(tokens))
        text = text.upper() if shout else text
        allowed = coverage.intersection(self._charset) | {" "}
        return " ".join("".join(character for character in text if character in allowed).split())

    def _token(self, random: random.Random) -> str:
        kind = random.random()
        if kind < 0.66:
            token = self._word(random)
        elif kind < 0.73:
            token = _number(random)
        elif kind < 0.77:
            token = _price(random)
        elif kind < 0.80:
            token = _date(random)
        elif kind < 0.84:
            token = random.choice(ABBREVIATIONS)
        else:
            token = self._random_string(random)
        return self._dressed(token, random)

    def _word(self, random: random.Random) -> str:
        word = self._words.draw(random)
        if self._letters and random.random() < 0.04:
            at = random.randrange(len(word))
            word = word[:at] + random.choice(self._letters) + word[at + 1 :]
        dress = random.random()
        if dress < 0.22:
            return word.capitalize()
        if dress < 0.30:
            return word.upper()
        return word + "-" + self._words.draw(random) if dress < 0.34 else word

    def _random_string(self, random: random.Random) -> str:
        length = random.randint(1, 8)
        if self._confusable and random.random() < 0.6:
            texts = random.choice(self._confusable)
            return "".join(random.choice(texts) for _ in range(length))
        if random.random() < 0.35 and self._signs:
            return "".join(random.choice(self._signs) for _ in range(min(length, 3)))
        return "".join(random.choice(self._charset) for _ in range(length))

    def _dressed(self, token: str, random: random.Random) -> str:
        if random.random() < 0.07:
            before, after = random.choice(PAIRS)
            token = (before if random.random() < 0.8 else "") + token + (after if random.random() < 0.8 else "")
        if random.random() < 0.22:
            token += random.choice(ENDINGS)
        if random.random() < 0.02:
            token += random.choice(("—", "--", "...", ". . .", ".”", ",”", '."', '?"')) + self._words.draw(random)
        return token


def _number(random: random.Random) -> str:
    digits = "".join(random.choice("0123456789") for _ in range(random.randint(1, 5)))
    dress = random.random()
    if dress < 0.2:
        return digits[:1] + random.choice(".,:/-") + digits[1:]
    if dress < 0.3:
        return digits + random.choice("%½¼¾°*")
    if dress < 0.4:
        return digits + random.choice(("th", "st", "d", "nd", "rd", "s"))
    return f"{int(digits) * 137:,}" if dress < 0.5 else digits


def _price(random: random.Random) -> str:
    whole = random.choice(("", str(random.randint(1, 9)), str(random.randint(10, 9999))))
    part = random.choice((f".{random.randint(0, 99):02d}", "", "½", "¼", "@" + str(random.randint(1, 99))))
    return random.choice(("$", "$", "£", "", "#")) + whole + part + random.choice(("", "", "c.", "¢", "d", "s"))


def _date(random: random.Random) -> str:
    month, day, year = random.choice(MONTHS), random.randint(1, 31), random.randint(1780, 1960)
    short = month[:3] + "."
    forms = (
        f"{month} {day}, {year}",
        f"{short} {day}",
        f"{day}/{random.randint(1, 12)}/{year % 100}",
        str(year),
        f"{year}-{year % 100:02d}",
    )
    return random.choice(forms)
