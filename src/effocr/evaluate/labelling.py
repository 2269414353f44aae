"""Boxes for lines that come with a text only: the reading is aligned with the text, and what agrees is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from effocr.data.labelled import LabelledLine
from effocr.data.lines import TextLine
from effocr.errors import unknown_name
from effocr.evaluate.alignment import Pair, aligned
from effocr.image.decode import decode
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes
from effocr.page.distance import strict
from effocr.page.result import Glyph
from effocr.read.english.lexicon import Lexicon
from effocr.read.reader import Reader

SHORTEST_WORD, USUAL = 3, 1e-6
"""Letters, and share of running text, that a word of a noisy text needs to be believed."""

TRUST = {"exact": 0.65, "noisy": 0.7}
"""Least share of agreeing characters that a line needs, for texts that are right and for texts that are often wrong."""

Labelled = tuple[TextLine, LabelledLine]


def label_lines(
    lines: Sequence[TextLine],
    reader: Reader,
    texts: str,
    *,
    lexicon: Lexicon | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Labelled]:
    """The lines whose reading agrees well enough with their text, with a box for every glyph that is beyond doubt.

    Where glyphs and text part ways the line has `unknown` regions. With `texts` "exact" a glyph that was read wrongly
    between right ones gets its true text; with "noisy" only what was read as it is written is kept, and with a lexicon
    such a glyph, too, where that makes a usual word of what was read as none. Vertical lines and images that cannot be
    read are left out. `progress` is told how many lines are done.
    """
    if texts not in TRUST:
        raise unknown_name("kind of texts", texts, TRUST)
    pages = reader.iterate(
        [line.image for line in lines], vertical=[line.vertical for line in lines], on_error=lambda name, error: None
    )
    for done, (line, page) in enumerate(zip(lines, pages, strict=True), 1):
        glyphs = [glyph for part in page.lines for glyph in part.glyphs]
        if glyphs and len(page.lines) == 1 and not line.vertical:
            labelled = labelled_line(
                decode(line.image), glyphs, line.text, texts, line.page or line.image.stem, lexicon
            )
            if labelled is not None:
                yield line, replace(labelled, exact_band=reader.localizer.localize([labelled.image])[0].band)
        if progress is not None:
            progress(done)


def labelled_line(
    image: Grey, glyphs: Sequence[Glyph], text: str, texts: str, source: str, lexicon: Lexicon | None = None
) -> LabelledLine | None:
    """The line with boxes, or None where reading and text agree too little."""
    words = strict(text)
    truth = words.replace(" ", "")
    starts = _word_starts(words)
    pairs = aligned(glyphs, truth)

    def believed(pair: Pair) -> bool:
        read = glyphs[pair.glyph].text
        return texts == "exact" or (lexicon is not None and _makes_a_word(pair, read, truth, starts, lexicon))

    agreeing = sum(pair.end - pair.start for pair in pairs if pair.agrees)
    if not truth or agreeing / max(len(truth), len(glyphs)) < TRUST[texts]:
        return None
    kept = [pair for at, pair in enumerate(pairs) if _beyond_doubt(pairs, at, len(glyphs), len(truth), believed)]
    if not kept:
        return None
    boxes = Boxes.of(glyphs[pair.glyph].box for pair in kept)
    spaces = np.array([pair.start in starts for pair in kept])
    spaces[0] = False
    unknown = _unknown(kept, glyphs, image.shape[1], len(truth), texts)
    return LabelledLine(image, tuple(pair.text for pair in kept), boxes, spaces, unknown=unknown, source=source)


def _word_starts(words: str) -> set[int]:
    """Places, in the text without spaces, of characters that a space precedes."""
    starts, at = set(), 0
    for word in words.split(" "):
        starts.add(at)
        at += len(word)
    return starts - {0}


def _makes_a_word(pair: Pair, read: str, truth: str, starts: set[int], lexicon: Lexicon) -> bool:
    """Whether the word around a glyph is a usual one as it is written, and none as it was read."""
    start = max((at for at in starts if at <= pair.start), default=0)
    end = min((at for at in starts if at > pair.start), default=len(truth))
    before, after = truth[start : pair.start], truth[pair.end : end]
    written, seen = (_bare(before + middle + after).lower() for middle in (pair.text, read))
    usual = len(written) >= SHORTEST_WORD and written.isalpha() and lexicon.frequency(written) >= USUAL
    return usual and not lexicon.frequency(seen)


def _bare(word: str) -> str:
    """The word without the signs before and after it."""
    inside = [at for at, character in enumerate(word) if character.isalnum()]
    return word[inside[0] : inside[-1] + 1] if inside else ""


def _beyond_doubt(pairs: Sequence[Pair], at: int, glyphs: int, length: int, believed: Callable[[Pair], bool]) -> bool:
    """Whether both neighbours follow on without a gap; and, for a glyph that does not agree, whether they do."""
    pair = pairs[at]
    before = pairs[at - 1] if at else Pair(-1, 0, 0, "", True)
    after = pairs[at + 1] if at + 1 < len(pairs) else Pair(glyphs, length, length, "", True)
    follows = before.glyph + 1 == pair.glyph and before.end == pair.start
    leads = pair.glyph + 1 == after.glyph and pair.end == after.start
    if pair.agrees:
        return (follows and before.agrees) or (leads and after.agrees)
    return follows and leads and before.agrees and after.agrees and believed(pair)


def _unknown(kept: Sequence[Pair], glyphs: Sequence[Glyph], width: int, length: int, texts: str) -> Boxes:
    """The stretches between kept glyphs in which characters have no mate.

    Glyphs without a mate where no character is missing were seen in dirt or rules; of noisy texts that is not certain.
    """
    regions = []
    ends = [Pair(-1, 0, 0, "", True), *kept, Pair(len(glyphs), length, length, "", True)]
    for before, after in pairwise(ends):
        complete = before.end == after.start
        if complete and (texts == "exact" or before.glyph + 1 == after.glyph):
            continue
        left = glyphs[before.glyph].box.right if before.glyph >= 0 else 0.0
        right = glyphs[after.glyph].box.left if after.glyph < len(glyphs) else float(width)
        if right > left:
            regions.append((left, 0.0, right, 1.0))
    return Boxes.of(regions)
