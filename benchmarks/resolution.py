"""What a low resolution costs: a set as it is, and the same set shrunk and enlarged back to its size.

    python benchmarks/resolution.py DATA/newspapers_en --split dev [--bundle en] [--peers] [--percent 50]
        [--shrunk-by box|bicubic|lanczos] [--json FILE]

The folder holds line images and `lines.jsonl`, for example newspapers_en (Evening Star, Washington, and Omaha Daily
Bee, from the National Digital Newspaper Program, at about 300 dpi). Shrinking averages areas, as scanners do, unless
another filter is named, which leaves edges sharper; enlarging is bicubic.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

import support.one_blas_thread  # noqa: F401  (before numpy)
from accuracy import all_engines, scores_of
from effocr.data.lines import TextLine
from support.sets import labelled, table, write_json

SHRINKING = {name: Image.Resampling[name.upper()] for name in ("box", "bicubic", "lanczos")}


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    lines = labelled(wanted.folder, wanted.split, wanted.limit, wanted.pages)
    rows: list[list[str]] = []
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        low_lines = coarse_lines(lines, wanted.percent / 100, Path(folder), SHRINKING[wanted.shrunk_by])
        for engine in all_engines(wanted.bundle, with_peers=wanted.peers):
            full, low = (scores_of(engine, each, 1).cer_folded for each in (lines, low_lines))
            ratio = low / full if full else float("nan")
            rows.append([engine.name, f"{full:.4f}", f"{low:.4f}", f"{ratio:.2f}"])
            figures[engine.name] = {"percent": wanted.percent, "full": full, "low": low, "ratio": ratio}
    print(table(["engine", "cer_folded", f"at {wanted.percent:g} %", "times"], rows))
    write_json(wanted.json, figures)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with lines.jsonl")
    parser.add_argument("--split", help="only lines whose split is this")
    parser.add_argument("--pages", default="all", help="part K/N of the pages")
    parser.add_argument("--limit", type=int, help="at most so many lines, at an even stride")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--peers", action="store_true", help="also Tesseract (psm 7 and 13) and PP-OCRv6 tiny")
    parser.add_argument("--percent", type=float, default=50.0, help="resolution that is left, above 0 and below 100")
    parser.add_argument("--shrunk-by", choices=SHRINKING, default="box", help="filter of Pillow")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def coarse_lines(lines: Sequence[TextLine], part: float, folder: Path, shrunk_by: Image.Resampling) -> list[TextLine]:
    """The lines with images in `folder` that show `part` of the resolution."""
    found = []
    for number, line in enumerate(lines):
        path = folder / f"{number:06}.png"
        coarse(line.image, part, shrunk_by).save(path)
        found.append(replace(line, image=path))
    return found


def coarse(path: Path, part: float, shrunk_by: Image.Resampling = Image.Resampling.BOX) -> Image.Image:
    """The image at its own size, with what a scan of `part` of its resolution shows."""
    image = Image.open(path).convert("L")
    small = image.resize((max(1, round(image.width * part)), max(1, round(image.height * part))), shrunk_by)
    return small.resize(image.size, Image.Resampling.BICUBIC)


if __name__ == "__main__":
    main()
