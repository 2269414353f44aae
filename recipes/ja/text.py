"""The prose of Debian's manpages-ja in one file: text.py OUT (apt-get install manpages-ja)

What follows what, hiragana, katakana or ideographs, is counted in it; nothing else is taken from it.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PAGES = Path("/usr/share/man/ja")
MARKS = re.compile(r"\\f.|\\-|\\&|\\\(..|\\")
FIRST_KANA = "\u3040"
SHORTEST, JAPANESE = 8, 0.6
"""Lines of prose have more Japanese characters than this, and this part of all."""


def main() -> None:
    """Write the file that the command line names."""
    rows = [row for page in sorted(PAGES.rglob("*.gz")) for row in prose(page)]
    Path(sys.argv[1]).write_text("\n".join(rows) + "\n", encoding="utf-8")


def prose(page: Path) -> Iterator[str]:
    """The lines of a manual page that are Japanese text, without marks of layout."""
    for row in gzip.decompress(page.read_bytes()).decode("utf-8", "replace").split("\n"):
        text = MARKS.sub("", row).strip()
        japanese = sum(char >= FIRST_KANA for char in text)
        if row[:1] not in (".", "'") and japanese > max(SHORTEST, JAPANESE * len(text)):
            yield text


if __name__ == "__main__":
    main()
