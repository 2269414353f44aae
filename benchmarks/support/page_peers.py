"""Engines that read whole pages, behind one small interface: text blocks with a box, in reading order."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Piece:
    """A word or a line that an engine read: `box` is left, top, right, bottom in pixels, `row` the line's number."""

    text: str
    box: tuple[float, float, float, float]
    row: int


class PageEngine(Protocol):
    """What is measured: it has a label and reads one page at a time."""

    name: str

    def read(self, path: Path) -> list[Piece]:
        """The pieces of a page in reading order."""


class EffocrPages:
    """Our own reading of whole pages."""

    def __init__(self, bundle: str, lines: str = "auto", threads: int = 1) -> None:
        from effocr import Reader

        self.name = f"effocr-{Path(bundle).name}"
        self._reader = Reader(bundle, threads=threads, lines=lines)

    def read(self, path: Path) -> list[Piece]:
        """One piece a word."""
        page = self._reader.read_one(path)
        return [Piece(word.text, tuple(word.box), row) for row, line in enumerate(page.lines) for word in line.words]


class TesseractPages:
    """Tesseract's command with its page segmentation (psm 3), on one thread."""

    def __init__(self, language: str = "eng") -> None:
        self.name = f"tesseract-{language}"
        self._language = language

    def read(self, path: Path) -> list[Piece]:
        """One piece a word."""
        command = ["tesseract", str(path), "stdout", "-l", self._language, "--psm", "3", "tsv"]
        environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=environment)
        pieces: list[Piece] = []
        lines: dict[tuple[str, ...], int] = {}
        rows = csv.DictReader(io.StringIO(done.stdout.decode()), delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in rows:
            if row["level"] != "5" or not row["text"].strip():
                continue
            line = tuple(row[name] for name in ("block_num", "par_num", "line_num"))
            left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
            number = lines.setdefault(line, len(lines))
            pieces.append(Piece(row["text"], (left, top, left + width, top + height), number))
        return pieces


class RapidPages:
    """RapidOCR (PP-OCR models) as it comes, on one thread; one piece a detected line."""

    name = "rapidocr"

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        one = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
        self._engine: Any = RapidOCR(params=one | {"Global.log_level": "error"})

    def read(self, path: Path) -> list[Piece]:
        """One piece a line, as the engine orders them."""
        found = self._engine(str(path))
        if found.boxes is None:
            return []
        return [
            Piece(text, (*(box.min(0).tolist()), *(box.max(0).tolist())), row)
            for row, (box, text) in enumerate(zip(found.boxes, found.txts, strict=True))
        ]


def engines(bundle: str, names: list[str]) -> list[PageEngine]:
    """The engines of these names; those that are not installed are left out with a word on stderr."""
    made: list[PageEngine] = [EffocrPages(bundle)]
    kinds: dict[str, Any] = {"tesseract": TesseractPages, "rapidocr": RapidPages}
    for name in names:
        try:
            made.append(kinds[name]())
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return made
