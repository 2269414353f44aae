"""What wrong transcriptions do to adapting: a tenth of the lines swapped, then a tenth of other characters wrong, too.

    python benchmarks/wrong_lines.py DATA/greek_zonaras --bundle grc [--lines 60] [--seed 0] [--limit 150] [--json FILE]

DATA is as in `samples.py`, which tells what right transcriptions give: the same lines are drawn and read afterwards.
The texts of six of sixty lines go round among them; wrong characters are drawn from all that the lines have. Told is
how many of the swapped lines are named, how many others are, and the error rates of the bundle and of what comes out.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr.bundle.files import Bundle, open_bundle
from effocr.data.lines import TextLine, evenly
from effocr.evaluate.adapting.run import adapt, write_result
from effocr.train.adapt.tuning import NetTuner
from samples import drawn, parts, rates
from support.sets import table, write_json

PART = 0.1
"""Of the lines swapped, and of the characters wrong."""


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    bundle = open_bundle(wanted.bundle)
    pool, held_out = parts(wanted.folder)
    held_out = [held_out[row] for row in evenly(len(held_out), wanted.limit)]
    chance = random.Random(wanted.seed)
    right = drawn(pool, wanted.lines, chance)
    swapped, rows = with_swapped(right, chance)
    kinds = {"swapped": swapped, "swapped, characters wrong": with_wrong(swapped, rows, chance)}
    wrong = {right[row].image for row in rows}
    at_first = rates(bundle, held_out)["cer_folded"]
    figures = {name: measured(bundle, lines, held_out, wrong, wanted.seed) for name, lines in kinds.items()}
    rows_told = [[name, *map(str, (at_first, *each.values()))] for name, each in figures.items()]
    heads = [
        "transcriptions",
        "the bundle",
        "adapted",
        f"of {len(wrong)} swapped found",
        "others named",
        "characters named",
    ]
    print(table(heads, rows_told))
    write_json(wanted.json, {"start": at_first, "swapped": len(wrong), "kinds": figures})


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with lines.jsonl")
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int, default=150, help="at most so many held-out lines, at an even stride")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def with_swapped(lines: Sequence[TextLine], chance: random.Random) -> tuple[list[TextLine], list[int]]:
    """The lines, the texts of some of which go round, and the rows of these."""
    rows = sorted(chance.sample(range(len(lines)), max(2, round(PART * len(lines)))))
    given = dict(zip(rows, [*rows[1:], rows[0]], strict=True))
    return [replace(line, text=lines[given.get(row, row)].text) for row, line in enumerate(lines)], rows


def with_wrong(lines: Sequence[TextLine], swapped: Sequence[int], chance: random.Random) -> list[TextLine]:
    """The lines, those at `swapped` left as they are, with other characters in place of some; spaces stay."""
    chars = sorted({char for line in lines for char in line.text if char != " "})
    left = set(swapped)
    return [
        line
        if row in left
        else replace(
            line,
            text="".join(chance.choice(chars) if c != " " and chance.random() < PART else c for c in line.text),
        )
        for row, line in enumerate(lines)
    ]


def measured(
    bundle: Bundle, lines: Sequence[TextLine], held_out: Sequence[TextLine], wrong: set[Path], seed: int
) -> dict[str, float]:
    """The rate on held-out lines after adapting, and what was named."""
    with tempfile.TemporaryDirectory() as work:
        done = adapt(bundle, lines, Path(work), tuner=NetTuner(seed=seed))
        named = {doubt.line.image for doubt in done.doubts}
        rate = rates(write_result(bundle, done, Path(work) / "adapted"), held_out)["cer_folded"]
    return {
        "cer_folded": rate,
        "found": len(named & wrong),
        "others": len(named - wrong),
        "characters": len(done.wrong_glyphs),
    }


if __name__ == "__main__":
    main()
