"""Error rates of the bundle `ja` and of Tesseract on Japanese lines, horizontal and vertical, by kind of page.

    python benchmarks/japanese.py DATA/japanese [--bundle ja] [--by-shape] [--without-peers] [--show] [--card]

Both sides are compared after NFKC and without spaces. The folder's rows may say, besides the text, `vertical` and a
`period`, by which the figures are parted. Tesseract reads with jpn and psm 7 (a line), vertical lines with jpn_vert and
psm 5 (a block of vertical lines), with ten pixels of white around each.
"""

from __future__ import annotations

import argparse
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr import Reader
from effocr.bundle.card import Score, readme_of
from effocr.bundle.files import open_bundle
from effocr.data.lines import TextLine, read_lines, rows_of
from effocr.data.writing import write_text
from effocr.evaluate.metrics import error_rate
from support.peers import TesseractPeer
from support.sets import table, write_json

LINE, COLUMN = 7, 5
"""Tesseract's page segmentation modes for a line and for a block of vertical lines."""


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    lines = read_lines(wanted.folder)
    readings = {f"effocr-{Path(wanted.bundle).name}": ours(wanted.bundle, lines, by_shape=wanted.by_shape)}
    if wanted.peers:
        readings["tesseract jpn, jpn_vert"] = tesseracts(lines)
    groups = groups_of(wanted.folder, lines)
    figures = {
        name: {
            group: round(error_rate([(lines[row].text, texts[row]) for row in rows], compared), 4)
            for group, rows in groups.items()
        }
        | {"milliseconds_a_line": round(pace, 1)}
        for name, (texts, pace) in readings.items()
    }
    if wanted.show:
        for row, line in enumerate(lines):
            print(
                line.image.name,
                *(compared(text) for text in (line.text, *(texts[row] for texts, _ in readings.values()))),
                sep="\n  ",
            )
    head = ["engine", *(f"{group} ({len(rows)})" for group, rows in groups.items()), "ms a line"]
    print(table(head, [[name, *map(str, figures[name].values())] for name in readings]))
    write_json(wanted.json, figures)
    if wanted.card:
        write_scores(Path(wanted.bundle), {group: figures[next(iter(figures))][group] for group in groups})


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="line images with lines.jsonl")
    parser.add_argument("--bundle", default="ja", help="name or path")
    parser.add_argument("--by-shape", action="store_true", help="do not say which lines are vertical")
    parser.add_argument("--without-peers", dest="peers", action="store_false", help="no Tesseract")
    parser.add_argument("--show", action="store_true", help="print what was read")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--card", action="store_true", help="write the scores into the card of the bundle, a folder")
    return parser.parse_args()


def ours(bundle: str, lines: Sequence[TextLine], *, by_shape: bool) -> tuple[list[str], float]:
    """What effocr reads, and milliseconds a line."""
    reader = Reader(bundle, threads=1, lines="none")
    images, vertical = [line.image for line in lines], None if by_shape else [line.vertical for line in lines]
    reader.read(images[:2])  # what is made at the first call is not timed
    start = time.perf_counter()
    texts = [page.text for page in reader.read(images, vertical=vertical)]
    return texts, 1000 * (time.perf_counter() - start) / len(lines)


def tesseracts(lines: Sequence[TextLine]) -> tuple[list[str], float]:
    """What Tesseract reads, and milliseconds a line."""
    engines = {False: TesseractPeer(LINE, language="jpn"), True: TesseractPeer(COLUMN, language="jpn_vert", border=10)}
    start = time.perf_counter()
    texts = [engines[line.vertical].read([line.image], 1)[0] for line in lines]
    return texts, 1000 * (time.perf_counter() - start) / len(lines)


def groups_of(folder: Path, lines: Sequence[TextLine]) -> dict[str, list[int]]:
    """The rows of all lines, of each period and of each direction."""
    groups: dict[str, list[int]] = {"all": list(range(len(lines)))}
    for row, (_, said) in enumerate(rows_of(folder / "lines.jsonl")):
        direction = "vertical" if lines[row].vertical else "horizontal"
        for group in (str(said.get("period", "")), direction):
            if group:
                groups.setdefault(group, []).append(row)
    return groups


def write_scores(bundle: Path, rates: dict[str, float]) -> None:
    """Puts error rates into a bundle's card, each with the command that measures it again."""
    command = "python benchmarks/japanese.py DATA/japanese"
    metric = "cer after NFKC, without spaces"
    scores = [
        Score(set=f"japanese, {group}", metric=metric, value=rate, command=command) for group, rate in rates.items()
    ]
    card = open_bundle(bundle).card.model_copy(update={"scores": scores})
    write_text(bundle / "card.json", card.to_json())
    write_text(bundle / "README.md", readme_of(card))


def compared(text: str) -> str:
    """NFKC without white space: widths of letters and spaces between them mean nothing in Japanese print."""
    return "".join(unicodedata.normalize("NFKC", text).split())


if __name__ == "__main__":
    main()
