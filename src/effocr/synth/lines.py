"""Synthetic lines: texts set in fonts, with neighbours, degraded; every glyph with its exact box.

A block is a few lines of one column: same font, same pitch, each the neighbour of the next. It is a pure function of
the recipe and its seed, so that any number of processes gives the same lines.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes
from effocr.page.charset import charset
from effocr.synth import degrade, layout
from effocr.synth.fonts import Font, find_fonts, needed_of, split_families
from effocr.synth.ink import FIRST_SQUARE, LIGATURES, Ink, Setting, draw_column, draw_ink
from effocr.synth.recipe import SynthesisRecipe
from effocr.synth.text import LineTexts, characters_of, line_texts

LINES_PER_BLOCK = 5
EMS = (28, 36, 44, 52)
WIDEST = 2600
FAVOUR = 4
FAINT, FAINT_SHARE = 14.0, 0.4
"""A glyph that stands out by fewer grey levels, or by less than this part of the usual, cannot be read."""
LEAST_LEGIBLE = 0.75
LEAST_DRAWN = 1.3
"""An em is drawn with at least so many pixels for each one of the band in the scan."""
HALF_STOPS = 0.35
"""Of the blocks of square characters, the part whose stops take half a square."""
RUBY_SIZE, RUBY_GAP = (0.42, 0.55), (-0.02, 0.12)
"""Size of ruby against that of its line, and its distance in ems of the line."""


@dataclass(frozen=True)
class LineMaker:
    """Makes blocks of lines from `fonts`."""

    recipe: SynthesisRecipe
    families: tuple[tuple[Font, ...], ...]
    texts: LineTexts
    texts_stand_in_squares: bool = False
    """Whether the charset is one of square characters, which then say where the band lies."""
    also: tuple[LineMaker, ...] = ()
    """Makers that take their turn, as often as the weights of the recipes say."""

    def block(self, seed: int | str) -> list[LabelledLine]:
        """The lines of one block; the same for the same recipe and seed."""
        if self.also:
            makers = [replace(self, also=()), *self.also]
            (maker,) = Random(f"maker {seed}").choices(makers, [maker.recipe.weight for maker in makers])
            return maker.block(seed)
        random = Random(f"effocr {seed}")
        font = random.choice(random.choice(self.families))
        vertical = self.recipe.vertical > 0 and random.random() < self.recipe.vertical
        plain = Setting(font, EMS[-1], vertical=vertical, squares=self.texts_stand_in_squares)
        ascender = self._ascender(plain, random)
        em = next((em for em in EMS if em >= 1.75 * ascender), EMS[-1])
        setting = _setting(font, em, random)
        setting = self._as_wished(replace(setting, vertical=vertical, squares=plain.squares))
        if plain.squares:
            setting = replace(setting, half_stops=random.random() < HALF_STOPS)
        inks = [ink for _ in range(LINES_PER_BLOCK) if (ink := self._ink(setting, random)) is not None]
        lines = []
        for scan in range(self.recipe.scans):
            height = min(self._ascender(plain, random), em / LEAST_DRAWN) if scan else ascender
            scanned = (self._line(inks, at, setting, height, random) for at in range(len(inks)))
            lines += [line for line in scanned if line is not None]
        return lines

    def lines(self, seed: int, first: int = 0, step: int = 1) -> Iterator[LabelledLine]:
        """Lines without end: blocks `first`, `first + step`, ... of the stream `seed`."""
        for number in itertools.count(first, step):
            yield from self.block(f"{seed}/{number}")

    def _as_wished(self, setting: Setting) -> Setting:
        """The setting with what the recipe lays down."""
        wear = degrade.DEGRADATIONS[self.recipe.degradation]
        tracking = setting.tracking if self.recipe.tracking is None else self.recipe.tracking
        unevenness = setting.unevenness * wear.unevenness
        deviation, joined = self.recipe.tracking_deviation, self.recipe.joined
        return replace(setting, tracking=tracking, unevenness=unevenness, deviation=deviation, joined=joined)

    def _ascender(self, setting: Setting, random: Random) -> float:
        """Height of the band in pixels of the scan."""
        if self.recipe.font_sizes:
            return random.choice(self.recipe.font_sizes) * setting.band
        low, high = math.log(self.recipe.smallest_ascender), math.log(self.recipe.largest_ascender)
        middle = max(low, min(high, math.log(11.0)))
        return math.exp(random.uniform(low, middle) if random.random() < 0.12 else random.uniform(middle, high))

    def _ink(self, setting: Setting, random: Random) -> Ink | None:
        parts = 2 if self.recipe.texts == "print" and random.random() < 0.12 else 1
        inks = []
        for part in range(parts):
            mixed = setting if not part else self._other_setting(setting, random)
            words = random.randint(self.recipe.fewest_words, self.recipe.most_words)
            text = self.texts.line(random, max(1, words // parts), mixed.font.coverage)
            draw = draw_column if setting.vertical else draw_ink
            ink = draw(text, mixed, random) if text else None
            if ink is not None:
                inks.append(ink)
        if not inks:
            return None
        whole = layout.joined(inks, round(setting.word_space * setting.size)) if len(inks) > 1 else inks[0]
        # Texts of print have no length of their own; the others are as long as the recipe says.
        return whole if whole.pixels.shape[1] <= WIDEST or self.recipe.texts != "print" else None

    def _other_setting(self, setting: Setting, random: Random) -> Setting:
        """Bold or italic of the same family, another family, or another size."""
        family = next(fonts for fonts in self.families if setting.font in fonts)
        fonts = family if random.random() < 0.6 else random.choice(self.families)
        size = round(setting.size * random.choice((1.0, 1.0, 0.8, 1.15)))
        return replace(setting, font=random.choice(fonts), size=size)

    def _line(
        self, inks: Sequence[Ink], at: int, setting: Setting, ascender: float, random: Random
    ) -> LabelledLine | None:
        above = inks[at - 1] if random.random() < self.recipe.neighbours else None
        below = inks[(at + 1) % len(inks)] if random.random() < self.recipe.neighbours else None
        view = layout.scene(inks[at], above, below, setting.size, random)
        if self.recipe.ruby and random.random() < self.recipe.ruby:
            view = self._with_ruby(view, setting, random)
        wear = degrade.DEGRADATIONS[self.recipe.degradation]
        if random.random() < wear.cut:
            view = layout.cut_at_ends(view, random)
        if random.random() < wear.turned:
            slope, slant = layout.random_slope(random), layout.random_slant(random)
            view = layout.turned(view, slope, 0.0 if setting.vertical else slant)
        scale = ascender / view.band.height
        scales = scale, scale * math.exp(random.gauss(0, 0.1))
        return _scan(view, scales, inks[at - 1].pixels, setting, self.recipe.degradation, random)

    def _with_ruby(self, view: layout.Scene, setting: Setting, random: Random) -> layout.Scene:
        """The scene with small kana over some stretches of its line: at the right of a vertical one."""
        small = replace(setting, size=round(setting.size * random.uniform(*RUBY_SIZE)), half_stops=False)
        draw = draw_column if setting.vertical else draw_ink
        kana = [char for char in charset("hiragana") if char in setting.font.coverage]
        for box in view.line.boxes[:: random.randint(2, 6)]:
            ruby = draw("".join(random.choices(kana or ["n"], k=random.randint(1, 4))), small, random)
            if ruby is not None:
                layout.place_over(view, ruby, float(box[0]), setting.size * random.uniform(*RUBY_GAP))
        return view


def _setting(font: Font, em: int, random: Random) -> Setting:
    tracking = random.gauss(0, 0.015) if random.random() < 0.8 else abs(random.gauss(0, 0.12))
    return Setting(
        font=font,
        size=em,
        tracking=max(-0.04, tracking),
        word_space=random.uniform(0.2, 0.5) if random.random() < 0.7 else random.uniform(0.4, 1.3),
        wobble=random.uniform(0.005, 0.03) if random.random() < 0.25 else 0.0,
        unevenness=random.uniform(0.1, 0.7) if random.random() < 0.3 else 0.0,
        ligatures=random.random() < 0.6,
        small_capitals=random.random() < 0.02,
    )


def _scan(
    view: layout.Scene, scales: tuple[float, float], other: Grey, setting: Setting, degradation: str, random: Random
) -> LabelledLine | None:
    """The scene on paper, scanned at `scales` (down, along) pixels per pixel of the scene."""
    wear = degrade.DEGRADATIONS[degradation]
    scale_y, scale_x = scales
    ink = wear.print(view.ink, other, 1 / scale_y, random)
    height, width = round(ink.shape[0] * scale_y), round(ink.shape[1] * scale_x)
    if height < 6 or width < 6 or not view.line.texts:
        return None
    small = degrade.resized(np.ascontiguousarray(ink, np.float32), width, height, cv2.INTER_AREA)
    grey = wear.scan(small, random)
    if random.random() < wear.inverted:
        grey = 1 - grey
    image = np.clip(grey * 255, 0, 255).astype(np.uint8)
    fx, fy = width / ink.shape[1], height / ink.shape[0]
    boxes = Boxes(view.line.boxes).scaled(fx, fy).clipped(width, height)
    line = LabelledLine(
        image,
        view.line.texts,
        boxes,
        view.line.spaces,
        exact_band=view.band.scaled(fx, fy),
        vertical=setting.vertical,
        source=setting.font.name,
    )
    return legible(line)


def legible(line: LabelledLine) -> LabelledLine | None:
    """The line with the glyphs whose ink is gone made unknown; None where that is more than a few."""
    paper = int(np.median(line.image))
    seen = np.array([_contrast(line.image, paper, *box) for box in line.boxes.array.round().astype(int).tolist()])
    clear = (seen > FAINT) & (seen > FAINT_SHARE * np.median(seen))
    if clear.mean() < LEAST_LEGIBLE:
        return None
    if clear.all():
        return line
    starts = np.maximum.accumulate(np.where(line.spaces, np.arange(len(clear)), 0))  # first glyph of each one's word
    kept = np.flatnonzero(clear)
    spaces = np.concatenate([[False], starts[kept[1:]] != starts[kept[:-1]]])
    return replace(
        line,
        texts=tuple(line.texts[row] for row in kept),
        boxes=line.boxes.select(kept),
        spaces=spaces,
        unknown=line.boxes.select(~clear),
    )


def _contrast(image: Grey, paper: int, left: int, top: int, right: int, bottom: int) -> int:
    """How far the strongest tenth of a box's pixels stands out from the paper, in grey levels."""
    inside = np.abs(image[top : max(bottom, top + 1), left : max(right, left + 1)].astype(np.int16) - paper).ravel()
    place = len(inside) * 9 // 10
    return int(np.partition(inside, place)[place]) if len(inside) else 0


