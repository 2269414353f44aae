"""What speaks for a text at a place of a line: its exemplars, its usual width, the gaps between words."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from effocr.evaluate.forced.path import Costs, Move, Ways
from effocr.image.crops import cut_strip
from effocr.image.preparation import CropPreparation, Grey
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes, Floats
from effocr.page.distance import folded
from effocr.read.recognizer import Recognizer, whole_line
from effocr.read.sockets import Localization

UNLIKELY = 4.5
"""Most that a text may cost because the glyph looks like something else: one bad glyph must not move its line."""
NEUTRAL = 2.2
"""What a text costs of which no exemplar is known, wherever it stands."""
BASE_LETTER = 0.4
"""What it costs more to take a letter with marks for its base letter, where only that is known."""
MISSING, SKIPPED = 4.0, 2.6
JOINED, BROKEN = 1.2, 1.5
"""What it costs that letters share a box (each after the first), or that one lies in several."""
LIGATURE = 0.1
CUT = 0.6
"""What parts of a box look like counts so much: cuts seldom fall where letters meet."""
MOST_JOINED, MOST_BROKEN = 3, 3
WIDE = 0.45
"""Deviation of the logarithm of a text's width."""
WIDTH_AT_MOST, SPACE_AT_MOST = 2.0, 2.0
NARROW_KINDS = ("P", "S", "M")
NARROW_WIDTH = 0.55


@dataclass(frozen=True)
class Widths:
    """How wide texts are, against the median glyph of their line; what is not known is as wide as most, or narrow."""

    known: Mapping[str, float] = field(default_factory=dict)

    def of(self, text: str) -> float:
        """The width of a text of any length."""
        if text in self.known:
            return self.known[text]
        return sum(self.known.get(char, NARROW_WIDTH if _narrow(char) else 1.0) for char in text)


class Likeness:
    """How unlike the exemplars of texts glyphs are: -log of the text's share among all texts, at most `UNLIKELY`.

    Texts that are the same once folded (quotes, dashes, long s) count as one.
    """

    def __init__(self, index: GlyphIndex, sharpness: float) -> None:
        names = sorted({folded(text) or text for text in index.texts})
        self._numbers = {name: number for number, name in enumerate(names)}
        owners = np.array([self._numbers[folded(text) or text] for text in index.texts])
        order = np.argsort(owners, kind="stable")
        self._vectors = index.vectors[order]
        self._starts = np.searchsorted(owners[order], np.arange(len(names)))
        self._sharpness = sharpness

    def knows(self, text: str) -> bool:
        """Whether there are exemplars of this very text, or of one that differs in nothing but what editors do."""
        return (folded(text) or text) in self._numbers

    def costs(self, embeddings: Floats, texts: Sequence[str]) -> Costs:
        """What each of `texts` costs at each of the embeddings (N, D): (N, len(texts))."""
        near = np.maximum.reduceat(embeddings @ self._vectors.T, self._starts, axis=1) if len(embeddings) else None
        if near is None:
            return np.zeros((0, len(texts)))
        odds = self._sharpness * (near - near.max(1, keepdims=True)).astype(np.float64)
        all_costs = np.minimum(np.log(np.exp(odds).sum(1, keepdims=True)) - odds, UNLIKELY)
        by_text = {text: self._column(all_costs, text) for text in set(texts)}
        return np.stack([by_text[text] for text in texts], 1) if len(texts) else np.zeros((len(embeddings), 0))

    def _column(self, costs: Costs, text: str) -> Costs:
        name = folded(text) or text
        if name in self._numbers:
            column: Costs = costs[:, self._numbers[name]]
            return column
        base = unicodedata.normalize("NFD", text)[:1]
        if base != text and base in self._numbers:
            return np.minimum(costs[:, self._numbers[base]] + BASE_LETTER, NEUTRAL)
        return np.full(len(costs), NEUTRAL)


@dataclass(frozen=True, eq=False)
class Pieces:
    """Embeddings of everything on a line that a character might be.

    `whole[b]` (n + 1 - b, D): b boxes in a row as one glyph; `parts[c]` (n * c, D): each box cut into c even parts.
    """

    whole: Mapping[int, Floats]
    parts: Mapping[int, Floats]


def pieces_of(recognizer: Recognizer, line: Grey, found: Localization, *, vertical: bool) -> Pieces:
    """The pieces of a line with glyphs, all embedded on the strip that reading cuts."""
    boxes = found.boxes.array
    n = len(boxes)
    groups: dict[tuple[str, int], Floats] = {}
    for count in range(1, min(MOST_BROKEN, n) + 1):
        firsts, lasts = boxes[: n + 1 - count], boxes[count - 1 :]
        joint = np.stack([firsts[:, 0], boxes[: len(firsts), 1], lasts[:, 2], boxes[: len(firsts), 3]], 1)
        joint[:, 2] = np.maximum(joint[:, 2], joint[:, 0])
        groups["whole", count] = joint
    for count in range(2, MOST_JOINED + 1):
        groups["parts", count] = even_parts(found.boxes, count).array
    if found.band is None:
        raise ValueError("a line with glyphs has a band.")
    window = recognizer.window
    strip = (
        whole_line(line) if isinstance(window, CropPreparation) else cut_strip(line, found.band, found.boxes, window)
    )
    asked = Boxes(np.concatenate(list(groups.values())))
    vectors = recognizer.encoder.encode([strip], [asked], [vertical])
    ends = np.cumsum([len(group) for group in groups.values()])[:-1]
    named = dict(zip(groups, np.split(vectors, ends), strict=True))
    return Pieces(
        {count: each for (kind, count), each in named.items() if kind == "whole"},
        {count: each for (kind, count), each in named.items() if kind == "parts"},
    )


