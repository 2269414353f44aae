"""How few lines are enough: error rates on held-out pages against the number of transcribed lines adapted to.

    python benchmarks/samples.py DATA --out samples.json [--sets SET ...] [--sizes 0 10 60] [--seeds 0] [--plot SVG]

DATA holds folders of line images with `lines.jsonl` (`image`, `text`, `page`, optional `split`). Lines are drawn with a
seed from pages that share none with those that are read afterwards: the split `train` against `dev` where there is one,
else three quarters of the pages against the rest. Only books count that the bundle was not trained on (`scripts.py` has
them). Of sets in `BOOKS`, whose `page` is a whole book, every other line of each is drawn from, and the rest is read.
Numbers of lines that a set does not have are passed over. Every figure is that of `effocr adapt`; what OUT holds
already is not measured again, so the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr.bundle.files import Bundle, open_bundle
from effocr.data.lines import TextLine, evenly, read_lines
from effocr.data.split import part_of
from effocr.data.writing import write_text
from effocr.evaluate.adapting.run import adapt, write_result
from effocr.evaluate.metrics import score
from effocr.evaluate.run import evaluate
from effocr.read.reader import Reader
from scripts import SETS
from support.sets import table

MEASURED = ("greek_zonaras", "fraktur_books", "newspapers_en")
BOOKS = ("fraktur_books",)
SIZES = (0, 10, 30, 60, 120, 250)
SEEDS = (0, 1, 2)
HELD_OUT = "1/4"
MARK = 0.025
"""What arXiv:1802.10038 reaches with 60 lines, in the mean over books; dashed in the plot."""
COLOURS = ("#9a3324", "#1f6fc8", "#3d7a3a", "#8a5a00", "#6b3fa0")
NAMES_APART = 14
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 380, 60, 48, 24, 150


@dataclass(frozen=True)
class Run:
    """One figure to measure."""

    set: str
    lines: int
    seed: int

    @property
    def key(self) -> str:
        return f"{self.set}/{self.lines}/{self.seed}"


def main() -> None:
    """Measure what is missing, print a table, draw."""
    wanted = arguments()
    figures: dict[str, Any] = json.loads(wanted.out.read_text(encoding="utf-8")) if wanted.out.exists() else {}
    for run in runs(wanted.sets, wanted.sizes, wanted.seeds):
        folder = wanted.data / run.set
        if run.key in figures or run.lines > len(parts(folder)[0]):
            continue
        bundle = open_bundle(dict(wanted.bundles).get(run.set, SETS[run.set].bundle if run.set in SETS else "en"))
        figures[run.key] = measured(run, folder, bundle, wanted.limit, training=wanted.training)
        write_text(wanted.out, json.dumps(figures, indent=1, sort_keys=True) + "\n")
        print(run.key, figures[run.key], flush=True)
    means = mean_rates(figures)
    sizes = sorted({size for rates in means.values() for size in rates})
    rows = [[name, *(f"{rates[size]:.4f}" if size in rates else "" for size in sizes)] for name, rates in means.items()]
    print(table(["set", *(f"{size} lines" for size in sizes)], rows))
    if wanted.plot is not None:
        write_text(wanted.plot, plot(means))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds the sets")
    parser.add_argument("--out", type=Path, required=True, help="JSON of all figures; grows")
    parser.add_argument("--sets", nargs="+", default=MEASURED)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="numbers of transcribed lines")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--limit", type=int, default=300, help="at most so many held-out lines, at an even stride")
    parser.add_argument("--bundles", nargs="*", default=(), type=lambda each: each.split("=", 1), help="SET=BUNDLE")
    parser.add_argument("--no-training", dest="training", action="store_false", help="exemplars alone")
    parser.add_argument("--plot", type=Path, help="SVG of the means")
    return parser.parse_args()


def runs(sets: Sequence[str], sizes: Sequence[int], seeds: Sequence[int]) -> list[Run]:
    """Small ones first; without lines all seeds are one."""
    return [Run(name, size, seed) for size in sizes for name in sets for seed in (seeds if size else seeds[:1])]


def parts(folder: Path) -> tuple[list[TextLine], list[TextLine]]:
    """The lines to draw from and those to read; they share no page, and of `BOOKS` no line."""
    lines = SETS[folder.name].lines(folder) if folder.name in SETS else read_lines(folder)
    lines = [line for line in lines if not line.vertical]
    if folder.name in BOOKS:
        lines.sort(key=lambda line: (line.page, line.image.name))
        return lines[::2], lines[1::2]
    if any(line.split == "dev" for line in lines):
        return [line for line in lines if line.split == "train"], [line for line in lines if line.split == "dev"]
    return part_of(lines, f"!{HELD_OUT}"), part_of(lines, HELD_OUT)


def drawn(pool: Sequence[TextLine], number: int, chance: random.Random) -> list[TextLine]:
    """So many lines of a pool, in its order."""
    return [pool[row] for row in sorted(chance.sample(range(len(pool)), number))]


def measured(run: Run, folder: Path, bundle: Bundle, limit: int, *, training: bool) -> dict[str, float]:
    """The rates on held-out pages after adapting to so many lines, and the processor's seconds that took."""
    pool, held_out = parts(folder)
    held_out = [held_out[row] for row in evenly(len(held_out), limit)]
    if not run.lines:
        return rates(bundle, held_out) | {"lines": 0, "seconds": 0.0}
    lines = drawn(pool, run.lines, random.Random(run.seed))
    start = time.process_time()
    with tempfile.TemporaryDirectory() as work:
        tuner = _tuner(run.seed) if training else None
        done = adapt(bundle, lines, Path(work), tuner=tuner)
        adapted = write_result(bundle, done, Path(work) / "adapted")
        if bundle.card.encoder.quantized and not adapted.card.encoder.quantized:
            adapted = _quantized(adapted, lines)
        seconds = time.process_time() - start
        return rates(adapted, held_out) | {"lines": run.lines, "seconds": round(seconds, 1)}


