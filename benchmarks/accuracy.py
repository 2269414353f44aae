"""Error rates of effocr, and of its peers, on folders of labelled lines: one Markdown table, and JSON beside it.

    python benchmarks/accuracy.py DATA [--bundle en] [--peers] [--pages 1/5] [--limit N] [--json FILE]

DATA holds folders of line images with `lines.jsonl` (`image`, `text`, optional `split`): newspapers_en (lines cut from
pages of the Evening Star, Washington, and the Omaha Daily Bee, of the National Digital Newspaper Program; only its
split dev is measured), books_en (English books 1853-1920, text of Project Gutenberg), typewriter_en (typescripts
1936-1958) and modern_en (born-digital print), or other such folders given with --sets. The rates are those of
`effocr evaluate`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr.bundle.card import Score, readme_of
from effocr.bundle.files import open_bundle
from effocr.data.lines import TextLine
from effocr.data.writing import write_text
from effocr.evaluate.metrics import Scores, score
from support.sets import Effocr, Engine, has_split, labelled, table, write_json

SETS = ("newspapers_en", "books_en", "typewriter_en", "modern_en")
METRICS = ("cer", "cer_folded", "wer", "line_accuracy")
DEV = "dev"


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    engines = all_engines(wanted.bundle, with_peers=wanted.peers)
    rows: list[list[str]] = []
    figures: dict[str, dict[str, object]] = {}
    for name in wanted.sets:
        folder = wanted.data / name
        dev = has_split(folder, DEV)
        lines = labelled(folder, DEV if dev else None, wanted.limit, "all" if dev else wanted.pages)
        for engine in engines:
            scores = scores_of(engine, lines, wanted.threads)
            rows.append(
                [name, engine.name, str(scores.lines), *(f"{getattr(scores, metric):.4f}" for metric in METRICS)]
            )
            figures.setdefault(name, {})[engine.name] = asdict(scores)
    print(table(["set", "engine", "lines", *METRICS], rows))
    write_json(wanted.json, figures)
    if wanted.card is not None:
        write_scores(wanted.card, {name: figures[name][engines[0].name] for name in wanted.sets}, wanted.pages)


def write_scores(bundle: Path, figures: dict[str, dict[str, object]], pages: str) -> None:
    """Puts the folded error rates into the card of a bundle's folder, each with the command that measures it again."""
    card = open_bundle(bundle).card
    scores = [
        Score(
            set=name + (f", pages {pages}" if pages != "all" else ""),
            metric="cer_folded",
            value=float(str(scored["cer_folded"])),
            command=f"python benchmarks/accuracy.py DATA --sets {name}"
            + (f" --pages {pages}" if pages != "all" else ""),
        )
        for name, scored in figures.items()
    ]
    card = card.model_copy(update={"scores": scores})
    write_text(bundle / "card.json", card.to_json())
    write_text(bundle / "README.md", readme_of(card))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder that holds the sets")
    parser.add_argument("--sets", nargs="+", default=SETS, help="names of folders in DATA")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--peers", action="store_true", help="also Tesseract (psm 7 and 13) and PP-OCRv6 tiny")
    parser.add_argument("--limit", type=int, help="at most so many lines of each set, at an even stride")
    parser.add_argument("--pages", default="all", help="of sets without a dev split, part K/N of the pages")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--card", type=Path, help="write our scores into the card of this bundle's folder")
    return parser.parse_args()


def all_engines(bundle: str, *, with_peers: bool) -> list[Engine]:
    """Ours, and the peers where they are wanted."""
    engines: list[Engine] = [Effocr(bundle)]
    if with_peers:
        from support.peers import PaddleTinyPeer, TesseractPeer

        engines += [TesseractPeer(13), TesseractPeer(7), PaddleTinyPeer()]
    return engines


def scores_of(engine: Engine, lines: Sequence[TextLine], threads: int) -> Scores:
    """The scores of one engine's readings."""
    texts = engine.read([line.image for line in lines], threads)
    return score((line.text, text) for line, text in zip(lines, texts, strict=True))


if __name__ == "__main__":
    main()
