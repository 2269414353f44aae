"""How a page is set: columns that are filled with paragraphs, headings, tables, pictures, and what spans them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from effocr.synth.fonts import Font
from effocr.synth.pages.canvas import Canvas
from effocr.synth.pages.recipe import PageRecipe
from effocr.synth.pages.ribbons import Ribbon, Ribbons, Style, spread_out, with_leaders

X_HEIGHT = 0.45
"""Of an ordinary font, in ems."""
SPANS = 0.06
"""Chance of something that spans columns, wherever two of them are equally full."""


@dataclass
class Column:
    """Columns `left` to `right` of the page, filled down to `y`."""

    left: float
    right: float
    y: float
    body: Style

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True)
class House:
    """The manners of one page: leading in ems, how the text ends, rules, gap between paragraphs."""

    pitch: float
    ragged: bool
    rules: bool
    gap: float
    gutter: float
    blocks: tuple[tuple[str, float], ...]


class Compositor:
    """Fills one canvas."""

    def __init__(
        self, recipe: PageRecipe, families: Sequence[tuple[Font, ...]], ribbons: Ribbons, canvas: Canvas, random: Random
    ) -> None:
        self.families, self.ribbons, self.canvas, self.random = families, ribbons, canvas, random
        low, high = math.log(recipe.smallest_x_height), math.log(recipe.largest_x_height)
        self.em = math.exp(random.uniform(low, high)) / X_HEIGHT
        self.house = self._house(recipe)
        self.columns = self._columns(recipe)

    def fill(self) -> None:
        """Sets the page, from top to bottom, the emptiest column first."""
        while True:
            at = min(range(len(self.columns)), key=lambda number: self.columns[number].y)
            column = self.columns[at]
            if column.y >= self.canvas.height:
                return
            others = self._as_full(at)
            top = column.y
            if len(others) > 1 and self.random.random() < SPANS:
                self._span(others)
                continue
            self._block(column)
            column.y += max(1.0, self.house.gap * self.em * self.random.uniform(0.3, 1.6))
            self._gutter(at, top)

    def _house(self, recipe: PageRecipe) -> House:
        random = self.random
        book = random.random() < 0.3
        pitch = random.uniform(1.15, 1.9) if book else random.uniform(0.93, 1.3)
        weights = {
            "paragraph": 6.0 if random.random() < 0.7 else 2.0,
            "heading": random.choice((0.4, 1.5, 3.0)),
            "table": random.choice((0.0, 0.5, 2.0)),
            "signature": 0.5,
            "picture": random.choice((0.1, 0.4, 1.5)),
            "dash": random.choice((0.2, 1.0)),
            "blank": random.choice((0.1, 0.4)),
            "listing": random.choice((0.1, 1.5)),
        }
        ruled = random.random() < recipe.rules
        gutter = random.uniform(0.45, 1.6) if ruled else random.uniform(1.0, 2.6)
        gap = random.choice((0.0, 0.0, 0.15, 0.6))
        return House(pitch, random.random() < 0.2, ruled, gap, gutter, tuple(weights.items()))

    def _columns(self, recipe: PageRecipe) -> list[Column]:
        """Columns side by side, as many as the canvas holds; the first may begin left of it."""
        random, em = self.random, self.em
        low, high = math.log(recipe.narrowest_column), math.log(recipe.widest_column)
        usual = math.exp(random.uniform(low, high)) * em
        margin = random.random() < 0.35
        x = random.uniform(0.5, 6) * em if margin else -random.uniform(0, usual)
        top = random.uniform(0.5, 6) * em if random.random() < 0.4 else -random.uniform(0, 4) * em
        end = self.canvas.width - (random.uniform(0.5, 8) * em if margin else 0)
        body = Style(self._font(), em, math.exp(random.gauss(0, 0.06)), random.choice((0.2, 0.3, 0.4)))
        columns: list[Column] = []
        while x < end - 3 * em:
            marginal = random.random() < 0.06
            width = random.uniform(3, 7) * em if marginal else usual
            right = min(x + width, end) if margin else x + width
            style = replace(body, em=em * 0.75) if marginal else body
            columns.append(Column(x, right, top, style))
            x = right + self.house.gutter * em
        return columns or [Column(0.5 * em, max(end, 4 * em), top, body)]

    def _font(self) -> Font:
        return self.random.choice(self.random.choice(self.families))

    def _as_full(self, at: int) -> list[Column]:
        """The column and those to its right that are filled about as far."""
        first = self.columns[at]
        together = [first]
        for column in self.columns[at + 1 : at + 5]:
            if column.y - first.y > 4 * self.em or self.random.random() < 0.2:
                break
            together.append(column)
        return together

    def _span(self, columns: list[Column]) -> None:
        """A headline, a picture or a wide paragraph over several columns."""
        whole = Column(columns[0].left, columns[-1].right, max(column.y for column in columns), columns[0].body)
        kind = self.random.random()
        if kind < 0.6:
            self._heading(whole, self.random.uniform(1.5, 5.5))
        elif kind < 0.8:
            self._picture(whole)
        else:
            self._paragraph(whole)
        y = whole.y + self.random.uniform(0.2, 1) * self.em
        if self.random.random() < 0.4:
            self.canvas.rule((whole.left, y), (whole.right, y), self.random.randint(1, 3), self.random)
            y += 0.4 * self.em
        for column in columns:
            column.y = y

    def _gutter(self, at: int, top: float) -> None:
        """The separator right of a column, along what was just set in it, and at times its rule."""
        column, house = self.columns[at], self.house
        if at + 1 == len(self.columns):
            return
        x = (column.right + self.columns[at + 1].left) / 2
        ends = (x, max(0.0, top)), (x, min(float(self.canvas.height), column.y))
        if ends[1][1] <= ends[0][1]:
            return
        self.canvas.separators.append(np.array(ends, np.float32))
        if house.rules and self.random.random() < 0.97:
            self.canvas.rule(*ends, 1 if self.em < 22 else self.random.randint(1, 2), self.random)

    def _block(self, column: Column) -> None:
        kinds, weights = zip(*self.house.blocks, strict=True)
        match self.random.choices(kinds, weights)[0]:
            case "paragraph":
                self._paragraph(column)
            case "heading":
                self._heading(column, self.random.choice((0.8, 1.0, 1.0, 1.3, 1.8, 2.6)))
            case "table":
                self._table(column)
            case "signature":
                self._alone(column, self.random.choice(("right", "middle", "left")), column.body)
            case "picture":
                self._picture(column)
            case "dash":
                self._dash(column)
            case "listing":
                self._listing(column)
            case _:
                column.y += self.random.uniform(0.5, 6) * self.em

    def _varied(self, style: Style) -> Style:
        """The style, at times in another cut, size or font, as advertisements have it."""
        if self.random.random() < 0.75:
            return style
        em = style.em * self.random.choice((0.8, 0.9, 1.0, 1.2, 1.45))
        return replace(style, font=self._font(), em=em, spread=math.exp(self.random.gauss(0, 0.1)))

    def _set(self, column: Column, ribbon: Ribbon, left: float, pitch: float) -> None:
        self.canvas.set_line(ribbon, left, column.y + pitch * 0.78)
        column.y += pitch

    def _paragraph(self, column: Column) -> None:
        """Lines that fill the column, the first indented, the last short."""
        random, style = self.random, self._varied(column.body)
        pitch = self.house.pitch * style.em * random.uniform(0.98, 1.02)
        count = random.randint(1, 14)
        indent = random.choice((0.0, 1.0, 1.5, -1.0)) * style.em
        initial = self._initial(column, style, pitch) if random.random() < 0.06 and count > 2 else 0.0
        for number in range(count):
            if column.y > self.canvas.height:
                return
            shift = indent if number == 0 else -indent if indent < 0 else 0.0
            shift = max(0.0, shift) + (initial if number < 2 else 0.0)
            room = column.width - shift
            last = number == count - 1
            width = room * random.uniform(0.12, 1.0) if last else room
            ribbon = self.ribbons.filled(style, width, random)
            if ribbon is None:
                column.y += pitch
                continue
            free = room - ribbon.pixels.shape[1]
            if not last and not self.house.ragged and (free < 0.35 * room or random.random() < 0.3):
                ribbon = spread_out(ribbon, round(room))
            self._set(column, ribbon, column.left + shift, pitch)

    def _initial(self, column: Column, style: Style, pitch: float) -> float:
        """A letter two lines high at the start of a paragraph; the width that it takes."""
        letter = self.ribbons.filled(replace(style, em=style.em * 2.3, capitals=True), 1e9, self.random)
        if letter is None:
            return 0.0
        width = min(int(letter.pixels.shape[1]), round(style.em * 1.8))
        top, left = column.y, column.left
        row, before = top + 1.78 * pitch, len(self.canvas.lines)
        self.canvas.set_line(replace(letter, pixels=letter.pixels[:, :width]), left, row)
        del self.canvas.lines[before:]
        self.canvas.unknown.append((left - 2, top - 2, left + width + 2, top + 2 * pitch))
        return width + 0.25 * style.em

    def _alone(self, column: Column, side: str, style: Style, share: float = 0.7) -> None:
        """One short line at a side of the column or in its middle."""
        ribbon = self.ribbons.filled(style, column.width * self.random.uniform(0.2, share), self.random)
        pitch = max(self.house.pitch, 1.05) * style.em
        if ribbon is None:
            column.y += pitch / 2
            return
        free = column.width - ribbon.pixels.shape[1]
        left = column.left + {"left": 0.0, "middle": free / 2, "right": free}[side]
        self._set(column, ribbon, left, pitch)

    def _heading(self, column: Column, times: float) -> None:
        """One to four lines in the middle, larger, bolder or in capitals."""
        random = self.random
        style = replace(
            column.body,
            font=self._font(),
            em=min(column.body.em * times * random.uniform(0.85, 1.2), self.canvas.height * 0.3),
            spread=random.choice((0.6, 0.8, 1.0, 1.0, 1.25)),
            tracking=random.choice((0.0, 0.0, 0.05, 0.15)),
            capitals=random.random() < 0.5,
        )
        column.y += random.uniform(0, 0.5) * self.em
        for _ in range(random.choice((1, 1, 2, 3))):
            self._alone(column, "middle" if random.random() < 0.85 else "left", style, 1.0)
            if random.random() < 0.2:
                self._dash(column)
            style = replace(style, em=style.em * random.choice((1.0, 0.8, 0.65)))
        column.y += random.uniform(0, 0.3) * self.em

    def _dash(self, column: Column) -> None:
        random = self.random
        column.y += random.uniform(0.25, 0.6) * self.em
        share = random.choice((random.uniform(0.1, 0.5), 1.0))
        self.canvas.dash((column.left + column.right) / 2, column.y, column.width * share, random)
        column.y += random.uniform(0.15, 0.5) * self.em

    def _picture(self, column: Column) -> None:
        random = self.random
        high = min(random.uniform(1.5, 14) * self.em, column.width * 1.2)
        inner = column.width * random.uniform(0.3, 1.0)
        left = column.left + (column.width - inner) * random.random()
        box = (round(left), round(column.y), round(left + inner), round(column.y + high))
        self.canvas.picture(box, random)
        column.y += high + 0.3 * self.em

    def _table(self, column: Column) -> None:
        """Rows that name something and its price; a rule may part them into two lines a row."""
        random, style = self.random, self._varied(column.body)
        pitch = self.house.pitch * style.em
        dot = random.choice((".", ".", "", "-"))
        parted = random.random() < 0.25
        share = random.uniform(0.12, 0.3)
        top = column.y
        for _ in range(random.randint(2, 10)):
            name = self.ribbons.filled(style, column.width * random.uniform(0.2, 0.6), random)
            price = self.ribbons.filled(style, column.width * share, random)
            if name is None or price is None:
                column.y += pitch / 2
                continue
            if parted:
                self.canvas.set_line(price, column.right - price.pixels.shape[1], column.y + pitch * 0.78)
                self._set(column, name, column.left, pitch)
            else:
                self._set(column, with_leaders(name, price, round(column.width), dot), column.left, pitch)
        if parted and column.y > top:
            x = column.right - column.width * (share + 0.03)
            self.canvas.rule((x, top), (x, column.y), 1, random)
            self.canvas.separators.append(np.array([(x, top), (x, column.y)], np.float32))

    def _listing(self, column: Column) -> None:
        """Many short lines under each other, as in price lists and poems."""
        style = self._varied(column.body)
        share = self.random.uniform(0.3, 1.0)
        side = self.random.choice(("left", "left", "middle", "right"))
        for _ in range(self.random.randint(2, 9)):
            self._alone(column, side, style, share)
