"""Word lists for the synthesis of European print: words.py FOLDER [lines.jsonl with polytonic Greek ...]

    latin.txt    words of twelve languages of Western Europe, by frequency
    long-s.txt   French, German, English and Italian words of the 18th century's spelling: ſ but at the end of a word
    fraktur.txt  German and Danish words with ſ
    grc.txt      modern Greek words with the accents of ancient Greek strewn over them at random, the Greek words of the
                 given lines, and a fifth of Latin ones

No language has to be learned from them; they only make letters follow each other as they do in print.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from random import Random

from wordfreq import top_n_list

LATIN = ("en", "fr", "de", "es", "it", "pt", "nl", "da", "sv", "nb", "fi", "is")
MOST = 20_000
VOWELS = "αεηιουω"
SMOOTH, ROUGH, GRAVE, ACUTE, CIRCUMFLEX, IOTA, DIAERESIS = "\u0313\u0314\u0300\u0301\u0342\u0345\u0308"


def main() -> None:
    """Writes the four lists."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "latin.txt", counted(LATIN))
    write(
        folder / "long-s.txt", {long_s(word): count for word, count in counted(("fr", "fr", "de", "en", "it")).items()}
    )
    write(folder / "fraktur.txt", {long_s(word): count for word, count in counted(("de", "de", "da")).items()})
    random = Random("grc")
    greek: Counter[str] = Counter()
    for word, count in counted(("el",)).items():
        greek[polytonic(word, random)] += count
    for word, count in greek_words(sys.argv[2:]).items():
        greek[word] += 2e-5 * count
    total = sum(greek.values())
    for word, count in counted(("de", "en", "it")).items():
        greek[word] += count * total / 12
    write(folder / "grc.txt", greek)


def counted(languages: tuple[str, ...]) -> Counter[str]:
    """Words of several languages with their weights."""
    words: Counter[str] = Counter()
    for language in languages:
        for rank, word in enumerate(top_n_list(language, MOST)):
            words[unicodedata.normalize("NFC", word)] += 1 / (rank + 30)
    return words


def long_s(word: str) -> str:
    """The word with ſ wherever s does not end it."""
    return word[:-1].replace("s", "ſ") + word[-1:]


def polytonic(word: str, random: Random) -> str:
    """A modern Greek word with a breathing on its first vowel, and its accent changed at random."""
    out = []
    letters = unicodedata.normalize("NFD", word)
    vowels = [at for at, letter in enumerate(letters) if letter in VOWELS]
    for at, letter in enumerate(letters):
        marks = ""
        if letter in VOWELS:
            first = at == 0 or (at == 1 and vowels[:2] == [0, 1])
            if first and not (at == 0 and vowels[:2] == [0, 1] and random.random() < 0.6):
                marks += random.choice((SMOOTH, ROUGH))
            if letters[at + 1 : at + 2] == ACUTE or random.random() < 0.06:
                marks += random.choice((ACUTE, GRAVE, CIRCUMFLEX if letter not in "εο" else ACUTE))
            if letter in "αηω" and random.random() < 0.05:
                marks += IOTA
            if letter in "ιυ" and not marks and random.random() < 0.02:
                marks += DIAERESIS
        elif letter == ACUTE:
            continue
        out.append(letter + marks)
    return unicodedata.normalize("NFC", "".join(out))


def greek_words(paths: list[str]) -> Counter[str]:
    """The words with Greek letters of lines.jsonl files; of those with a split, only the training's."""
    words: Counter[str] = Counter()
    for path in paths:
        rows = map(json.loads, Path(path).read_text(encoding="utf-8").splitlines())
        texts = (row["text"] for row in rows if row.get("split", "train") == "train")
        words.update(word for text in texts for word in text.split() if any("\u0370" <= c <= "\u1fff" for c in word))
    return words


def write(path: Path, words: dict[str, float] | Counter[str]) -> None:
    rows = sorted(words.items(), key=lambda item: -item[1])
    path.write_text("".join(f"{word}\t{count:.7f}\n" for word, count in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
