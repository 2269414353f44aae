"""What a low resolution costs: a set as it is, and the same set shrunk and enlarged back to its size.

    python benchmarks/resolution.py DATA/newspapers_en --split dev [--bundle en] [--percent 50] [--json FILE]

The folder holds line images and `lines.jsonl`, for example newspapers_en (Evening Star, Washington, and Omaha Daily
Bee, from the National Digital Newspaper Program, at about 300 dpi). Shrinking averages areas, enlarging is bicubic, as
scanners and viewers do.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr import Reader
from effocr.data.lines import TextLine
from effocr.evaluate.metrics import score
from effocr.image.decode import Source
from support.sets import labelled, table, write_json


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    lines = labelled(wanted.folder, wanted.split, wanted.limit)
    reader = Reader(wanted.bundle, lines="none")
    full = folded_rate(reader, lines, [line.image for line in lines])
    low = folded_rate(reader, lines, [coarse(line.image, wanted.percent / 100) for line in lines])
    ratio = low / full if full else float("nan")
    rows = [["100 %", f"{full:.4f}", ""], [f"{wanted.percent:g} %", f"{low:.4f}", f"{ratio:.2f}"]]
    print(table(["resolution", "cer_folded", "times"], rows))
    write_json(wanted.json, {"percent": wanted.percent, "full": full, "low": low, "ratio": ratio})


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with lines.jsonl")
    parser.add_argument("--split", help="only lines whose split is this")
    parser.add_argument("--limit", type=int, help="at most so many lines, at an even stride")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--percent", type=float, default=50.0, help="resolution that is left, above 0 and below 100")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def folded_rate(reader: Reader, lines: Sequence[TextLine], sources: Sequence[Source]) -> float:
    """`cer_folded` of reading the sources."""
    pages = reader.read(sources)
    return score((line.text, page.text) for line, page in zip(lines, pages, strict=True)).cer_folded


def coarse(path: Path, part: float) -> Image.Image:
    """The image at its own size, with what a scan of `part` of its resolution shows."""
    image = Image.open(path).convert("L")
    small = image.resize((max(1, round(image.width * part)), max(1, round(image.height * part))), Image.Resampling.BOX)
    return small.resize(image.size, Image.Resampling.BICUBIC)


if __name__ == "__main__":
    main()
