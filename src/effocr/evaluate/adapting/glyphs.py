"""The glyphs of aligned lines, their embeddings, and the exemplars that are chosen among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from effocr.data.labelled import LabelledLine
from effocr.evaluate.adapting.marks import grafted, marks_above
from effocr.evaluate.adapting.titles import titles
from effocr.evaluate.forced.lines import AlignedLine
from effocr.index.choosing import choose_exemplars, some_of_each
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats
from effocr.read.reader import Reader
from effocr.read.sockets import Localization

FOLDS = 4
NEIGHBOURS = 5
DOUBTFUL, OWN_AT_MOST = 0.5, 0.2
"""A glyph is mislabelled when so much of the likeness to its nearest glyphs is to those of another text, and so little,
against that, to those of its own."""
FEWEST_OF_TEXT = 3
MEANS_A_TEXT, MOST_A_TEXT = 8, 40
"""Exemplars of a text: means of glyphs that are alike, and single glyphs."""
TITLES, MOST_OF_TITLES = 60, 20
"""Titles set to see capitals in, and exemplars of each that come of them."""
GRAFTED, FEW, MOST_GRAFTED = 120, 6, 20
"""Lines made to see letters with other marks in; those of which there are fewer glyphs, and exemplars of each."""


@dataclass(frozen=True, eq=False)
class SeenGlyphs:
    """Glyphs as reading sees them: `vectors` (N, D), texts, the number of the line of each, and where it came from."""

    vectors: Floats
    texts: tuple[str, ...]
    lines: NDArray[np.intp]
    sources: tuple[str, ...]

    def selected(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> SeenGlyphs:
        places = np.arange(len(self.texts))[rows].tolist()
        return SeenGlyphs(
            self.vectors[rows],
            tuple(self.texts[row] for row in places),
            self.lines[rows],
            tuple(self.sources[row] for row in places),
        )


def glyphs_at(reader: Reader, lines: Sequence[LabelledLine]) -> SeenGlyphs:
    """The glyphs of lines with boxes, as the reader's encoder sees them there."""
    filled = [(number, line) for number, line in enumerate(lines) if len(line.boxes)]
    ones = [np.ones(len(line.boxes), np.float32) for _, line in filled]
    found = [Localization(line.boxes, one, one, line.band) for (_, line), one in zip(filled, ones, strict=True)]
    vectors = reader.recognizer.embeddings(
        [line.image for _, line in filled], found, [line.vertical for _, line in filled]
    )
    return SeenGlyphs(
        vectors,
        tuple(text for _, line in filled for text in line.texts),
        np.repeat(np.array([number for number, _ in filled], np.intp), [len(one) for one in ones]),
        tuple(line.source for _, line in filled for _ in line.texts),
    )


def glyphs_of_lines(lines: Sequence[AlignedLine], least: float = 0.0) -> SeenGlyphs:
    """The believable glyphs that reading finds as they are: those with a box of their own, ligatures among them.

    Glyphs of known texts that score lower than `least` are left out.
    """
    vectors: list[Floats] = []
    texts: list[str] = []
    owners: list[int] = []
    sources: list[str] = []
    for number, line in enumerate(lines):
        pieces = line.seen.pieces
        if pieces is None:
            continue
        found = [glyph for glyph in line.glyphs if glyph.place == "found" and glyph.believable]
        kept = [glyph for glyph in found if glyph.score >= least or not glyph.known]
        vectors.append(pieces.whole[1][[glyph.row for glyph in kept]])
        texts += [glyph.text for glyph in kept]
        owners += [number] * len(kept)
        sources += [line.seen.line.page or line.seen.line.image.stem] * len(kept)
    dimensions = lines[0].seen.pieces.whole[1].shape[1] if lines and lines[0].seen.pieces else 1
    whole = np.concatenate(vectors) if vectors else np.zeros((0, dimensions), np.float32)
    return SeenGlyphs(whole, tuple(texts), np.array(owners, np.intp), tuple(sources))


