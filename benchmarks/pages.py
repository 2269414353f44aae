"""Whole pages: are the lines found, are they read as well as single ones, in the right order, how fast.

    python benchmarks/pages.py DATA [--bundle en] [--only lines crops words books cost] [--peers tesseract rapidocr]

DATA holds the folders newspaper_pages_en (pages with line boxes), newspapers_en (lines of five of them, with their
text) and books_en (pages with their text). One table for each question:

    lines   part of the delivered line boxes that one of ours matches: intersection over union of the rows at least 0.5,
            at least 0.8 of its columns covered; `sound` leaves out boxes that are no single line of text by their
            height or text; `strict` also asks that ours is not much wider; `precision`: part of ours that match
    crops   error rates of the lines of newspapers_en, read from their crops and read within their pages
    words   part of the words of these lines that each engine read at their place
    books   error rate of the text of whole book pages, reading order included, words rejoined at line ends
    cost    seconds of processor time and peak memory of the page with the most lines, each engine in its own process
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import support.one_blas_thread  # noqa: F401  (before numpy)
from effocr import Reader
from effocr.data.lines import read_lines
from effocr.evaluate.metrics import error_rate, score
from effocr.evaluate.pages.lines import LEAST_COLUMNS, LEAST_ROWS, matches
from effocr.page.distance import folded, strict
from effocr.page.result import Line, Page
from support.page_peers import PageEngine, Piece, engines
from support.sets import table, write_json

QUESTIONS = ("lines", "crops", "words", "books", "cost")
Boxes = NDArray[np.float32]


@dataclass(frozen=True)
class Delivered:
    """A newspaper page with the line boxes that came with it."""

    path: Path
    boxes: Boxes
    texts: tuple[str, ...]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Which boxes hold one line by their height and have a text of at least four characters."""
        height = self.boxes[:, 3] - self.boxes[:, 1]
        usual = np.median(height)
        worded = np.array([len(text.strip()) >= 4 for text in self.texts])
        return worded & (height > 0.6 * usual) & (height < 1.5 * usual)


