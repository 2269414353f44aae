"""Lines of real pages for the line finder's second run, found by the net of its first run and checked.

    python recipes/en/page_lines.py LINE_FINDER.onnx data pages.jsonl [--leave-out NAME ...]

Takes data/newspaper_pages_en, whose pages come with line boxes, and data/books_en. A line is kept where the net is
sure; sure lines that are far wider than the boxes that came with the page, boxes that no line matches, and unsure lines
are noted as unknown: there nothing is learned.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from effocr.bundle.card import LineFinderPart
from effocr.evaluate.pages.lines import matches
from effocr.image.decode import decode
from effocr.page.boxes import Floats
from effocr.read.onnx import session
from effocr.read.pages.maps import MapLine
from effocr.read.pages.net import X_PER_ABOVE, NetLineFinder
from effocr.train.line_finder.training import box_of

SURE, SURE_ALONE = 0.7, 0.85
"""Least mean probability of a line that matches a box of its page, and of one that matches none."""
WIDEST = 1.35
"""Widest line, in widths of the boxes that it matches."""


def main() -> None:
    """Find, check and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("line_finder", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--leave-out", nargs="*", default=[], help="pages (or starts of their names) kept for measuring"
    )
    wanted = parser.parse_args()
    finder = NetLineFinder(session(wanted.line_finder), LineFinderPart())
    with wanted.out.open("w", encoding="utf-8") as out:
        for name in ("newspaper_pages_en", "books_en"):
            folder = wanted.data / name
            for row in map(json.loads, (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()):
                if any(Path(row["image"]).stem.startswith(left) for left in wanted.leave_out):
                    continue
                boxes = np.array([line["box"] for line in row.get("noisy_lines", [])], np.float32).reshape(-1, 4)
                image = (folder / row["image"]).resolve()
                out.write(json.dumps({"image": str(image), **labelled(finder, image, boxes)}) + "\n")


def labelled(finder: NetLineFinder, image: Path, boxes: Floats) -> dict[str, object]:
    """The lines of a page, and its unknown boxes."""
    lines = finder.lines(decode(image))
    found = np.array([box_of(line.baseline, line.above, line.below) for line in lines], np.float32).reshape(-1, 4)
    matched = matches(boxes, found)  # (boxes, lines)
    widths, wanted = found[:, 2] - found[:, 0], boxes[:, 2] - boxes[:, 0]
    widest = np.where(matched, wanted[:, None], 0).max(0, initial=0)
    score = np.array([line.score for line in lines])
    sure = np.where(widest > 0, (score > SURE) & (widths < WIDEST * widest), score > SURE_ALONE)
    unknown = np.concatenate([found[~sure], boxes[~matched.any(1)] if len(lines) else boxes])
    return {
        "lines": [record(line) for line, good in zip(lines, sure, strict=True) if good],
        "unknown": unknown.round(1).tolist(),
    }


def record(line: MapLine) -> dict[str, object]:
    """A line as the recipe reads it."""
    return {
        "baseline": line.baseline.round(1).tolist(),
        "x_height": round(X_PER_ABOVE * line.above, 2),
        "above": round(line.above, 2),
        "below": round(line.below, 2),
    }


if __name__ == "__main__":
    main()
