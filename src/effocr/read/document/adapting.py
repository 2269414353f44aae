"""Reading a document with its own glyphs: those that are read surely become exemplars for the rest of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from effocr.errors import EffocrError
from effocr.image.decode import Source
from effocr.index.choosing import choose_exemplars
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats
from effocr.read.reader import Reader
from effocr.read.teaching import SeenLine, lines_seen, teach

SURE = 0.9
"""Least score of a glyph that becomes an exemplar."""
MOST_GLYPHS = 20_000
FEWEST_GLYPHS = 300
"""Of fewer a document's type cannot be told from chance."""
FEWEST_OF_TEXT = 4
MOST_A_TEXT = 4
AGREEING = 0.995
"""Least share of the sure glyphs of one half of a document that exemplars of its other half read alike."""
LEAST_GAIN = 0.002
"""How much surer, on the mean, the unsure glyphs of one half must be read with the exemplars of the other."""
DOCUMENT = "this document"
"""The source of such exemplars."""


@dataclass(frozen=True, eq=False)
class _Glyphs:
    """Glyphs of a document: embeddings (N, D), what they read as, how surely, and which half each is in."""

    vectors: Floats
    texts: NDArray[np.str_]
    scores: Floats
    second: NDArray[np.bool_]


def adapt_to_document(reader: Reader, images: Iterable[Source], *, vertical: bool | None = None) -> int:
    """Lets the reader know the glyphs of a document that it reads surely; how many exemplars, 0 where they do not help.

    The first glyphs, up to `MOST_GLYPHS`, are looked at, in the order of the images; one that cannot be read is passed
    over. Exemplars are taken only of texts that are read alike all over the document, and only if those of one half
    make the other half's unsure glyphs surer.
    """
    exemplars = document_exemplars(reader, images, vertical=vertical)
    if exemplars is None:
        return 0
    teach(reader, exemplars)
    return len(exemplars)


def document_exemplars(reader: Reader, images: Iterable[Source], *, vertical: bool | None = None) -> GlyphIndex | None:
    """The exemplars of a document, or None where it is too short, its halves do not agree, or they would not help."""
    glyphs = _glyphs(reader, images, vertical)
    sure = glyphs.scores >= SURE
    if int(sure.sum()) < FEWEST_GLYPHS:
        return None
    halves = [_chosen(glyphs, sure & half) for half in (~glyphs.second, glyphs.second)]
    if not all(len(half) for half in halves):
        return None
    agreeing, texts = _agreement(glyphs, sure, halves)
    if agreeing < AGREEING or _gain(reader, glyphs, sure, [_of_texts(half, texts) for half in halves]) < LEAST_GAIN:
        return None
    whole = _chosen(glyphs, sure & np.isin(glyphs.texts, sorted(texts)))
    return whole if len(whole) else None


def _glyphs(reader: Reader, images: Iterable[Source], vertical: bool | None) -> _Glyphs:
    vectors: list[Floats] = []
    texts: list[str] = []
    scores: list[float] = []
    lines: list[int] = []
    seen = (line for image in images for line in _readable(reader, image, vertical))
    for number, line in enumerate(islice(seen, MOST_GLYPHS)):
        read = reader.recognizer.recognitions(line.embeddings, [line.found.space_before])
        vectors.append(line.embeddings)
        texts += [glyph.text for glyph in read]
        scores += [glyph.score for glyph in read]
        lines += [number] * len(read)
        if len(texts) >= MOST_GLYPHS:
            break
    whole = np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32)
    second = np.array(lines, np.intp) >= (lines[-1] + 1) / 2 if lines else np.zeros(0, bool)
    return _Glyphs(whole, np.array(texts, np.str_), np.array(scores, np.float32), second)


def _readable(reader: Reader, image: Source, vertical: bool | None) -> Sequence[SeenLine]:
    try:
        return [line for line in lines_seen(reader, image, vertical=vertical) if len(line.embeddings)]
    except EffocrError:
        return []


def _chosen(glyphs: _Glyphs, rows: NDArray[np.bool_]) -> GlyphIndex:
    """Means of some glyphs, of texts that are often enough among them."""
    counts = Counter(glyphs.texts[rows].tolist())
    often = rows & np.isin(glyphs.texts, [text for text, count in counts.items() if count >= FEWEST_OF_TEXT])
    texts = glyphs.texts[often].tolist()
    return choose_exemplars(glyphs.vectors[often], texts, [DOCUMENT] * len(texts), MOST_A_TEXT)


def _agreement(glyphs: _Glyphs, sure: NDArray[np.bool_], halves: Sequence[GlyphIndex]) -> tuple[float, set[str]]:
    """The share of sure glyphs that the other half's exemplars read alike, and the texts for which it is high."""
    alike: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for index, other in zip(halves, (glyphs.second, ~glyphs.second), strict=True):
        rows = np.flatnonzero(sure & other & np.isin(glyphs.texts, index.distinct_texts))
        near = index.nearest(glyphs.vectors[rows], 1).rows[:, 0] if len(rows) else np.zeros(0, np.intp)
        for text, row in zip(glyphs.texts[rows].tolist(), near.tolist(), strict=True):
            asked[text] += 1
            alike[text] += index.texts[row] == text
    total = sum(asked.values())
    return sum(alike.values()) / max(total, 1), {text for text in asked if alike[text] >= AGREEING * asked[text] - 1}


def _of_texts(index: GlyphIndex, texts: set[str]) -> GlyphIndex:
    return index.selected(np.flatnonzero(np.isin(index.texts, sorted(texts))))


def _gain(reader: Reader, glyphs: _Glyphs, sure: NDArray[np.bool_], halves: Sequence[GlyphIndex]) -> float:
    """How much the mean share of unsure glyphs grows with the exemplars of the half in which they are not."""
    index, recognizer = reader.recognizer.index, reader.recognizer
    gains = [np.zeros(0, np.float32)]
    for half, other in zip(halves, (glyphs.second, ~glyphs.second), strict=True):
        unsure = glyphs.vectors[~sure & other]
        if len(unsure):
            before, after = (recognizer.weighed(known, unsure).shares[:, 0] for known in (index, index.merged(half)))
            gains.append(after - before)
    whole = np.concatenate(gains)
    return float(whole.mean()) if len(whole) else 0.0
