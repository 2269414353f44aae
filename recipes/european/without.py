"""Aligned boxes whose texts do not say which letter stands there, made unknown: without.py ALIGNED.json.gz LETTER ...

fraktur_grenzboten and fraktur_goethe write ſ as s; nothing shall learn that ſ is an s.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path


def main() -> None:
    """Rewrites the file."""
    path, letters = Path(sys.argv[1]), set(sys.argv[2:])
    coco = json.loads(gzip.decompress(path.read_bytes()))
    for each in coco["annotations"]:
        if each["category_id"] == 0 and letters.intersection(each.get("text", "")):
            each["iscrowd"] = 1
    path.write_bytes(gzip.compress(json.dumps(coco, ensure_ascii=False).encode(), mtime=0))


if __name__ == "__main__":
    main()