def _tuner(seed: int) -> Any:
    from effocr.train.adapt.tuning import NetTuner

    return NetTuner(seed=seed)


def _quantized(bundle: Bundle, lines: Sequence[TextLine]) -> Bundle:
    from effocr.train.nets.quantize import quantize

    return quantize(bundle, [line.image for line in lines], bundle.path)


def rates(bundle: Bundle, lines: Sequence[TextLine]) -> dict[str, float]:
    """The rates of a bundle on lines; `cer_of_pages` is the mean over their pages (books, in sets of books)."""
    done = evaluate(lines, Reader(bundle, threads=1, lines="none"))
    pages: dict[str, list[tuple[str, str]]] = {}
    for line, row in zip(lines, done.rows, strict=True):
        pages.setdefault(line.page, []).append((row.text, row.predicted))
    of_pages = fmean(score(pairs).cer_folded for pairs in pages.values())
    return {
        "cer_folded": round(done.scores.cer_folded, 5),
        "cer": round(done.scores.cer, 5),
        "cer_of_pages": round(of_pages, 5),
    }


def mean_rates(figures: dict[str, Any]) -> dict[str, dict[int, float]]:
    """For every set the mean folded rate over the seeds, by number of lines."""
    groups: dict[str, dict[int, list[float]]] = {}
    for key, measured_rates in figures.items():
        name, size, _ = key.split("/")
        groups.setdefault(name, {}).setdefault(int(size), []).append(measured_rates["cer_folded"])
    return {name: {size: fmean(by_size[size]) for size in sorted(by_size)} for name, by_size in groups.items()}


def plot(means: dict[str, dict[int, float]]) -> str:
    """An SVG of the error rates (logarithmic) against the numbers of lines (evenly spaced)."""
    sizes = sorted({size for by_size in means.values() for size in by_size})
    highest = max(rate for by_size in means.values() for rate in by_size.values())
    marks = [mark for mark in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if mark / 2 <= highest]
    top = next((mark for mark in marks if mark >= highest), marks[-1])
    step = (WIDTH - LEFT - RIGHT) / max(len(sizes) - 1, 1)

    def x(size: int) -> float:
        return LEFT + sizes.index(size) * step

    def y(rate: float) -> float:
        low = 0.005
        part = math.log(max(rate, low) / low) / math.log(top / low)
        return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP)

    shapes = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    for mark in [0.005, *marks]:
        if mark <= top:
            shapes.append(f'<path d="M{LEFT} {y(mark):.1f}H{WIDTH - RIGHT}" stroke="#dedcd6"/>')
            shapes.append(f'<text x="{LEFT - 8}" y="{y(mark) + 4:.1f}" text-anchor="end">{mark:g}</text>')
    shapes.append(f'<path d="M{LEFT} {y(MARK):.1f}H{WIDTH - RIGHT}" stroke="#6b6b70" stroke-dasharray="5 4"/>')
    shapes.append(f'<text x="{LEFT - 8}" y="{y(MARK) + 4:.1f}" text-anchor="end">{MARK:g}</text>')
    shapes += [
        f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size}</text>' for size in sizes
    ]
    shapes.append(
        f'<text x="{LEFT}" y="{HEIGHT - 8}">transcribed lines adapted to; character error rate, held-out pages</text>'
    )
    lowest = 0.0
    by_end = sorted(means.items(), key=lambda item: -item[1][max(item[1])])
    for (name, by_size), colour in zip(by_end, COLOURS * len(means), strict=False):
        points = [(x(size), y(rate)) for size, rate in by_size.items()]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        shapes.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        shapes += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>' for across, down in points]
        lowest = max(points[-1][1] + 4, lowest + NAMES_APART)
        shapes.append(f'<text x="{points[-1][0] + 8:.1f}" y="{lowest:.1f}" fill="{colour}">{name}</text>')
    body = "\n".join(shapes)
    look = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {look}>'
    return f"{head}\n{body}\n</svg>\n"


if __name__ == "__main__":
    main()
