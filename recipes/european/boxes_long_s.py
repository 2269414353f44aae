"""Char boxes of Fraktur whose texts write long s as s, with ſ where print has it: boxes_long_s.py COCO OUT

s is ſ unless its word ends there; where a word is made of two (Haus-tür) that is at times wrong. Boxes of several
letters that are no ligature are left unknown, for one shape cannot stand for them.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

LIGATURES = {"ch", "ck", "tz", "ſt", "ſſ", "ſi", "ſk", "ſl", "ll", "tt", "er", "ff", "fi", "fl"}


def main() -> None:
    """Writes the file."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    opened = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    coco = json.loads(opened)
    words: dict[int, list[list[float]]] = {}
    for each in coco["annotations"]:
        if each["category_id"] == 1:
            words.setdefault(each["image_id"], []).append(each["bbox"])
    for each in coco["annotations"]:
        if each["category_id"] == 0 and "text" in each:
            each["text"] = spelled(each["text"], each["bbox"], words.get(each["image_id"], []))
            if len(each["text"]) > 1 and each["text"] not in LIGATURES:
                each["iscrowd"] = 1
    for image in coco["images"]:
        image.pop("text", None)
        image["file_name"] = "/".join(Path(image["file_name"]).parts[-2:])
    target.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(coco, ensure_ascii=False).encode()
    target.write_bytes(gzip.compress(content, mtime=0) if target.suffix == ".gz" else content)


def spelled(text: str, box: list[float], words: list[list[float]]) -> str:
    """The text of a box with ſ where its word goes on after it."""
    middle, right = box[0] + box[2] / 2, box[0] + box[2]
    goes_on = any(word[0] <= middle and right + 0.2 * box[2] < word[0] + word[2] - 1 for word in words)
    return text.replace("s", "ſ") if goes_on else text[:-1].replace("s", "ſ") + text[-1:]


if __name__ == "__main__":
    main()