def even_parts(boxes: Boxes, count: int) -> Boxes:
    """Every box cut along x into `count` parts of one width, in order."""
    left, top, right, bottom = (np.repeat(column, count) for column in boxes.array.T)
    at = np.tile(np.arange(count, dtype=np.float32), len(boxes))
    step = (right - left) / count
    return Boxes(np.stack([left + at * step, top, left + (at + 1) * step, bottom], 1))


def ways_through(
    pieces: Pieces, found: Localization, chars: str, starts: Collection[int], likeness: Likeness, widths: Widths
) -> Ways:
    """What every step costs on a line that reads as `chars`; `starts` are the places of those that follow a space."""
    n, m = len(found.boxes), len(chars)
    extents = found.boxes.array[:, ::2].astype(np.float64)
    usual = max(float(np.median(extents[:, 1] - extents[:, 0])), 1.0)
    spaces = _space_costs(found, chars, starts)
    moves: dict[Move, Costs] = {}
    for count, vectors in pieces.whole.items():
        wide = (extents[count - 1 :, 1] - extents[: n + 1 - count, 0]) / usual
        costs = likeness.costs(vectors, chars) + _width_costs(wide, [widths.of(char) for char in chars])
        moves[count, 1] = _rows(costs + BROKEN * (count - 1), n) + spaces
    wide = (extents[:, 1] - extents[:, 0]) / usual
    for count, vectors in pieces.parts.items():
        if m >= count:
            joint = _joined(likeness.costs(vectors, chars), count)
            joint += _width_costs(wide, [widths.of(chars[j : j + count]) for j in range(m + 1 - count)])
            joint = np.minimum(joint + JOINED * (count - 1), _ligatures(pieces, chars, count, likeness))
            # Letters of two words do not share a box.
            apart = [any(j + k in starts for k in range(1, count)) for j in range(m + 1 - count)]
            joint[:, apart] += MISSING
            moves[1, count] = _columns(joint, m) + spaces
    sure = np.clip(found.scores.astype(np.float64), 0.2, 1.0)
    skipped = SKIPPED * np.clip(wide, 0.25, 1.0) * (0.4 + 0.6 * sure)
    return Ways(moves, skipped, np.full(m, MISSING))


def _ligatures(pieces: Pieces, chars: str, count: int, likeness: Likeness) -> Costs:
    """What `count` characters cost as one glyph, infinite where no exemplar reads as all of them."""
    texts = [chars[j : j + count] for j in range(len(chars) + 1 - count)]
    costs = likeness.costs(pieces.whole[1], texts) + LIGATURE
    costs[:, [not likeness.knows(text) for text in texts]] = np.inf
    return costs


def _joined(costs: Costs, count: int) -> Costs:
    """Of costs of parts (n * count, m): the cost (n, m + 1 - count) of consecutive characters in the parts of a box."""
    by_part = costs.reshape(-1, count, costs.shape[1])
    length = costs.shape[1] + 1 - count
    joined: Costs = CUT * sum((by_part[:, part, part : part + length] for part in range(count)), np.zeros((1, length)))
    return joined


def _space_costs(found: Localization, chars: str, starts: Collection[int]) -> Costs:
    """What the gap before a box says of a space before a character: (n, m)."""
    likely = np.clip(found.space_before.astype(np.float64), 1e-3, 1 - 1e-3)
    before = np.array([place in starts for place in range(len(chars))], bool)
    costs = np.where(before[None], -np.log(likely)[:, None], -np.log(1 - likely)[:, None])
    costs[0], costs[:, :1] = 0.0, 0.0
    return np.minimum(0.5 * costs, SPACE_AT_MOST)


def _width_costs(wide: Costs, expected: Sequence[float]) -> Costs:
    """(n, m) for boxes `wide` (n,) times the usual glyph and texts that are `expected` to be so wide."""
    off = np.log(np.maximum(wide, 0.05))[:, None] - np.log(np.maximum(np.array(expected), 0.05))[None]
    costs: Costs = np.minimum(0.5 * (off / WIDE) ** 2, WIDTH_AT_MOST)
    return costs


def _rows(costs: Costs, n: int) -> Costs:
    return np.pad(costs, ((0, n - len(costs)), (0, 0)), constant_values=np.inf)


def _columns(costs: Costs, m: int) -> Costs:
    return np.pad(costs, ((0, 0), (0, m - costs.shape[1])), constant_values=np.inf)


def _narrow(char: str) -> bool:
    return unicodedata.category(char)[0] in NARROW_KINDS