def line_makers(recipe: SynthesisRecipe, confusable: Sequence[Sequence[str]] = ()) -> tuple[LineMaker, LineMaker]:
    """Makers for training and for validation; the latter draws with held-out families, or all if none is held out."""
    characters = characters_of(recipe.model_copy(update={"also": ()}))
    others = [line_makers(other, confusable) for other in recipe.also]
    fonts = find_fonts(recipe.fonts, needed=needed_of(characters), least=recipe.least_coverage)
    training, held_out = split_families(fonts, recipe.held_out, recipe.seed)
    texts = line_texts(recipe, confusable)
    squares = stand_in_squares(characters)
    return (
        LineMaker(recipe, _by_family(training, recipe.favoured), texts, squares, tuple(each[0] for each in others)),
        LineMaker(recipe, _by_family(held_out or training, ()), texts, squares, tuple(each[1] for each in others)),
    )


def stand_in_squares(characters: Sequence[str]) -> bool:
    """Whether most of the characters are ideographs, kana and the like."""
    return sum(char >= FIRST_SQUARE for char in characters) > len(characters) / 2


def _by_family(fonts: Sequence[Font], favoured: Sequence[str]) -> tuple[tuple[Font, ...], ...]:
    families: dict[str, list[Font]] = {}
    for font in fonts:
        families.setdefault(font.family, []).append(font)
    out: list[tuple[Font, ...]] = []
    for family, members in families.items():
        liked = any(part.lower() in family.lower() for part in favoured)
        out.extend([tuple(members)] * (FAVOUR if liked else 1))
    return tuple(out)


def glyph_texts(characters: Sequence[str]) -> tuple[str, ...]:
    """What glyphs of a charset may read as: its characters, and the ligatures made of them."""
    known = set(characters)
    return (*characters, *(ligature for ligature in LIGATURES if known.issuperset(ligature)))
