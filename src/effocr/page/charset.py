"""Charsets: the texts that glyphs may read as."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib.resources import files
from itertools import chain, product
from pathlib import Path

from effocr.errors import DataError, unknown_name

_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))
_ENGLISH = _ASCII + "“”‘’–—£§½¼¾°éàâäçèêëîïôöùûüñæœÆŒÉÀÂÄÇÈÊËÎÏÔÖÙÛÜÑ"
_HIRAGANA, _KATAKANA = range(0x3041, 0x30A0), range(0x30A1, 0x3100)
_CJK_SIGNS = range(0x3001, 0x3040)
_HENTAIGANA = "HENTAIGANA LETTER "
_LEAD_BYTES = (*range(0x81, 0xA0), *range(0xE0, 0xFD))
_SECOND_BYTES = (*range(0x40, 0x7F), *range(0x80, 0xFD))
"""Bytes of a double-byte character in Shift JIS."""


@dataclass(frozen=True)
class Charset:
    """Different texts in a fixed order, none of them empty or with white space in it."""

    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.texts)) != len(self.texts):
            raise ValueError("the texts of a charset must differ; build it with Charset.of.")
        if any(not text or any(map(str.isspace, text)) for text in self.texts):
            raise ValueError("a text of a charset is not empty and holds no white space.")

    @classmethod
    def of(cls, texts: Iterable[str]) -> Charset:
        """The charset of `texts` in NFC, each once, in the order of first appearance; white space is left out."""
        composed = (unicodedata.normalize("NFC", text) for text in texts)
        return cls(tuple(dict.fromkeys(text for text in composed if text.strip())))

    def __contains__(self, text: object) -> bool:
        return text in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.texts)

    def missing(self, text: str) -> set[str]:
        """Code points of `text` (NFC) that are neither in the charset nor white space."""
        return {char for char in unicodedata.normalize("NFC", text) if not char.isspace()} - self._known


def in_usual_form(text: str) -> str:
    """The text with full-width Latin letters, half-width kana and hentaigana as the ordinary characters."""
    return "".join(map(_usual_form, text))


def _usual_form(char: str) -> str:
    if unicodedata.decomposition(char).startswith(("<wide>", "<narrow>")):
        return unicodedata.normalize("NFKC", char)
    name = unicodedata.name(char, "")
    if not name.startswith(_HENTAIGANA):
        return char
    # Their names end in the sound, the usual one first: "KA-4", "KA-KE".
    return unicodedata.lookup("HIRAGANA LETTER " + name.removeprefix(_HENTAIGANA).partition("-")[0])


ENGLISH = Charset.of(_ENGLISH)
"""Printable ASCII, typographic quotes and dashes, signs of money and measure, and the accents of English print."""


def _named(codes: Iterable[int], *beginnings: str) -> Charset:
    """The characters whose Unicode name begins with one of `beginnings`, combining marks left out."""
    chars = (char for char in map(chr, codes) if not unicodedata.combining(char))
    return Charset.of(char for char in chars if unicodedata.name(char, "").startswith(beginnings))


def _kana() -> Charset:
    return Charset.of(chain(charset("hiragana"), charset("katakana")))


def _shipped(name: str) -> Charset:
    return Charset.of((files("effocr.page") / "charsets" / f"{name}.txt").read_text(encoding="utf-8"))


def _decoded(codec: str) -> Charset:
    """All that the double bytes of a codec of the family Shift JIS stand for, in the order of their codes."""
    texts = (_character(bytes(code), codec) for code in product(_LEAD_BYTES, _SECOND_BYTES))
    return Charset.of(text for text in texts if text.isprintable() and not unicodedata.combining(text[:1] or " "))


def _character(code: bytes, codec: str) -> str:
    """What a code stands for, "" where the codec gives it no meaning."""
    try:
        return code.decode(codec)
    except UnicodeDecodeError:
        return ""


CHARSETS: dict[str, Callable[[], Charset]] = {
    "english": partial(Charset.of, _ENGLISH),
    "ascii": partial(Charset.of, _ASCII),
    "letters": partial(Charset.of, string.ascii_letters),
    "digits": partial(Charset.of, string.digits),
    "punctuation": partial(Charset.of, string.punctuation),
    "hiragana": partial(_named, _HIRAGANA, "HIRAGANA"),
    "katakana": partial(_named, _KATAKANA, "KATAKANA LETTER", "KATAKANA ITERATION", "KATAKANA VOICED", "KATAKANA-"),
    "kana": _kana,
    "hentaigana": partial(_named, range(0x1B002, 0x1B11F), _HENTAIGANA),
    "punctuation-cjk": partial(_named, _CJK_SIGNS, "IDEOGRAPHIC", "LEFT", "RIGHT", "WAVE", "KATAKANA", "VERTICAL"),
    "joyo": partial(_shipped, "joyo"),
    "jisx0208": partial(_decoded, "shift_jis"),
    "jisx0213": partial(_decoded, "shift_jis_2004"),
    "adobe-japan1": partial(_shipped, "adobe-japan1"),
}


def charset(name: str) -> Charset:
    """The charset called `name`, or else the one in the UTF-8 file of that path.

    A row of the file with a tab in it names one text, which may be longer than a character, in its last column; of
    every other row each character is a text. Raises `UnknownNameError` for what is neither a name nor a file, and
    `DataError` for a file without characters.
    """
    if name in CHARSETS:
        return _made(name)
    if not Path(name).is_file():
        raise unknown_name("charset", name, CHARSETS, otherwise="Nor is there a file of that name.")
    try:
        content = unicodedata.normalize("NFC", Path(name).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{name} cannot be read as a charset: {error}.", hint="Save the characters as UTF-8."
        ) from error
    found = Charset.of(text for row in content.split("\n") for text in _texts_of_row(row.rstrip("\r")))
    if not len(found):
        raise DataError(f"{name} holds no characters.", hint="Write into it all that shall be drawn, in any order.")
    return found


@cache
def _made(name: str) -> Charset:
    return CHARSETS[name]()


def _texts_of_row(row: str) -> Iterable[str]:
    """The texts of one row of a charset file; white space parts them, and is none."""
    return ("".join(row.rpartition("\t")[2].split()),) if "\t" in row else row
