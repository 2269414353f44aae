"""What each repair of English lines does to the folded error rate: a Markdown table, in percent.

    python benchmarks/repairs.py DATA [--bundle en] [--sets NAME ...] [--lexicon wordfreq:en] [--limit N]

DATA as for `accuracy.py`. Everything is read once without repairs, and once without the context of the bundle's card
(`effocr.read.english.context`), too; each further column repairs the first reading. `newspapers_en` counts twice: the
split train, on which thresholds were chosen, and the split dev.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import support.one_blas_thread  # noqa: F401  (before numpy)
from accuracy import SETS
from effocr import Page, Reader
from effocr.evaluate.metrics import score
from effocr.read.english.revision import Repair
from effocr.read.english.table import LEXICON, REPAIRS, repairs_of
from support.sets import has_split, labelled, table

TRAIN = "train"
USUAL = ("quotes", "capitals", "small-capitals")
COMBINED = (USUAL, (*USUAL, "spelling"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds the sets")
    parser.add_argument("--sets", nargs="+", default=SETS, help="names of folders in DATA")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--lexicon", default=LEXICON, help="a file of words, or wordfreq:LANGUAGE")
    parser.add_argument("--limit", type=int, help="at most so many lines of each set, at an even stride")
    parser.add_argument("--threads", type=int, default=1)
    wanted = parser.parse_args()
    columns = {name: repairs_of([name], wanted.lexicon) for name in REPAIRS}
    columns |= {" + ".join(names): repairs_of(names, wanted.lexicon) for names in COMBINED}
    reader, without_context = (
        Reader(wanted.bundle, threads=wanted.threads, lines="none", repairs=()) for _ in range(2)
    )
    without_context.recognizer.context = None
    rows = []
    for name in wanted.sets:
        for split in (TRAIN, "dev") if has_split(wanted.data / name, TRAIN) else (None,):
            lines = labelled(wanted.data / name, split, wanted.limit)
            pages, bare = ([*each.read([line.image for line in lines])] for each in (reader, without_context))
            texts = [line.text for line in lines]
            rates = [rate_of(texts, bare, ()), *(rate_of(texts, pages, repairs) for repairs in ((), *columns.values()))]
            label = f"{name}, {split}" if split else name
            rows.append([label, str(len(lines)), *(f"{100 * rate:.2f}" for rate in rates)])
    print(table(["set", "lines", "without context", "as it is", *columns], rows))


def rate_of(texts: Sequence[str], pages: Sequence[Page], repairs: Sequence[Repair]) -> float:
    """The folded error rate of pages after repairs."""
    return score(zip(texts, (text_of(page, repairs) for page in pages), strict=True)).cer_folded


def text_of(page: Page, repairs: Sequence[Repair]) -> str:
    """The text of a page after repairs, line by line."""
    lines = list(page.lines)
    for repair in repairs:
        lines = [repair(line) for line in lines]
    return "\n".join(line.text for line in lines)


if __name__ == "__main__":
    main()
