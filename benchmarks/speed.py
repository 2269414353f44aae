"""Lines per second of effocr and its peers: the same lines, the whole path from file to text, in interleaved rounds.

    python benchmarks/speed.py DATA/newspapers_en [--bundle en] [--lines 300] [--rounds 5] [--no-peers] [--json FILE]

The folder holds line images and `lines.jsonl`, for example newspapers_en (Evening Star, Washington, and Omaha Daily
Bee, from the National Digital Newspaper Program). Loading a model is not counted: every engine reads a few lines before
the first round. In each round all engines take their turn on one thread, so that other work on the machine hits them
alike; the median round counts. Effocr is timed with two threads besides.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import support.one_blas_thread  # noqa: F401  (before numpy)
from accuracy import all_engines
from support.sets import Engine, labelled, table, write_json

LINES_BEFORE_TIMING = 8


@dataclass(frozen=True)
class Runner:
    """One engine at one number of threads."""

    engine: Engine
    threads: int

    @property
    def name(self) -> str:
        return f"{self.engine.name}, {self.threads} thread{'s' * (self.threads > 1)}"

    def seconds(self, paths: Sequence[Path]) -> float:
        """Wall time of reading all paths."""
        start = time.perf_counter()
        self.engine.read(paths, self.threads)
        return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    paths = [line.image for line in labelled(wanted.folder, None, wanted.lines)]
    engines = all_engines(wanted.bundle, with_peers=not wanted.no_peers)
    ours = Runner(engines[0], 1)
    runners = [ours, Runner(engines[0], 2), *(Runner(engine, 1) for engine in engines[1:])]
    speeds = measured(runners, paths, wanted.rounds)
    rows = [
        [name, f"{speed:.1f}", f"{1000 / speed:.2f}", f"{speeds[ours.name] / speed:.2f}"]
        for name, speed in speeds.items()
    ]
    print(table(["engine", "lines per second", "ms per line", "effocr on one thread is so many times as fast"], rows))
    write_json(wanted.json, {"lines": len(paths), "rounds": wanted.rounds, "lines_per_second": speeds})


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with lines.jsonl")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--lines", type=int, default=300, help="at most so many lines, at an even stride")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true", help="effocr alone")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def measured(runners: Sequence[Runner], paths: Sequence[Path], rounds: int) -> dict[str, float]:
    """Lines per second of each runner, in its median round."""
    for runner in runners:
        runner.seconds(paths[:LINES_BEFORE_TIMING])
    seconds: dict[str, list[float]] = {runner.name: [] for runner in runners}
    for _ in range(rounds):
        for runner in runners:
            seconds[runner.name].append(runner.seconds(paths))
    return {name: len(paths) / median(all_rounds) for name, all_rounds in seconds.items()}


if __name__ == "__main__":
    main()
