"""Reading labelled lines with what chances are made of, and trying a calibration on sets it was not fitted to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from effocr.bundle.card import Calibration
from effocr.data.lines import TextLine
from effocr.errors import EffocrError
from effocr.evaluate.calibration.fitting import Sample, fitted
from effocr.evaluate.calibration.outcomes import Outcomes, outcomes
from effocr.evaluate.calibration.reliability import Estimates, Reliability, estimates, reliability
from effocr.image.crops import along_x
from effocr.image.decode import decode
from effocr.page.boxes import Boxes, Floats
from effocr.page.distance import edit_distance, folded
from effocr.page.result import Line, Page
from effocr.read.confidence.chances import chances, evidence
from effocr.read.reader import Reader
from effocr.read.teaching import line_seen
from effocr.read.words import glyphs_of, words_of


@dataclass(frozen=True, eq=False)
class TrialLine:
    """A labelled line as it was read: with scores as the index gives them, and the evidence (N, 3) of its glyphs."""

    page: str
    text: str
    read: Line
    evidence: Floats
    outcomes: Outcomes

    def calibrated(self, calibration: Calibration | None) -> Line:
        """The line with the scores of a calibration."""
        if calibration is None:
            return self.read
        given = iter(np.clip(chances(calibration, self.evidence), 0, 1).tolist())
        words = [
            replace(word, glyphs=tuple(replace(glyph, score=next(given), alternatives=()) for glyph in word.glyphs))
            for word in self.read.words
        ]
        return replace(self.read, words=tuple(words))


@dataclass(frozen=True)
class Trial:
    """How well the scores of glyphs, words and pages hold on one set."""

    glyphs: Reliability
    words: Reliability
    pages: Estimates
    estimated_cer: float
    cer: float
    """Folded, as `effocr evaluate` counts it."""


def trial_lines(
    lines: Sequence[TextLine], reader: Reader, *, progress: Callable[[int, int], None] | None = None
) -> list[TrialLine]:
    """The lines that can be read and on which glyphs are found, each read as one whole line."""
    read = []
    for done, line in enumerate(lines, 1):
        seen = _trial_line(line, reader)
        if seen is not None:
            read.append(seen)
        if progress is not None:
            progress(done, len(lines))
    return read


def _trial_line(line: TextLine, reader: Reader) -> TrialLine | None:
    try:
        seen = line_seen(reader, along_x(decode(line.image), vertical=line.vertical), vertical=line.vertical)
    except EffocrError:
        return None
    if not len(seen.embeddings):
        return None
    recognizer, found = reader.recognizer, seen.found
    weighed = recognizer.weighed(recognizer.index, seen.embeddings, [found.space_before])
    words = words_of(
        glyphs_of(recognizer.recognitions(seen.embeddings, [found.space_before]), found.boxes), found.space_before
    )
    rows, columns = seen.pixels.shape
    read = Line(Boxes.of([(0, 0, columns, rows)])[0], words, line.vertical, reader.bundle.card.spaced)
    said = evidence(weighed.shares[:, 0], weighed.likeness, found.scores)
    return TrialLine(line.page or line.image.stem, line.text, read, said, outcomes(words, line.text))


def sample_of(lines: Sequence[TrialLine]) -> Sample:
    """The glyphs of some lines, to fit a calibration to."""
    right = [flag for line in lines for flag in line.outcomes.glyphs]
    seen = [line.evidence for line in lines] or [np.zeros((0, 3), np.float32)]
    return Sample(np.concatenate(seen), np.array(right, np.bool_))


def tried(lines: Sequence[TrialLine], calibration: Calibration | None) -> Trial:
    """How well the scores of a calibration, or those of the index, hold on some lines."""
    read = [line.calibrated(calibration) for line in lines]
    glyphs = [glyph.score for line in read for glyph in line.glyphs]
    words = [word.score for line in read for word in line.words]
    pages: dict[str, list[int]] = {}
    for row, line in enumerate(lines):
        pages.setdefault(line.page, []).append(row)
    pairs = [_rates([lines[row] for row in rows], [read[row] for row in rows]) for rows in pages.values()]
    return Trial(
        reliability(glyphs, [flag for line in lines for flag in line.outcomes.glyphs]),
        reliability(words, [flag for line in lines for flag in line.outcomes.words]),
        estimates(pairs),
        *_rates(lines, read),
    )


def left_out(sets: Mapping[str, Sequence[TrialLine]]) -> dict[str, Trial]:
    """Each set tried with a calibration fitted to all the others, so that no figure is of a set it was fitted to."""
    samples = {name: sample_of(lines) for name, lines in sets.items()}
    return {
        name: tried(lines, fitted([sample for other, sample in samples.items() if other != name]))
        for name, lines in sets.items()
    }


def _rates(lines: Sequence[TrialLine], read: Sequence[Line]) -> tuple[float, float]:
    """The error rates of some lines: estimated, and true."""
    edits = length = 0
    for line, as_read in zip(lines, read, strict=True):
        wanted = folded(line.text)
        edits += edit_distance(wanted, folded(as_read.text))
        length += len(wanted)
    return Page(tuple(read), 1, 1).estimated_cer or 0.0, edits / max(length, 1)
