"""Synthetic lines beside real ones: in the fonts whose glyphs come nearest, with the words that were found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from effocr.bundle.card import Card
from effocr.data.labelled import LabelledLine
from effocr.data.writing import write_text
from effocr.evaluate.adapting.run import Lesson
from effocr.image.preparation import CropPreparation
from effocr.index.choosing import choose_exemplars
from effocr.index.glyph_index import GlyphIndex
from effocr.synth.fonts import Font
from effocr.synth.lines import LineMaker, line_makers
from effocr.synth.recipe import SynthesisRecipe
from effocr.train.adapt.scans import most_alike
from effocr.train.nets.encoder import StripNet
from effocr.train.recognizer import embed, whole_strips
from effocr.train.strips import PrepareStrip

PROBES = 10
"""Lines that are drawn in a font to see how near its glyphs come."""
MOST_TRIED, MOST_FONTS = 40, 4
DRAWN, KEPT = 480, 240
COVERED = 0.9
WIDEST = 100_000


def drawn_lines(
    fonts: Sequence[Path], lesson: Lesson, net: StripNet, card: Card, work: Path, seed: int
) -> tuple[LabelledLine, ...]:
    """Lines in the nearest fonts, scanned as the real ones look; their charset is that of the lines and the index."""
    window = card.encoder.preparation
    if isinstance(window, CropPreparation):
        return ()
    maker = _maker(fonts, lesson, work)
    numbers = {text: number for number, text in enumerate(lesson.index.distinct_texts)}
    prepare = whole_strips(PrepareStrip(window, numbers, WIDEST))
    real = embed(net, lesson.lines, prepare)
    mine = choose_exemplars(real.vectors, real.texts, real.sources, 4)
    every = [font for family in dict.fromkeys(maker.families) for font in family][:MOST_TRIED]
    near = {font: _likeness(_of_font(maker, font), mine, net, prepare, seed) for font in every}
    best = sorted(every, key=lambda font: (-near[font], font.name))[:MOST_FONTS]
    chosen = LineMaker(maker.recipe, tuple((font,) for font in best), maker.texts)
    return tuple(most_alike(list(islice(chosen.lines(seed), DRAWN)), lesson.lines, KEPT))


def _maker(fonts: Sequence[Path], lesson: Lesson, work: Path) -> LineMaker:
    """What draws the words of the lines, in all fonts that cover most of their letters."""
    words = sorted({word for line in lesson.lines for word in line.text.split()})
    chars = {char for text in lesson.index.distinct_texts for char in text} | {char for word in words for char in word}
    heights = [line.band.height for line in lesson.lines if len(line.boxes)]
    low, high = np.percentile(heights, (5, 95)) if heights else (7.0, 36.0)
    recipe = SynthesisRecipe(
        fonts=tuple(fonts),
        charset=str(write_text(work / "charset.txt", "".join(sorted(chars)) + "\n")),
        words=str(write_text(work / "words.txt", "".join(f"{word}\t1\n" for word in words))),
        least_coverage=COVERED,
        held_out=0.0,
        smallest_ascender=float(np.clip(low * 0.9, 4.0, 60.0)),
        largest_ascender=float(np.clip(high * 1.1, 8.0, 80.0)),
        neighbours=0.4,
    )
    return line_makers(recipe)[0]


def _of_font(maker: LineMaker, font: Font) -> LineMaker:
    return LineMaker(maker.recipe, ((font,),), maker.texts)


def _likeness(maker: LineMaker, mine: GlyphIndex, net: StripNet, prepare: PrepareStrip, seed: int) -> float:
    """Mean over texts of how near a font's glyphs come to the exemplars of the same text."""
    seen = embed(net, list(islice(maker.lines(seed), PROBES)), prepare)
    texts = np.array(mine.texts)
    nearest: dict[str, list[float]] = {}
    for vector, text in zip(seen.vectors, seen.texts, strict=True):
        rows = texts == text
        if rows.any():
            nearest.setdefault(text, []).append(float((mine.vectors[rows] @ vector).max()))
    return float(np.mean([np.mean(values) for values in nearest.values()])) if nearest else -1.0
