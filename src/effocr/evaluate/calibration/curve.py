"""The curve of confidence: of what was given so much, so much was right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from effocr.evaluate.calibration.outcomes import outcomes
from effocr.evaluate.calibration.reliability import Reliability, reliability
from effocr.evaluate.run import Row
from effocr.page.result import Page

SIDE, LEFT, BELOW, MARGIN = 260, 44, 40, 22
"""Of the square in which a curve is drawn, and the room around it, pixels."""
SMALLEST, LARGEST = 2.0, 9.0
"""Radii of dots; their areas grow with how much they stand for."""
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
STYLE = """<style>
.curve { display: inline-block; width: auto; max-width: 100%; background: none; }
.curve text { font: 11px system-ui, sans-serif; fill: #6b6b70; } .curve .name { font-weight: 600; }
.curve line, .curve path { stroke: #bbb7ae; fill: none; } .curve .even { stroke-dasharray: 4 3; }
.curve .run { stroke: #0072b2; stroke-width: 2; } .curve circle { fill: #0072b2aa; stroke: #0072b2; }
</style>"""


def curve(name: str, found: Reliability) -> str:
    """An SVG: the share that is right over the score given, by tenths; on the dashed line every score holds."""
    width, height = SIDE + LEFT + MARGIN, SIDE + BELOW + MARGIN
    most = max((part.count for part in found.tenths), default=1)
    points = [(_across(part.given), _up(part.true), part) for part in found.tenths]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{SMALLEST + (LARGEST - SMALLEST) * (part.count / most) ** 0.5:.1f}">'
        f"<title>{part.count} given {part.given:.3f}, right {part.true:.3f}</title></circle>"
        for x, y, part in points
    )
    run = "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in points)
    return (
        f'<svg class="curve" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">{STYLE}'
        f'<text class="name" x="{LEFT}" y="14">{escape(name)}: {found.count:,}, error {found.error:.4f}</text>'
        f"{''.join(_ticks())}"
        f'<path class="even" d="M{_across(0)} {_up(0)}L{_across(1)} {_up(1)}"/>'
        f'<path class="run" d="M{run or "0 0"}"/>{dots}</svg>'
    )


def confidence(rows: Sequence[Row]) -> str:
    """HTML: the curves of the glyphs and of the words of some lines, and the error rate estimated without the truth."""
    read = [(row, row.page) for row in rows if row.page is not None and row.glyphs]
    words = [[word for line in page.lines for word in line.words] for _, page in read]
    found = [outcomes(of_row, row.text) for of_row, (row, _) in zip(words, read, strict=True)]
    of_glyphs = reliability(
        [glyph.score for row, _ in read for glyph in row.glyphs], [flag for each in found for flag in each.glyphs]
    )
    of_words = reliability(
        [word.score for of_row in words for word in of_row], [flag for each in found for flag in each.words]
    )
    whole = Page(tuple(line for _, page in read for line in page.lines), 1, 1)
    if whole.estimated_cer is None:
        return "<p>Nothing was read.</p>"
    said = f"Estimated from the scores alone: {whole.estimated_cer:.2%} character errors, folded."
    return f"<p>{said}</p>{curve('Glyphs', of_glyphs)}{curve('Words', of_words)}"


def _across(share: float) -> float:
    return LEFT + SIDE * share


def _up(share: float) -> float:
    return MARGIN + SIDE * (1 - share)


def _ticks() -> Iterator[str]:
    for tick in TICKS:
        yield f'<line x1="{LEFT}" x2="{LEFT + SIDE}" y1="{_up(tick):.1f}" y2="{_up(tick):.1f}" opacity=".4"/>'
        yield f'<text x="{LEFT - 6}" y="{_up(tick) + 4:.1f}" text-anchor="end">{tick:.0%}</text>'
        yield f'<text x="{_across(tick):.1f}" y="{_up(0) + 16:.1f}" text-anchor="middle">{tick:.0%}</text>'
    yield f'<text x="{_across(0.5)}" y="{_up(0) + 32:.1f}" text-anchor="middle">score given</text>'
    yield f'<text x="{-_up(0.5)}" y="11" text-anchor="middle" transform="rotate(-90)">right</text>'
