"""Cuts line images out of newspaper pages with noisy line boxes.

    cut_newspaper_lines.py PAGES OUT [--leave-out PAGE ...]

PAGES holds pages.jsonl (`image`, `noisy_lines` with `box` and `ocr`) and the page images, as made from the batches of
the National Digital Newspaper Program (github open-oni/sample-data, public domain). OUT gets images/ and lines.jsonl.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from PIL import Image

HEIGHTS = range(16, 48)
NARROWEST = 90
SHORTEST = 8
MARGIN = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--leave-out", nargs="*", default=[], help="stems of pages that are kept for judging")
    options = parser.parse_args()
    (options.out / "images").mkdir(parents=True)
    rows = []
    for page in map(json.loads, (options.pages / "pages.jsonl").read_text(encoding="utf-8").splitlines()):
        stem = Path(page["image"]).stem
        if stem in options.leave_out:
            continue
        image = Image.open(options.pages / page["image"]).convert("L")
        for number, line in enumerate(page["noisy_lines"]):
            left, top, right, bottom = line["box"]
            if bottom - top not in HEIGHTS or right - left < NARROWEST or len(line["ocr"]) < SHORTEST:
                continue
            name = f"images/{stem}_{number:04d}.png"
            box = (
                max(0, left - MARGIN),
                max(0, top - MARGIN),
                min(image.width, right + MARGIN),
                min(image.height, bottom + MARGIN),
            )
            image.crop(box).save(options.out / name)
            rows.append({"image": name, "text": line["ocr"], "page": stem, "vertical": False})
    (options.out / "lines.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
