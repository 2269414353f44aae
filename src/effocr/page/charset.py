"""Charsets: the texts that glyphs may read as."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from effocr.errors import DataError, unknown_name

_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))
_ENGLISH = _ASCII + "“”‘’–—£§½¼¾°éàâäçèêëîïôöùûüñæœÆŒÉÀÂÄÇÈÊËÎÏÔÖÙÛÜÑ"


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
        return text in self.texts

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def missing(self, text: str) -> set[str]:
        """Code points of `text` (NFC) that are neither in the charset nor white space."""
        return {char for char in unicodedata.normalize("NFC", text) if not char.isspace()} - set(self.texts)


ENGLISH = Charset.of(_ENGLISH)
"""Printable ASCII, typographic quotes and dashes, signs of money and measure, and the accents of English print."""

CHARSETS = {"english": ENGLISH, "ascii": Charset.of(_ASCII), "digits": Charset.of("0123456789")}


def charset(name: str) -> Charset:
    """The charset called `name`, or else the characters of the UTF-8 file of that path.

    Raises `UnknownNameError` for what is neither, and `DataError` for a file without characters.
    """
    if name in CHARSETS:
        return CHARSETS[name]
    if not Path(name).is_file():
        raise unknown_name("charset", name, CHARSETS, otherwise="Nor is there a file of that name.")
    try:
        found = Charset.of(unicodedata.normalize("NFC", Path(name).read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{name} cannot be read as a charset: {error}.", hint="Save the characters as UTF-8."
        ) from error
    if not len(found):
        raise DataError(f"{name} holds no characters.", hint="Write into it all that shall be drawn, in any order.")
    return found
