"""The plug-in for OCRmyPDF: `ocrmypdf --plugin effocr.ocrmypdf in.pdf out.pdf` reads with effocr.

Where effocr is installed, OCRmyPDF finds `WhenAsked` by itself, which leaves everything to Tesseract until
`--effocr-bundle` is given.
"""

from __future__ import annotations

import io
import math
from argparse import ArgumentError, ArgumentParser
from pathlib import Path
from threading import Lock
from typing import Any

from ocrmypdf import OcrEngine, OrientationConfidence, hookimpl
from ocrmypdf.exceptions import BadArgsError, ExitCodeException
from pikepdf import Name, Pdf

from effocr import __version__
from effocr.bundle.files import shipped_bundles
from effocr.bundle.installed import installed_bundles
from effocr.data.writing import write_bytes, write_text
from effocr.errors import EffocrError
from effocr.formats.hocr import write_hocr
from effocr.formats.pdf.glyphless import GlyphlessFont
from effocr.formats.pdf.layer import Sheet, text_layer
from effocr.formats.text import write_txt
from effocr.image.decode import decode
from effocr.page.result import Page
from effocr.read.pages.orientation import likeness_to, upright
from effocr.read.pages.skew import slope_of
from effocr.read.reader import Reader

BUNDLES: dict[str, tuple[str, ...]] = {
    "eng": ("en", "latin"),
    "fra": ("fr", "latin"),
    **dict.fromkeys(("deu", "nld", "ita", "spa", "por", "dan", "nor", "swe", "lat"), ("latin",)),
    **dict.fromkeys(("deu_latf", "frk", "dan_frak", "deu_frak"), ("fraktur",)),
    "grc": ("grc",),
    "jpn": ("ja",),
    "jpn_vert": ("ja",),
}
"""The bundles that read a language, as OCRmyPDF and Tesseract name it, the best first."""

VERTICAL = "_vert"
SURE = 20.0
"""More than any `--rotate-pages-threshold` (arbitrary units, 14 by default): what is not sure is not reported."""
POINTS_AN_INCH = 72
USUAL_DPI = 300.0
FONT = "F1"
"""The only name of a font, besides Tesseract's, that OCRmyPDF takes over from a page with nothing but text."""

_readers: dict[tuple[str, ...], Reader] = {}
_opening = Lock()


def bundle_of(options: Any) -> str:
    """The bundle that the command line asks for: by name, or the first that reads all its languages.

    Raises `BadArgsError` where there is none.
    """
    named = getattr(options, "effocr_bundle", None)
    if named:
        return str(named)
    languages = list(options.languages)
    common = [name for name in _bundles(languages[0]) if all(name in _bundles(other) for other in languages)]
    if not common:
        raise BadArgsError(f"effocr has no bundle that reads {'+'.join(languages)}; name one with --effocr-bundle.")
    return common[0]


def page_of(image: Path, options: Any) -> Page:
    """What is read on the image of a page; raises `ExitCodeException` as OCRmyPDF reports it."""
    try:
        return _reader(options).read_one(image, vertical=_is_vertical(options))
    except EffocrError as error:
        raise _reported(error) from error


class EffocrEngine(OcrEngine):  # type: ignore[misc, unused-ignore]
    """effocr, as OCRmyPDF asks an engine; every process keeps its readers open."""

    @staticmethod
    def version() -> str:
        return __version__

    @staticmethod
    def creator_tag(options: Any) -> str:
        return f"effocr {__version__}"

    def __str__(self) -> str:
        return f"effocr {__version__}"

    @staticmethod
    def languages(options: Any) -> set[str]:
        """Those that some bundle reads; with `--effocr-bundle` whatever was asked for, because the bundle decides."""
        named = getattr(options, "effocr_bundle", None)
        return {language for language in BUNDLES if _bundles(language)} | (set(options.languages) if named else set())

    @staticmethod
    def get_orientation(input_file: Path, options: Any) -> OrientationConfidence:
        """By how much the page has to be turned clockwise to stand upright."""
        try:
            reader = _reader(options)
            vertical = True in (_is_vertical(options), reader.bundle.card.vertical)
            likeness = likeness_to(reader.localizer, reader.recognizer, vertical=vertical)
            laid = upright(decode(input_file), reader.line_finder.find, likeness, vertical=vertical)
        except EffocrError as error:
            raise _reported(error) from error
        return OrientationConfidence(laid.degrees, SURE if laid.lines else 0.0)

    @staticmethod
    def get_deskew(input_file: Path, options: Any) -> float:
        """By how many degrees the page has to be turned counter-clockwise for its lines to lie level; at most five."""
        try:
            return math.degrees(math.atan(slope_of(decode(input_file))))
        except EffocrError as error:
            raise _reported(error) from error

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        page = page_of(input_file, options)
        write_text(output_hocr, write_hocr([page]))
        write_text(output_text, write_txt([page]))

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: Any) -> None:
        page = page_of(input_file, options)
        write_bytes(output_pdf, text_only_pdf(page))
        write_text(output_text, write_txt([page]))


