"""How well glyphs are found and recognized where their true boxes are known.

    python benchmarks/boxes.py DATA/boxes_fraktur/coco.json [--images DIR] [--bundle BUNDLE] [--json FILE]

Box precision, recall and IoU along the reading axis (a box counts as found from IoU 0.5 on); and precision at 1: how
many glyphs, cut out at their true boxes, are read as their own text: that of the nearest exemplar, unless the card has
a context that speaks against it. Any COCO file with char boxes does.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr import Reader
from effocr.data.coco import lines_of, read_coco
from effocr.data.labelled import LabelledLine
from effocr.evaluate.boxes import BoxCounts, box_scores
from effocr.read.sockets import Localization
from support.sets import table, write_json

MOST_MISTAKEN = 15


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    lines = list(lines_of(read_coco(wanted.coco, wanted.images)))
    reader = Reader(wanted.bundle, lines="none")
    counts = BoxCounts()
    for line, found in zip(lines, reader.localizer.localize([line.image for line in lines]), strict=True):
        counts = counts + box_scores(found.boxes, line.boxes, line.unknown)
    pairs = recognized(reader, lines)
    known = set(reader.recognizer.index.texts)
    right = sum(truth == read for truth, read in pairs)
    figures = {
        "lines": len(lines),
        "glyphs": len(pairs),
        "box_precision": counts.precision,
        "box_recall": counts.recall,
        "box_iou": counts.mean_iou,
        "precision_at_1": right / len(pairs) if pairs else float("nan"),
        "unknown_texts": sum(truth not in known for truth, _ in pairs),
    }
    print(
        table(
            list(figures), [[f"{value:.4f}" if isinstance(value, float) else str(value) for value in figures.values()]]
        )
    )
    wrong = Counter(f"{truth} > {read}" for truth, read in pairs if truth != read)
    print("most often mistaken:", ", ".join(f"{pair} ({count})" for pair, count in wrong.most_common(MOST_MISTAKEN)))
    write_json(wanted.json, figures)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("coco", type=Path, help="COCO file with char boxes")
    parser.add_argument("--images", type=Path, help="where its file names start; beside the file by default")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def recognized(reader: Reader, lines: list[LabelledLine]) -> list[tuple[str, str]]:
    """Text and reading of every glyph, cut out at its true box."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        if len(line.boxes):
            ones = np.ones(len(line.boxes), np.float32)
            truth = Localization(line.boxes, ones, line.spaces.astype(np.float32), line.band)
            (read,) = reader.recognizer.recognize([line.image], [truth], [line.vertical])
            pairs += [(text, recognition.text) for text, recognition in zip(line.texts, read, strict=True)]
    return pairs


if __name__ == "__main__":
    main()
