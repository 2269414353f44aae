"""A set of lines with whole books put aside: hold_out.py FROM TO [BOOK ...] [--every N]

Every line of the folder TO has a `split`: "dev" for those books (beginnings of `book`, or of `page`), and with
`--every N` for the first of every N pages as well; "train" for the rest. The images are those of FROM. Vowels with a
small e above, which are two characters, get a stand-in of one; `stand_ins.py` puts them back into the aligned boxes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

STAND_INS = {"a\u0364": "ȧ", "o\u0364": "ȯ", "u\u0364": "ů", "A\u0364": "Ȧ", "O\u0364": "Ȯ", "U\u0364": "Ů"}


def main() -> None:
    """Writes the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("books", nargs="*", default=[])
    parser.add_argument("--every", type=int, default=0)
    wanted = parser.parse_args()
    rows = [json.loads(row) for row in (wanted.source / "lines.jsonl").read_text(encoding="utf-8").splitlines()]
    pages = sorted({row["page"] for row in rows})
    aside = set(pages[:: wanted.every]) if wanted.every else set()
    wanted.target.mkdir(parents=True, exist_ok=True)
    images = wanted.target / "images"
    if not images.exists():
        images.symlink_to((wanted.source / "images").resolve())
    with (wanted.target / "lines.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            book = str(row.get("book") or row["page"])
            away = row["page"] in aside or book.startswith(tuple(wanted.books))
            row["split"] = "dev" if away else "train"
            for letters, stand_in in STAND_INS.items() if not away else ():
                row["text"] = row["text"].replace(letters, stand_in)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
