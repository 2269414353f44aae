"""Peak memory of reading many lines, and whether it grows with their number.

    python benchmarks/memory.py DATA/books_en [--bundle en] [--counts 300 1000] [--threads 1] [--json FILE]

The folder holds line images and `lines.jsonl`, for example books_en (English books 1853-1920). Each count is read in a
process of its own, whose largest resident set the system reports; lines are repeated where the folder holds fewer.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import subprocess
import sys
from pathlib import Path

import support.one_blas_thread  # noqa: F401  (before numpy)
from support.sets import labelled, table, write_json

BYTES_A_KILOBYTE = 1 if sys.platform == "darwin" else 1024
"""Linux tells kilobytes, macOS bytes."""


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    if wanted.child is not None:
        print(json.dumps(read_and_tell(wanted.folder, wanted.bundle, wanted.child, wanted.threads)))
        return
    megabytes = {count: peak_of(wanted, count) for count in wanted.counts}
    print(table(["lines", "peak MB"], [[str(count), f"{peak:.0f}"] for count, peak in megabytes.items()]))
    write_json(wanted.json, {"threads": wanted.threads, "peak_megabytes": megabytes})


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder with lines.jsonl")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--counts", type=int, nargs="+", default=[300, 1000], help="how many lines to read")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def peak_of(wanted: argparse.Namespace, count: int) -> float:
    """Peak megabytes of a fresh process that reads `count` lines."""
    command = [
        sys.executable,
        __file__,
        str(wanted.folder),
        "--bundle",
        wanted.bundle,
        "--threads",
        str(wanted.threads),
    ]
    done = subprocess.run([*command, "--child", str(count)], stdout=subprocess.PIPE, text=True, check=True)
    return float(json.loads(done.stdout))


def read_and_tell(folder: Path, bundle: str, count: int, threads: int) -> float:
    """Reads `count` lines one after the other, as a long job does, and gives this process' peak megabytes."""
    from effocr import Reader

    paths = itertools.islice(itertools.cycle([line.image for line in labelled(folder, None, count)]), count)
    for _ in Reader(bundle, threads=threads, lines="none").iterate(paths):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_A_KILOBYTE / 1e6


if __name__ == "__main__":
    main()