def main() -> None:
    """Measure and print."""
    wanted = arguments()
    if wanted.child is not None:
        print(json.dumps(cost_of(wanted.bundle, wanted.child, wanted.page)))
        return
    pages = delivered_pages(wanted.data / "newspaper_pages_en")
    figures: dict[str, object] = {}
    made = engines(wanted.bundle, wanted.peers)
    if "lines" in wanted.only:
        figures["lines"] = ask_lines(pages, wanted.bundle)
    if {"crops", "words"} & set(wanted.only):
        figures |= ask_truth(wanted.data, pages, made, wanted.bundle, wanted.only)
    if "books" in wanted.only:
        figures["books"] = ask_books(wanted.data / "books_en", made)
    if "cost" in wanted.only:
        figures["cost"] = ask_cost(pages, made, wanted.bundle)
    write_json(wanted.json, figures)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with newspaper_pages_en, newspapers_en, books_en")
    parser.add_argument("--bundle", default="en")
    parser.add_argument("--only", nargs="+", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--peers", nargs="*", choices=("tesseract", "rapidocr"), default=["tesseract"])
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--page", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def delivered_pages(folder: Path) -> list[Delivered]:
    """The newspaper pages with their boxes."""
    rows = [json.loads(row) for row in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        Delivered(
            folder / row["image"],
            np.array([line["box"] for line in row["noisy_lines"]], np.float32),
            tuple(line["ocr"] for line in row["noisy_lines"]),
        )
        for row in rows
    ]


def ask_lines(pages: Sequence[Delivered], bundle: str) -> dict[str, dict[str, float]]:
    """Recall and precision of the lines, a page and in all."""
    finder = Reader(bundle, threads=1, lines="net").line_finder
    sums, figures = np.zeros(7), {}
    for page in pages:
        found = np.array([tuple(line.box) for line in finder.find(_grey(page.path))], np.float32).reshape(-1, 4)
        matched, sound = matches(page.boxes, found).any(1), page.sound
        strictly = matches(page.boxes, found, 1 / LEAST_COLUMNS).any(1)
        precise = matches(found, page.boxes).any(1)
        counts = np.array([
            len(matched), matched.sum(), sound.sum(), matched[sound].sum(), strictly[sound].sum(), len(found),
            precise.sum(),
        ])  # fmt: skip
        sums += counts
        figures[page.path.stem] = rates(counts)
    figures["all"] = rates(sums)
    names = list(figures["all"])
    print(table(["page", *names], [[page, *(f"{row[name]:.3f}" for name in names)] for page, row in figures.items()]))
    return figures


def rates(counts: NDArray[np.float64]) -> dict[str, float]:
    """The figures of one row of the table of lines."""
    wanted, matched, sound, sound_matched, strictly, found, precise = counts.tolist()
    return {
        "boxes": wanted,
        "recall": matched / wanted,
        "recall sound": sound_matched / sound,
        "strict": strictly / sound,
        "found": found,
        "precision": precise / max(1, found),
    }


def _grey(path: Path) -> NDArray[np.uint8]:
    from effocr.image.decode import decode

    return decode(path)


def ask_truth(
    data: Path, pages: Sequence[Delivered], made: Sequence[PageEngine], bundle: str, only: Sequence[str]
) -> dict[str, object]:
    """What stands in newspapers_en, read line by line and within whole pages."""
    lines = {line.image: line for line in read_lines(data / "newspapers_en")}
    known = {page.path.stem: page for page in pages}
    figures: dict[str, object] = {}
    # the crops are named PAGE_NUMBER, after the number of their box
    places = {image: (image.stem.rpartition("_")[0], int(image.stem.rpartition("_")[2])) for image in lines}
    used = sorted({stem for stem, _ in places.values() if stem in known})
    if "crops" in only:
        read = {stem: Reader(bundle, threads=1).read_one(known[stem].path) for stem in used}
        crops = dict(zip(lines, Reader(bundle, threads=1, lines="none").read(list(lines)), strict=True))
        rows = []
        for split in ("train", "dev"):
            images = [image for image, line in lines.items() if line.split == split]
            alone = [(lines[image].text, crops[image].text) for image in images]
            within = [
                (
                    lines[image].text,
                    text_within(read[places[image][0]], known[places[image][0]].boxes[places[image][1]]),
                )
                for image in images
            ]
            for name, pairs in (("crop", alone), ("page", within)):
                scores = score(pairs)
                figures[f"crops {split} {name}"] = scores.cer
                rows.append([split, name, str(len(pairs)), f"{scores.cer:.4f}", f"{scores.cer_folded:.4f}"])
        print("\n" + table(["split", "read from", "lines", "CER", "folded"], rows))
    if "words" in only:
        rows = []
        for engine in made:
            pieces = {stem: engine.read(known[stem].path) for stem in used}
            hits = [
                words_hit(line.text, pieces[places[image][0]], known[places[image][0]].boxes[places[image][1]])
                for image, line in lines.items()
            ]
            found, wanted = (sum(each) for each in zip(*hits, strict=True))
            figures[f"words {engine.name}"] = found / wanted
            rows.append([engine.name, str(wanted), f"{found / wanted:.3f}"])
        print("\n" + table(["engine", "words", "recall"], rows))
    return figures


def text_within(page: Page, box: NDArray[np.float32]) -> str:
    """What the line at a box reads as, as far as it stands in the columns of the box."""
    left, top, right, bottom = box.tolist()

    def shared(line: Line) -> tuple[bool, float]:
        rows = min(bottom, line.box.bottom) - max(top, line.box.top)
        columns = min(right, line.box.right) - max(left, line.box.left)
        part = max(0.0, rows) / (max(bottom, line.box.bottom) - min(top, line.box.top))
        # A long line beside the row shares more with the box than the short pieces that are the row.
        return part >= LEAST_ROWS and columns > 0, part * max(0.0, columns)

    if not page.lines:
        return ""
    best = max(page.lines, key=shared)
    middle = (best.box.top + best.box.bottom) / 2
    row = [line for line in page.lines if line.box.top < middle < line.box.bottom and shared(line)[1] > 0]
    texts = []
    for line in sorted(row, key=lambda each: each.box.left):
        for word in line.words:
            kept = [glyph.text for glyph in word.glyphs if left <= (glyph.box.left + glyph.box.right) / 2 <= right]
            texts += ["".join(kept)] if kept else []
    return " ".join(texts)


def words_hit(text: str, pieces: Sequence[Piece], box: NDArray[np.float32]) -> tuple[int, int]:
    """Words of a line that an engine read where the line is, and words of the line."""
    left, top, right, bottom = box.tolist()
    slack = 0.5 * (bottom - top)
    there = Counter(
        word
        for piece in pieces
        if piece.box[0] < right and piece.box[2] > left
        and top - slack < (piece.box[1] + piece.box[3]) / 2 < bottom + slack
        for word in folded(piece.text).split()
    )  # fmt: skip
    wanted = Counter(folded(text).split())
    return sum((wanted & there).values()), sum(wanted.values())


def ask_books(folder: Path, made: Sequence[PageEngine]) -> dict[str, float]:
    """Error rates of the texts of whole pages, strict and folded."""
    records = [json.loads(row) for row in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()]
    figures, rows = {}, []
    for engine in made:
        pairs = [(record["text"], running_text(engine.read(folder / record["image"]))) for record in records]
        worst = max(pairs, key=lambda pair: error_rate([pair], folded))
        rows.append([
            engine.name, f"{error_rate(pairs, strict):.4f}", f"{error_rate(pairs, folded):.4f}",
            f"{float(np.median([error_rate([pair], folded) for pair in pairs])):.4f}",
            f"{error_rate([worst], folded):.4f} {records[pairs.index(worst)]['image']}",
        ])  # fmt: skip
        figures[engine.name] = error_rate(pairs, folded)
        figures |= {f"{engine.name} {r['image']}": error_rate([p], folded) for r, p in zip(records, pairs, strict=True)}
    print("\n" + table(["engine", "CER", "folded", "median page", "worst page"], rows))
    return figures


def running_text(pieces: Iterable[Piece]) -> str:
    """The pieces as one text; words that a hyphen parts at a line's end are joined."""
    lines: dict[int, list[str]] = {}
    for piece in pieces:
        lines.setdefault(piece.row, []).append(piece.text)
    text = ""
    for words in lines.values():
        line = " ".join(words)
        parted = len(text) > 1 and text[-1] in "-\u00ad¬" and text[-2].isalpha() and line[:1].islower()
        text = text[:-1] + line if parted else f"{text} {line}".strip()
    return text


def ask_cost(pages: Sequence[Delivered], made: Sequence[PageEngine], bundle: str) -> dict[str, dict[str, float]]:
    """Processor seconds and peak megabytes of each engine on the page with the most lines."""
    page = max(pages, key=lambda each: len(each.boxes))
    figures: dict[str, dict[str, float]] = {}
    for engine in made:
        command = [sys.executable, __file__, str(page.path), "--bundle", bundle, "--child", engine.name]
        done = subprocess.run([*command, "--page", str(page.path)], stdout=subprocess.PIPE, text=True, check=True)
        figures[engine.name] = json.loads(done.stdout)
    rows = [
        [name, *(f"{row[key]:.1f}" for key in ("seconds", "elapsed", "megabytes"))] for name, row in figures.items()
    ]
    print("\n" + table([f"{page.path.name}", "processor s", "elapsed s", "peak MB"], rows))
    return figures


def cost_of(bundle: str, name: str, page: Path) -> dict[str, float]:
    """Reads a page with one engine in this process, its start included."""
    began = time.perf_counter()
    peers = [peer for peer in ("tesseract", "rapidocr") if name.startswith(peer)]
    engine = engines(bundle, peers)[-1]
    engine.read(page)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": sum(each.ru_utime + each.ru_stime for each in used),
        "elapsed": time.perf_counter() - began,
        "megabytes": max(each.ru_maxrss for each in used) / 1e3,
    }


if __name__ == "__main__":
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    main()
