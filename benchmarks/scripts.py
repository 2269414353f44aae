"""Error rates of the bundles for other scripts, and of Tesseract, on books that none of them learned from.

    python benchmarks/scripts.py DATA [--bundles FOLDER] [--sets NAME ...] [--limit N] [--json FILE] [--cards]

DATA holds greek_zonaras, greek_commentaries, fraktur_books and french_18c (folders of line images with `lines.jsonl`).
What is measured of each is what `recipes/european/hold_out.py` puts aside, by book; of greek_zonaras, which was kept
out of everything, it is every line. Bundles are taken by name, or from FOLDER, where they lie as in `bundles/`.
Tesseract reads in raw line mode with the models named in the table (apt-get install tesseract-ocr-grc, -frk, -deu,
-fra, -lat).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import support.one_blas_thread  # noqa: F401  (before numpy)
from accuracy import METRICS
from effocr.bundle.card import Score, readme_of
from effocr.bundle.files import open_bundle
from effocr.data.lines import TextLine, evenly, read_lines
from effocr.data.writing import write_text
from effocr.evaluate.metrics import Scores, score
from effocr.read.engines.tesseract import TesseractReader
from support.sets import Effocr, table, write_json


@dataclass(frozen=True)
class HeldOut:
    """Lines that judge a bundle: those whose `page` begins with one of `books`, and of every N-th page; else all."""

    bundle: str
    tesseract: str
    books: tuple[str, ...] = ()
    every: int = 0

    def lines(self, folder: Path) -> list[TextLine]:
        lines = read_lines(folder)
        pages = sorted({line.page for line in lines})
        aside = set(pages[:: self.every]) if self.every else set()
        if not self.books and not aside:
            return lines
        return [line for line in lines if line.page in aside or (self.books and line.page.startswith(self.books))]


SETS = {
    "greek_zonaras": HeldOut("grc", "grc"),
    "greek_commentaries": HeldOut("grc", "grc+eng+deu+lat", ("sophoclesplaysa05campgoog",)),
    "fraktur_books": HeldOut("fraktur", "frk+deu", every=4),
    "french_18c": HeldOut("fr", "fra", ("bpt6k822192", "bpt6k6495917k")),
}


class Tesseract:
    """Tesseract's reading of line images."""

    def __init__(self, language: str) -> None:
        self.name = f"tesseract {language}"
        self._reader = TesseractReader(language, lines="none")

    def read(self, paths: Sequence[Path], threads: int) -> list[str]:
        """One text a path; always on one thread."""
        return [page.text for page in self._reader.iterate(paths)]


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    rows: list[list[str]] = []
    figures: dict[str, dict[str, object]] = {}
    for name in wanted.sets:
        held = SETS[name]
        lines = held.lines(wanted.data / name)
        if wanted.limit is not None:
            lines = [lines[row] for row in evenly(len(lines), wanted.limit)]
        place = place_of(held.bundle, wanted.bundles)
        engines: list[Effocr | Tesseract] = [Effocr(place)]
        if wanted.peers:
            engines.append(Tesseract(held.tesseract))
        for engine in engines:
            scores, pace = measured(engine, lines)
            rates = [f"{getattr(scores, metric):.4f}" for metric in METRICS]
            rows.append([name, engine.name, str(scores.lines), *rates, f"{pace:.1f}"])
            figures.setdefault(name, {})[engine.name] = asdict(scores) | {"milliseconds_a_line": pace}
            print(" | ".join(rows[-1]), flush=True)
    print(table(["set", "engine", "lines", *METRICS, "ms a line"], rows))
    write_json(wanted.json, figures)
    if wanted.cards:
        for bundle in {SETS[name].bundle for name in wanted.sets}:
            write_scores(bundle, Path(place_of(bundle, wanted.bundles)), figures)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds the sets")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--bundles", type=Path, help="the folder bundles/ of the repository, instead of by name")
    parser.add_argument("--limit", type=int, help="at most so many lines of each set, at an even stride")
    parser.add_argument("--without-peers", dest="peers", action="store_false", help="no Tesseract")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--cards", action="store_true", help="write the scores into the cards; needs --bundles")
    return parser.parse_args()


def place_of(bundle: str, folder: Path | None) -> str:
    """Name of a bundle, or where it lies under `bundles/`."""
    return bundle if folder is None else str(folder / bundle / "src" / f"effocr_{bundle}" / bundle)


def measured(engine: Effocr | Tesseract, lines: Sequence[TextLine]) -> tuple[Scores, float]:
    """Scores of one engine's readings, and milliseconds a line on one thread."""
    engine.read([line.image for line in lines[:2]], 1)  # what is made at the first call is not timed
    start = time.perf_counter()
    texts = engine.read([line.image for line in lines], 1)
    pace = 1000 * (time.perf_counter() - start) / max(len(lines), 1)
    return score((line.text, text) for line, text in zip(lines, texts, strict=True)), pace


def write_scores(bundle: str, folder: Path, figures: dict[str, dict[str, object]]) -> None:
    """Puts the folded error rates of a bundle's sets into its card, each with the command that measures it again."""
    scores = []
    for name, engines in figures.items():
        own = engines.get(f"effocr-{bundle}")
        if SETS[name].bundle == bundle and isinstance(own, dict):
            command = f"python benchmarks/scripts.py DATA --sets {name}"
            value = float(own["cer_folded"])
            scores.append(Score(set=f"{name}, held-out books", metric="cer_folded", value=value, command=command))
    card = open_bundle(folder).card.model_copy(update={"scores": scores})
    write_text(folder / "card.json", card.to_json())
    write_text(folder / "README.md", readme_of(card))


if __name__ == "__main__":
    main()