def text_only_pdf(page: Page) -> bytes:
    """A PDF page of the image's size with nothing but the text, which cannot be seen."""
    width, height = (side * POINTS_AN_INCH / (page.dpi or USUAL_DPI) for side in (page.width, page.height))
    buffer = io.BytesIO()
    with Pdf.new() as pdf:
        sheet = pdf.add_blank_page(page_size=(width, height))
        font = GlyphlessFont(pdf)
        sheet.add_resource(font.reference, Name.Font, Name(f"/{FONT}"))
        sheet.contents_add(text_layer(page, Sheet((0.0, height), (width, 0.0), (0.0, -height)), font, FONT))
        sheet.contents_coalesce()  # OCRmyPDF takes over one stream
        font.embed()
        pdf.save(buffer)
    return buffer.getvalue()


def add_options(parser: ArgumentParser) -> None:
    """The options of effocr, unless the plug-in that is found by itself has added them already."""
    group = parser.add_argument_group("effocr", "Reading with effocr")
    try:
        group.add_argument(
            "--effocr-bundle", metavar="BUNDLE", help="Read with this bundle, by name or path, instead of by language."
        )
        group.add_argument("--effocr-lines", metavar="FINDER", default="auto", help="What finds lines (default: auto).")
        group.add_argument(
            "--effocr-repair", metavar="NAME", action="append", help="Repair English lines, as `effocr read --repair`."
        )
    except ArgumentError:
        return


def check_options(options: Any) -> None:
    """Whether the bundle can be opened, before any page is touched; OCRmyPDF itself complains of unknown languages."""
    if _is_asked(options) and set(options.languages) <= EffocrEngine.languages(options):
        try:
            _reader(options)
        except EffocrError as error:
            raise _reported(error) from error


def get_ocr_engine(options: Any) -> OcrEngine | None:
    """effocr, unless another engine is asked for by name."""
    return EffocrEngine() if options is None or _is_asked(options) else None


class WhenAsked:
    """The plug-in that OCRmyPDF finds by itself: effocr reads only where `--effocr-bundle` is given."""

    add_options = staticmethod(add_options)

    @staticmethod
    def get_ocr_engine(options: Any) -> OcrEngine | None:
        named = getattr(options, "effocr_bundle", None)
        return EffocrEngine() if named and _is_asked(options) else None


def _is_asked(options: Any) -> bool:
    return getattr(options, "ocr_engine", "auto") in ("auto", "effocr")


def _bundles(language: str) -> list[str]:
    """The bundles at hand that read a language, the best first."""
    at_hand = {*shipped_bundles(), *installed_bundles()}
    return [name for name in BUNDLES.get(language, ()) if name in at_hand]


def _is_vertical(options: Any) -> bool | None:
    return True if all(language.endswith(VERTICAL) for language in options.languages) else None


def _reader(options: Any) -> Reader:
    """The reader for these options, opened once a process: OCRmyPDF reads pages on many threads at a time."""
    repairs = tuple(getattr(options, "effocr_repair", None) or ()) or None
    lines = getattr(options, "effocr_lines", None) or "auto"
    key = (bundle_of(options), lines, *(repairs or ()))
    with _opening:
        if key not in _readers:
            _readers[key] = Reader(key[0], threads=1, lines=lines, repairs=repairs)
        return _readers[key]


def _reported(error: EffocrError) -> ExitCodeException:
    """The error as OCRmyPDF shows it: without a traceback, and with what to do next."""
    return BadArgsError(f"{error.message} {error.hint}".rstrip())


for _hook in (add_options, check_options, get_ocr_engine, WhenAsked.get_ocr_engine):
    hookimpl(_hook)  # marks the function itself; as a decorator it would take away its types
