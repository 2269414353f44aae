"""An evaluation as one HTML file that needs nothing else: scores, confusions, and the worst lines as images."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from pathlib import Path
from string import Template

from effocr.data.writing import write_text
from effocr.errors import EffocrError
from effocr.evaluate.calibration.curve import confidence
from effocr.evaluate.confusions import confusions, edits
from effocr.evaluate.frame import PAGE, STYLE
from effocr.evaluate.run import Evaluation, Row
from effocr.image.decode import decode
from effocr.image.draw import png
from effocr.image.preparation import resized
from effocr.page.distance import edit_distance, strict
from effocr.page.result import Glyph

REPORT_FILE = "index.html"
MOST_CONFUSIONS = 40
FEWEST_IN_A_TABLE = 10
MOST_LINES = 60
WIDEST = 1600
"""Pixels; wider images are shown smaller, so that a report stays small."""
NAMES = {
    "lines": "lines",
    "chars": "characters",
    "cer": "character errors, strict",
    "cer_folded": "character errors, folded",
    "cer_uncased": "character errors, without case",
    "cer_nospace": "character errors, without spaces",
    "wer": "word errors",
    "line_accuracy": "lines without error",
}
VISIBLE = {"": "∅", " ": "␣"}


def write_report(evaluation: Evaluation, folder: str | os.PathLike[str]) -> Path:
    """The path of the `index.html` written into `folder`; the images stand inside it."""
    return write_text(Path(folder) / REPORT_FILE, render(evaluation))


def render(evaluation: Evaluation) -> str:
    """The HTML of a report."""
    wrong = worst_lines(evaluation.rows, len(evaluation.rows))
    worst = wrong[:MOST_LINES]
    return Template(PAGE).substitute(
        style=STYLE,
        bundle=escape(evaluation.bundle or "effocr"),
        tiles="".join(_tiles(evaluation)),
        confusions=_confusion_table(evaluation),
        failures="".join(_failures(evaluation)),
        confidence=confidence(evaluation.rows),
        shown=f"{len(worst)} of {len(wrong)}",
        lines="".join(_line(row, rate) for row, rate in worst) or "<p>Every line was read without error.</p>",
    )


def worst_lines(rows: tuple[Row, ...], most: int = MOST_LINES) -> list[tuple[Row, float]]:
    """The lines with the highest strict error rates and these rates, worst first; none that has no error."""
    rated = [(row, _rate(row)) for row in rows if not row.error]
    return sorted((pair for pair in rated if pair[1] > 0), key=lambda pair: -pair[1])[:most]


def marked(truth: str, read: str) -> tuple[str, str]:
    """Both texts as HTML, what differs in `<mark>`; a place where something is left out gets an empty mark."""
    truth, read = strict(truth), strict(read)
    found = edits(truth, read)
    return (
        _with_marks(truth, [(edit.truth_start, edit.truth_end) for edit in found]),
        _with_marks(read, [(edit.read_start, edit.read_end) for edit in found]),
    )


def _rate(row: Row) -> float:
    truth = strict(row.text)
    return edit_distance(truth, strict(row.predicted)) / max(len(truth), 1)


def _with_marks(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    end = 0
    for start, stop in spans:
        parts += [escape(text[end:start]), f"<mark>{escape(text[start:stop]).replace(' ', '␣')}</mark>"]
        end = stop
    return "".join([*parts, escape(text[end:])])


def _tiles(evaluation: Evaluation) -> Iterator[str]:
    figures = {NAMES[name]: value for name, value in asdict(evaluation.scores).items()}
    speed = {"lines a second": f"{evaluation.lines_per_second:.1f}", "seconds": f"{evaluation.seconds:.2f}"}
    shown = {name: f"{value:,}" if isinstance(value, int) else f"{value:.2%}" for name, value in figures.items()}
    for name, text in (shown | speed | {"threads": str(evaluation.threads)}).items():
        yield f'<div class="tile"><b>{text}</b><span>{escape(name)}</span></div>'


def _confusion_table(evaluation: Evaluation) -> str:
    found = confusions((row.text, row.predicted) for row in evaluation.rows if not row.error)
    if not found:
        return "<p>Nothing was confused.</p>"
    total, most = sum(each.count for each in found), found[0].count
    rows = [
        f"<tr><td class='c'>{_visible(each.truth)}</td><td class='c'>{_visible(each.read)}</td>"
        f"<td class='n'>{each.count}</td><td class='bar'><i style='width:{100 * each.count / most:.1f}%'></i></td>"
        f"<td>{'look alike' if each.alike else ''}</td></tr>"
        for each in found[:MOST_CONFUSIONS]
    ]
    head = "<tr><th>truth</th><th>read as</th><th>times</th><th></th><th></th></tr>"
    half = max(FEWEST_IN_A_TABLE, -(-len(rows) // 2))
    tables = "".join(f"<table>{head}{''.join(part)}</table>" for part in (rows[:half], rows[half:]) if part)
    return f'<p>{total:,} in all, {len(found):,} kinds.</p><div class="tables">{tables}</div>'


def _visible(text: str) -> str:
    return escape(VISIBLE.get(text) or text.replace(" ", "␣"))


def _failures(evaluation: Evaluation) -> Iterator[str]:
    if not evaluation.failed:
        return
    items = "".join(f"<li>{escape(row.error)}</li>" for row in evaluation.failed)
    yield f"<h2>Not read</h2><p>These count as read as nothing.</p><ul>{items}</ul>"


def _line(row: Row, rate: float) -> str:
    truth, read = marked(row.text, row.predicted)
    return (
        f'<article><header>{escape(str(row.image))}<span class="rate">{rate:.1%}</span></header>{_picture(row)}'
        f"<dl><dt>truth</dt><dd>{truth}</dd><dt>read</dt><dd>{read or '<i>nothing</i>'}</dd></dl></article>"
    )


def _picture(row: Row) -> str:
    """The line's image with a frame round each glyph, as SVG; why there is none where it cannot be decoded."""
    try:
        grey = decode(row.image)
    except EffocrError as error:
        return f"<p>{escape(error.message)}</p>"
    height, width = grey.shape
    frames = "".join(map(_frame, row.glyphs))
    scale = min(1.0, WIDEST / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = grey if scale == 1 else resized(grey, *size)
    data = base64.b64encode(png(small)).decode()
    return (
        f'<svg viewBox="0 0 {width} {height}" style="max-width:{width if height > width else 2 * width}px">'
        f'<image href="data:image/png;base64,{data}" width="{width}" height="{height}"/>{frames}</svg>'
    )


def _frame(glyph: Glyph) -> str:
    box = glyph.box
    corner, size = f'x="{box.left:.1f}" y="{box.top:.1f}"', f'width="{box.width:.1f}" height="{box.height:.1f}"'
    return f"<rect {corner} {size}><title>{escape(glyph.text)}</title></rect>"
