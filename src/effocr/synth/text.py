"""Texts to draw, by the kinds of `SynthesisRecipe.texts`; no language is learned from them."""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from effocr.data.lines import text_of
from effocr.errors import DataError, MissingExtraError, extra_hint
from effocr.page.charset import Charset, charset
from effocr.synth.recipe import SynthesisRecipe

MOST_WORDS = 60_000
MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
ABBREVIATIONS = (  # noqa: SIM905
    "Mr. Mrs. Dr. St. Co. No. Gen. Col. Capt. Hon. Rev. Esq. Jr. Sr. Messrs. Sen. Gov. Ave. inst. ult. viz. etc. i.e. "
    "e.g. A.M. P.M. a.m. p.m. U.S. N.Y. D.C. Pa. Va. Md. Wm. Jas. Geo. Chas. Jno. &c. cts. lbs. oz. ft. per cent. vs. "
    "pp. vol."
).split()
PAIRS = (("(", ")"), ('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'"), ("[", "]"), ("{", "}"), ("<", ">"))
CASES: tuple[Callable[[str], str], ...] = (str.lower, str.upper, str.title)
ENDINGS = ",,,,,,,......;;::!?--——–'’"


class WordList:
    """Words drawn by their frequency, flattened so that rare ones come up."""

    def __init__(self, words: Sequence[str], counts: Sequence[float]) -> None:
        self.words = words
        self.counts = counts
        self._bounds = list(accumulate(count**0.8 for count in counts))

    def draw(self, random: random.Random) -> str:
        return self.words[min(bisect(self._bounds, random.random() * self._bounds[-1]), len(self.words) - 1)]


def read_words(name: str) -> WordList:
    """A word list: a file with a word, and optionally a tab and its count, on every line; or `wordfreq:LANGUAGE`.

    Of a file in which lines hold several words, and none a tab, the words are counted.
    """
    if name.startswith("wordfreq:"):
        return _wordfreq(name.removeprefix("wordfreq:"))
    path = Path(name)
    if not path.is_file():
        raise DataError(f"{path}: no such word list.", hint="Give a text file with one word a line, or 'wordfreq:en'.")
    content = text_of(path)
    rows = [row.split("\t") for row in content.splitlines() if row.strip()]
    if not rows:
        raise DataError(f"{path}: the word list is empty.", hint="Put one word on every line.")
    if "\t" not in content and any(len(row[0].split()) > 1 for row in rows):
        counted = Counter(content.split())
        return WordList(list(counted), list(counted.values()))
    try:
        counts = [float(row[1]) if len(row) > 1 else 1.0 / (rank + 30) for rank, row in enumerate(rows)]
    except ValueError as error:
        raise DataError(f"{path}: a count is no number ({error}).", hint="Write 'word<TAB>count'.") from error
    return WordList([row[0] for row in rows], counts)


def _wordfreq(language: str) -> WordList:
    try:
        from wordfreq import top_n_list
    except ImportError as error:
        raise MissingExtraError("word lists by language need wordfreq.", hint=extra_hint("synth")) from error
    words = top_n_list(language, MOST_WORDS)
    return WordList(words, [1.0 / (rank + 30) for rank in range(len(words))])


class LineTexts(Protocol):
    """Where the texts of lines come from; the same random state gives the same text."""

    def line(self, random: random.Random, tokens: int, coverage: frozenset[str]) -> str:
        """A text in the characters of `coverage`, of up to `tokens` words where words are counted; may be empty."""
        ...


class TextSource:
    """Words by frequency, numbers, prices, dates, abbreviations, random strings, as they come up in print."""

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


class WordSource:
    """Nothing but words of a list, as they stand there."""

    def __init__(self, words: WordList, charset: Charset) -> None:
        """Words with characters outside the charset are left out; DataError where none is left."""
        kept = [row for row, word in enumerate(words.words) if not charset.missing(word)]
        if not kept:
            raise DataError("no word of the list can be written in the charset.", hint="Choose a larger charset.")
        self._words = WordList([words.words[row] for row in kept], [words.counts[row] for row in kept])

    def line(self, random: random.Random, tokens: int, coverage: frozenset[str]) -> str:
        """`tokens` words; one that the font does not cover is left out."""
        drawn = (self._words.draw(random) for _ in range(tokens))
        return " ".join(word for word in drawn if coverage.issuperset(word))


class CharacterSource:
    """Characters drawn one by one from charsets, with numbers and spaces strewn in."""

    def __init__(self, charsets: Sequence[Sequence[str]], shares: Sequence[float], recipe: SynthesisRecipe) -> None:
        self._charsets = charsets
        self._shares = shares
        self._recipe = recipe
        self._covered: dict[frozenset[str], tuple[list[list[str]], list[float], frozenset[str]]] = {}

    def line(self, random: random.Random, tokens: int, coverage: frozenset[str]) -> str:
        """As many characters as the recipe says; `tokens` does not matter."""
        charsets, shares, known = self._of_font(coverage)
        if not charsets:
            return ""
        recipe = self._recipe
        length = random.randint(recipe.fewest_characters, recipe.most_characters)
        parts = [random.choice(pool) for pool in random.choices(charsets, shares, k=length)]
        for _ in range(random.randint(0, recipe.most_numbers)):
            number = str(1 + int(math.log(1 - random.random()) / math.log(1 - recipe.number_p)))
            if known.issuperset(number):
                parts.insert(random.randint(0, len(parts)), number)
        for _ in range(random.randint(0, recipe.most_spaces)):
            parts.insert(random.randint(0, len(parts)), " ")
        return " ".join("".join(parts).split())

    def _of_font(self, coverage: frozenset[str]) -> tuple[list[list[str]], list[float], frozenset[str]]:
        """What a font covers of each charset, the shares of those of which it covers something, and of all together."""
        if coverage not in self._covered:
            pools = [[char for char in chars if coverage.issuperset(char)] for chars in self._charsets]
            kept = [(pool, share) for pool, share in zip(pools, self._shares, strict=True) if pool]
            known = frozenset(char for pool, _ in kept for char in pool)
            self._covered[coverage] = [pool for pool, _ in kept], [share for _, share in kept], known
        return self._covered[coverage]


class CorpusSource:
    """Stretches of the lines of a text: from word to word where it has spaces, from any character on elsewhere."""

    def __init__(self, path: Path, characters: Sequence[str], recipe: SynthesisRecipe) -> None:
        """DataError where the file cannot be read or has nothing in the charset."""
        self._path = path
        self._known = frozenset(characters) | {" "}
        self._recipe = recipe
        _corpus(self._path, self._known)

    @property
    def rows(self) -> tuple[str, ...]:
        """The lines of the text; they do not travel to other processes, which read the file themselves."""
        return _corpus(self._path, self._known)

    def line(self, random: random.Random, tokens: int, coverage: frozenset[str]) -> str:
        """A stretch of one line, as long as the recipe says or that line allows; `tokens` does not matter."""
        row = random.choice(self.rows)
        length = random.randint(self._recipe.fewest_characters, self._recipe.most_characters)
        start = random.randint(0, max(0, len(row) - length))
        if " " not in row:
            return _within(row[start : start + length], coverage)
        start = row.rfind(" ", 0, start + 1) + 1
        end = start + length
        if end < len(row):
            before, after = row.rfind(" ", start, end + 1), row.find(" ", end)
            end = before if before > start else after if after >= 0 else len(row)
        return _within(row[start:end], coverage | {" "})


@lru_cache(maxsize=4)
def _corpus(path: Path, known: frozenset[str]) -> tuple[str, ...]:
    """The lines of a text in the characters that are known. DataError where it cannot be read or none is left."""
    try:
        content = text_of(path)
    except OSError as error:
        raise DataError(f"{path}: no such corpus: {error.strerror or error}.", hint="Give a text file.") from error
    rows = tuple(row for raw in content.split("\n") if (row := _within(" ".join(raw.split()), known)))
    if not rows:
        raise DataError(f"{path}: nothing in it can be written in the charset.", hint="Choose a larger charset.")
    return rows


def _within(text: str, known: set[str] | frozenset[str]) -> str:
    return " ".join("".join(char for char in text if char in known).split())


class WithSequences:
    """Texts of another source, with given sequences put into some of them: between words where there are spaces."""

    def __init__(self, source: LineTexts, sequences: Sequence[str], chance: float, count: int) -> None:
        self._source = source
        self._sequences = [" ".join(sequence.split()) for sequence in sequences]
        self._chance = chance
        self._count = count

    def line(self, random: random.Random, tokens: int, coverage: frozenset[str]) -> str:
        text = self._source.line(random, tokens, coverage)
        if random.random() >= self._chance:
            return text
        for _ in range(self._count):
            sequence = random.choice(self._sequences)
            if (coverage | {" "}).issuperset(sequence):
                glue = " " if " " in text else ""
                parts = text.split(" ") if glue else list(text)
                parts.insert(random.randint(0, len(parts)), sequence)
                text = glue.join(parts)
        return " ".join(text.split())


class WithCases:
    """Texts of another source, some of their words put in lower, upper or title case."""

    def __init__(self, source: LineTexts, chance: float, charset: Sequence[str]) -> None:
        self._source = source
        self._chance = chance
        self._charset = frozenset(charset)

    def line(self, random: random.Random, tokens: int, coverage: frozenset[str]) -> str:
        words = self._source.line(random, tokens, coverage).split()
        recased = (random.choice(CASES)(word) if random.random() < self._chance else word for word in words)
        return _within(" ".join(recased), coverage.intersection(self._charset) | {" "})


def characters_of(recipe: SynthesisRecipe) -> tuple[str, ...]:
    """All that lines of a recipe may hold: its mix, or else its charset, its sequences, and those of its `also`."""
    texts = [text for name in recipe.mix or recipe.charset_names for text in charset(name)]
    others = [text for other in recipe.also for text in characters_of(other)]
    return Charset.of([*texts, *"".join(recipe.sequences), *others]).texts


def line_texts(recipe: SynthesisRecipe, confusable: Sequence[Sequence[str]] = ()) -> LineTexts:
    """Where the texts of a recipe's lines come from; `confusable` as for `TextSource`."""
    characters = characters_of(recipe.model_copy(update={"also": ()}))
    source: LineTexts
    match recipe.texts:
        case "print":
            source = TextSource(read_words(recipe.words), characters, confusable)
        case "words":
            source = WordSource(read_words(recipe.words), Charset(characters))
        case "characters":
            shares = recipe.mix or dict.fromkeys(recipe.charset_names, 1.0)
            source = CharacterSource([charset(name).texts for name in shares], list(shares.values()), recipe)
        case "corpus":
            source = CorpusSource(Path(recipe.corpus or ""), characters, recipe)
    if recipe.recased:
        source = WithCases(source, recipe.recased, characters)
    if recipe.sequences and recipe.sequence_chance:
        source = WithSequences(source, recipe.sequences, recipe.sequence_chance, recipe.sequence_count)
    return source
