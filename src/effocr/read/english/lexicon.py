"""What the spelling repair knows about words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from effocr.errors import DataError, MissingExtraError

MOST_WORDS = 60_000
BY_LANGUAGE = "wordfreq:"


class Lexicon(Protocol):
    """Words and how often they are used, all in lower case."""

    def frequency(self, word: str) -> float:
        """The share of a word in running text, 0 for a word that is not known."""
        ...

    def begins(self, start: str) -> bool:
        """Whether any word begins so."""
        ...


class WordTable:
    """A lexicon of counted words; the counts may be of any scale, those of words that differ in case add up."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        if any(count < 0 for count in counts.values()):
            raise ValueError("a word is counted 0 times or more.")
        lower: dict[str, float] = {}
        for word, count in counts.items():
            lower[word.lower()] = lower.get(word.lower(), 0.0) + count
        total = sum(lower.values()) or 1.0
        self._shares = {word: count / total for word, count in lower.items()}
        self._sorted = sorted(lower)

    def __len__(self) -> int:
        return len(self._sorted)

    def frequency(self, word: str) -> float:
        return self._shares.get(word, 0.0)

    def begins(self, start: str) -> bool:
        place = bisect_left(self._sorted, start)
        return place < len(self._sorted) and self._sorted[place].startswith(start)


def read_lexicon(name: str) -> WordTable:
    """The lexicon in a text file with a word, and optionally its count, on every line; or `wordfreq:LANGUAGE`.

    Words without a count are equally frequent. Raises DataError for a file that cannot be used, MissingExtraError
    where the package wordfreq is not installed.
    """
    if name.startswith(BY_LANGUAGE):
        return _wordfreq(name.removeprefix(BY_LANGUAGE))
    path = Path(name)
    try:
        rows = [row.split() for row in path.read_text(encoding="utf-8-sig").splitlines() if row.strip()]
    except (OSError, UnicodeDecodeError) as error:
        hint = "Give a UTF-8 file with one word a line, or wordfreq:en."
        raise DataError(f"the lexicon {path} cannot be read: {error}.", hint=hint) from error
    if not rows:
        raise DataError(f"the lexicon {path} holds no words.", hint="Put one word on every line.")
    return WordTable({row[0]: _count(row, path) for row in rows})


def _count(row: list[str], path: Path) -> float:
    if len(row) == 1:
        return 1.0
    try:
        count = float(row[1])
    except ValueError:
        count = -1.0
    if len(row) > 2 or not 0 <= count < float("inf"):
        wanted = "a word and a count of 0 or more are wanted"
        raise DataError(f"the lexicon {path}: {' '.join(row)!r}: {wanted}.", hint="Write one word a line: word count")
    return count


def _wordfreq(language: str) -> WordTable:
    try:
        from wordfreq import available_languages, top_n_list, word_frequency
    except ImportError as error:
        raise MissingExtraError(
            "lexicons by language need the package wordfreq.", hint="pip install wordfreq, or give a file of words"
        ) from error
    if language not in available_languages():
        raise DataError(f"wordfreq has no words of the language {language!r}.", hint="For example: wordfreq:en")
    return WordTable({word: word_frequency(word, language) for word in top_n_list(language, MOST_WORDS)})
