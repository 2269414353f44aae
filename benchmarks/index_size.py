"""What a large charset costs: reading with a bundle, and with its index grown by texts that are never the nearest.

    python benchmarks/index_size.py DATA/newspapers_en [--bundle en] [--texts 7000] [--rounds 15] [--json FILE]

The added exemplars are random directions, one a text: like those of a real charset they are compared with every glyph.
Both readers take turns on one thread, a few lines at a time; the median of the ratios counts, so that other work on the
machine hits both alike.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr import Reader
from effocr.data.lines import read_lines
from support.sets import table, write_json

FIRST = 0x4E00
"""Code point of the first added text."""


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    chosen = [line for line in read_lines(wanted.folder, limit=wanted.lines) if not line.vertical]
    images = [line.image for line in chosen]
    small, large = Reader(wanted.bundle, threads=1, lines="none"), Reader(wanted.bundle, threads=1, lines="none")
    grow(large, wanted.texts)
    ratios, paces = [], []
    for _ in range(wanted.rounds + 1):
        for start in range(0, len(images), wanted.chunk):
            some = images[start : start + wanted.chunk]
            before, after = seconds(small, some), seconds(large, some)
            ratios.append(after / before)
            paces.append((before / len(some), after / len(some)))
    first = -(-len(images) // wanted.chunk)  # what is made at the first call is not timed
    slower = median(ratios[first:])
    usual, grown = (1000 * median(column) for column in zip(*paces[first:], strict=True))
    sizes = [len(reader.recognizer.index.distinct_texts) for reader in (small, large)]
    rows = [[str(sizes[0]), f"{usual:.2f}", "1"], [str(sizes[1]), f"{grown:.2f}", f"{slower:.3f}"]]
    print(table(["texts", "ms a line", "times as long"], rows))
    write_json(wanted.json, {"texts": sizes, "milliseconds_a_line": [usual, grown], "times_as_long": slower})


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="line images with lines.jsonl")
    parser.add_argument("--bundle", default="en", help="name or path")
    parser.add_argument("--texts", type=int, default=7000, help="texts of the large index")
    parser.add_argument("--lines", type=int, default=64, help="lines that are read in each round")
    parser.add_argument(
        "--chunk", type=int, default=16, help="lines that one reader takes before it is the other's turn"
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def grow(reader: Reader, texts: int) -> None:
    """Adds exemplars until the reader's index knows so many texts."""
    import numpy as np

    index = reader.recognizer.index
    number = texts - len(index.distinct_texts)
    vectors = np.random.default_rng(0).standard_normal((number, index.dimensions), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    added = [chr(FIRST + place) for place in range(number)]
    reader.recognizer.index = index.with_exemplars(vectors, added, ["random"] * number)


def seconds(reader: Reader, images: Sequence[Path]) -> float:
    """Processor time of reading the images: what else runs on the machine counts as little as can be."""
    start = time.process_time()
    reader.read(images)
    return time.process_time() - start


if __name__ == "__main__":
    main()