def believed(glyphs: SeenGlyphs) -> NDArray[np.bool_]:
    """Which glyphs (N,) are what they are said to be, as far as those of other lines tell.

    A glyph whose nearest ones mostly read as one other text is not; texts seen only a few times are taken as they are.
    """
    if not len(glyphs.texts):
        return np.zeros(0, bool)
    counts = Counter(glyphs.texts)
    near = glyphs.vectors @ glyphs.vectors.T
    near[glyphs.lines[:, None] == glyphs.lines[None]] = -2.0
    order = np.argsort(-near, axis=1, kind="stable")[:, :NEIGHBOURS]
    trusted = np.ones(len(glyphs.texts), bool)
    for row, (text, mates) in enumerate(zip(glyphs.texts, order.tolist(), strict=True)):
        votes: dict[str, float] = {text: 0.0}
        for mate in mates:
            votes[glyphs.texts[mate]] = votes.get(glyphs.texts[mate], 0.0) + max(float(near[row, mate]), 0.0)
        other = max(votes, key=lambda each: (votes[each], each))
        outvoted = votes[other] >= DOUBTFUL * NEIGHBOURS and votes[text] <= OWN_AT_MOST * votes[other]
        trusted[row] = not (outvoted and counts[other] >= FEWEST_OF_TEXT)
    return trusted


def taught(index: GlyphIndex, glyphs: SeenGlyphs) -> GlyphIndex:
    """The index with exemplars of the glyphs, and without those of its own that lead them astray."""
    if not len(glyphs.texts):
        return index
    return index.selected(_useful(index, glyphs)).merged(exemplars_among(glyphs))


def prototypes(index: GlyphIndex, glyphs: SeenGlyphs) -> GlyphIndex:
    """As `taught`, with means of the glyphs alone: no glyph is its own exemplar."""
    return index.selected(_useful(index, glyphs)).merged(means_among(glyphs)) if len(glyphs.texts) else index


def means_among(glyphs: SeenGlyphs) -> GlyphIndex:
    return choose_exemplars(glyphs.vectors, glyphs.texts, glyphs.sources, MEANS_A_TEXT)


def exemplars_among(glyphs: SeenGlyphs) -> GlyphIndex:
    """Means of the glyphs of each text, and beside them the glyphs themselves, up to a number."""
    return means_among(glyphs).merged(
        some_of_each(GlyphIndex(glyphs.vectors, glyphs.texts, glyphs.sources), MOST_A_TEXT)
    )


def exemplars_of_titles(reader: Reader, lines: Sequence[LabelledLine]) -> GlyphIndex:
    """The capitals of the lines as they look among their like, close together and far apart."""
    glyphs = glyphs_at(reader, titles(lines, TITLES, 0))
    return some_of_each(GlyphIndex(glyphs.vectors, glyphs.texts, glyphs.sources), MOST_OF_TITLES)


def exemplars_of_grafted(reader: Reader, lines: Sequence[LabelledLine], known: Collection[str]) -> GlyphIndex:
    """Letters that the lines lack or hardly have, with the marks of others on, as they look in their lines."""
    counts = Counter(text for line in lines for text in line.texts)
    glyphs = glyphs_at(reader, grafted(lines, known, GRAFTED, 0))
    rare = [counts[text] < FEW and bool(marks_above(text)) for text in glyphs.texts]
    glyphs = glyphs.selected(np.array(rare, bool))
    return some_of_each(GlyphIndex(glyphs.vectors, glyphs.texts, glyphs.sources), MOST_GRAFTED)


def _useful(index: GlyphIndex, glyphs: SeenGlyphs) -> NDArray[np.intp]:
    """Rows of the exemplars that do not decide more glyphs wrongly than rightly.

    What an exemplar does is judged on lines from which the new ones beside it were not made.
    """
    asked = np.array(glyphs.texts)
    gain = np.zeros(len(index))
    for fold in range(FOLDS):
        inside = glyphs.lines % FOLDS == fold
        if inside.all() or not inside.any():
            continue
        whole = index.merged(exemplars_among(glyphs.selected(~inside)))
        rows = whole.nearest(glyphs.vectors[inside], 1).rows[:, 0]
        read = np.array(whole.texts)
        # Glyphs of a text that only this fold has would blame whatever is nearest.
        old = (rows < len(index)) & np.isin(asked[inside], read)
        gain += np.bincount(rows[old], np.where((read[rows] == asked[inside])[old], 1.0, -1.0), len(index))
    return np.flatnonzero(gain >= 0)
