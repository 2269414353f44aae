"""Tesseract, through `tesserocr`, as a reader: lines found by our finder, each read in Tesseract's raw line mode."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from effocr.errors import DataError, EffocrError, MissingExtraError
from effocr.image.decode import Source, decode, source_name
from effocr.image.preparation import Grey
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word
from effocr.read.pages.finders import line_finder
from effocr.read.reader import OnError

PIP_COMMAND = "pip install tesserocr"
DATA_FOLDERS = (
    *sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True),
    Path("/usr/share/tessdata"),
    Path("/usr/local/share/tessdata"),
    Path("/opt/homebrew/share/tessdata"),
)


class TesseractReader:
    """Reads images with Tesseract's model of a language, one after the other; `lines` as for `effocr.Reader`.

    Raises MissingExtraError where tesserocr or the language's model is not installed.
    """

    def __init__(self, language: str = "eng", *, lines: str = "auto") -> None:
        self.name = f"tesseract {language}"
        self._tesserocr = _tesserocr()
        self._line_finder = line_finder(lines)
        folder = _data_folder(language)
        mode = self._tesserocr.PSM.RAW_LINE
        self._engine: Any = self._tesserocr.PyTessBaseAPI(path=str(folder), lang=language, psm=mode)

    def iterate(
        self,
        images: Iterable[Source],
        *,
        vertical: bool | Sequence[bool] | None = None,
        on_error: OnError | None = None,
    ) -> Iterator[Page]:
        """Pages in the order of the images; `on_error` as for `Reader.iterate`. DataError for vertical lines."""
        if vertical is not None and np.any(vertical):
            raise DataError(f"{self.name} reads horizontal lines only.", hint="Draft them with a bundle of your own.")
        for image in images:
            name = source_name(image)
            try:
                yield self._page(decode(image), name)
            except EffocrError as error:
                if on_error is None:
                    raise
                on_error(name, error)
                yield Page((), 0, 0, name, bundle=self.name)

    def _page(self, grey: Grey, name: str) -> Page:
        lines = tuple(self._line(grey, line.box) for line in self._line_finder.find(grey))
        return Page(lines, grey.shape[1], grey.shape[0], name, bundle=self.name)

    def _line(self, grey: Grey, region: Box) -> Line:
        left, top, right, bottom = (round(edge) for edge in region)
        self._engine.SetImage(Image.fromarray(np.ascontiguousarray(grey[top:bottom, left:right])))
        self._engine.Recognize()
        found = list(self._symbols(left, top))
        words = (Word(tuple(glyph for _, glyph in word)) for _, word in groupby(found, key=lambda each: each[0]))
        return Line(region, tuple(words))

    def _symbols(self, dx: int, dy: int) -> Iterator[tuple[int, Glyph]]:
        """Every glyph with the number of its word."""
        level, word_level = self._tesserocr.RIL.SYMBOL, self._tesserocr.RIL.WORD
        iterator = self._engine.GetIterator()
        word = 0
        for symbol in self._tesserocr.iterate_level(iterator, level) if iterator else ():
            word += bool(symbol.IsAtBeginningOf(word_level))
            box = symbol.BoundingBox(level)
            text = "".join((symbol.GetUTF8Text(level) or "").split())
            if box is None or not text:
                continue
            left, top, right, bottom = box
            score = min(1.0, max(0.0, symbol.Confidence(level) / 100))
            yield word, Glyph(Box(left + dx, top + dy, right + dx, bottom + dy), text, score)


def _tesserocr() -> ModuleType:
    # Before the library is loaded: images are what is read at the same time, if anything.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        return importlib.import_module("tesserocr")
    except ImportError as error:
        raise MissingExtraError("reading with Tesseract needs tesserocr.", hint=PIP_COMMAND) from error


def _data_folder(language: str) -> Path:
    """The folder with the models of all languages in "eng+deu"."""
    own = os.environ.get("TESSDATA_PREFIX")
    folders = [Path(own), Path(own) / "tessdata"] if own else list(DATA_FOLDERS)
    files = [f"{name}.traineddata" for name in language.split("+")]
    for folder in folders:
        if all((folder / file).is_file() for file in files):
            return folder
    hint = (
        f"apt-get install tesseract-ocr-{language.split('+')[0]}, or set TESSDATA_PREFIX to the folder of the models."
    )
    raise MissingExtraError(f"Tesseract's model {' '.join(files)} is not installed.", hint=hint)
