"""Page for page what boxes_fraktur keeps together as one book: pages.py COCO OUT

Two of its files hold several printed pages one after the other. Folios and breaks in the sentence tell where the next
one begins; the table has the number of its first line, as file names count.
"""

from __future__ import annotations

import bisect
import json
import os
import sys
from pathlib import Path

FIRST_LINES = {
    "enteneller": (0, 37, 74, 108, 143, 181),
    "nyeeventyr": (0, 24, 51, 80, 108, 136, 162),
}


def main() -> None:
    """Writes the file; its images are found where those of COCO are."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    coco = json.loads(source.read_text(encoding="utf-8"))
    for image in coco["images"]:
        book, _, number = Path(image["file_name"]).stem.rpartition("_")
        if book in FIRST_LINES:
            image["page"] = f"{book} {bisect.bisect_right(FIRST_LINES[book], int(number))}"
        image["file_name"] = os.path.relpath(source.parent / image["file_name"], target.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(coco, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
