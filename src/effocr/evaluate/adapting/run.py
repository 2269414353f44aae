"""Adapting a bundle: align, teach, measure, tune, and again, for as long as the lines held out are read better."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from effocr.bundle.card import Calibration
from effocr.bundle.files import Bundle
from effocr.data.labelled import LabelledLine
from effocr.data.lines import TextLine
from effocr.errors import DataError, EffocrError
from effocr.evaluate.adapting.confidence import moved
from effocr.evaluate.adapting.doubts import Doubt, doubted
from effocr.evaluate.adapting.glyphs import (
    SeenGlyphs,
    believed,
    exemplars_among,
    exemplars_of_grafted,
    exemplars_of_titles,
    glyphs_at,
    glyphs_of_lines,
    prototypes,
    taught,
)
from effocr.evaluate.adapting.kin import exemplars_of_kin
from effocr.evaluate.adapting.writing import Nets, nets_of, write_adapted, write_copy
from effocr.evaluate.calibration.trial import sample_of, trial_lines
from effocr.evaluate.confusions import Confusion, confusions
from effocr.evaluate.forced.evidence import Likeness, Widths
from effocr.evaluate.forced.lines import AlignedLine, align_line, seen_texts, widths_of
from effocr.evaluate.metrics import Scores, score
from effocr.index.glyph_index import GlyphIndex
from effocr.read.reader import Reader

EVERY = 6
"""One line of so many is held out."""
FEWEST_HELD_OUT = 2
FEWEST_LINES = 4
ALIGNMENTS = 2
ROUNDS = 2
ANEW = 0.05
"""From such a share of glyphs on that are placed otherwise than in the round before, another one is worth while."""
LOST = 0.005
"""From such a share of glyphs on that have no box of their own, the localizer learns, too."""

CERTAIN = 0.3
"""Least score of glyphs of lines held out that become exemplars unseen."""

Progress = Callable[[int, int, dict[str, float]], None]


@dataclass(frozen=True)
class Lesson:
    """What a tuner learns from: aligned lines, the exemplars so far, and whether the localizer needs it, too.

    Nets learn from where they are in `start` on, so that no round forgets more than the one before; the exemplars are
    of its encoder.
    """

    start: Bundle
    lines: tuple[LabelledLine, ...]
    index: GlyphIndex
    localizer: bool
    number: int


class Tuner(Protocol):
    """Trains nets further; `effocr.train.adapt` has the one that does."""

    def tuned(self, bundle: Bundle, lesson: Lesson, work: Path, progress: Progress) -> Nets:
        """The nets of a bundle after a lesson; `work` keeps what an interrupted one has done."""
        ...

    def between(self, one: Bundle, other: Bundle, work: Path) -> Nets:
        """The nets half the way from those of one bundle to those of another, both trained from the same ones."""
        ...


@dataclass(frozen=True)
class Stage:
    """One candidate, and how it reads the lines held out."""

    name: str
    scores: Scores


@dataclass(frozen=True, eq=False)
class Adapted:
    """What came out: the best candidate's nets and index, all stages, and what is to be said of the lines.

    `wrong_glyphs` name characters that look like others on all other lines, `unreadable` images that are none.
    `nets` is None where nothing read better than the bundle that it began with.
    """

    nets: Nets | None
    index: GlyphIndex
    stages: tuple[Stage, ...]
    best: Stage
    confusions: tuple[Confusion, ...]
    doubts: tuple[Doubt, ...]
    used: int
    held_out: tuple[TextLine, ...]
    learned: tuple[str, ...]
    wrong_glyphs: tuple[str, ...]
    unreadable: tuple[str, ...]
    calibration: Calibration | None

    @property
    def before(self) -> Scores:
        return self.stages[0].scores


def parted(lines: Sequence[TextLine]) -> tuple[list[TextLine], list[TextLine]]:
    """Lines to learn from and lines to validate on: one of every six, evenly, but two at least.

    DataError for fewer lines than make sense.
    """
    filled = [line for line in lines if line.text.strip()]
    if len(filled) < FEWEST_LINES:
        raise DataError(
            f"{len(filled)} transcribed lines are too few to adapt to; at least {FEWEST_LINES} are needed.",
            hint="Transcribe some more: thirty lines help, sixty are plenty.",
        )
    count = max(FEWEST_HELD_OUT, len(filled) // EVERY)
    step = len(filled) / count
    held = {round(step * at + step / 2 - 0.5) for at in range(count)}
    empty = [line for line in lines if not line.text.strip()]
    kept = [line for at, line in enumerate(filled) if at not in held]
    return kept + empty, [line for at, line in enumerate(filled) if at in held]


def adapt(
    bundle: Bundle,
    lines: Sequence[TextLine],
    work: Path,
    *,
    tuner: Tuner | None = None,
    rounds: int = ROUNDS,
    progress: Progress = lambda done, total, figures: None,
) -> Adapted:
    """The best of what exemplars, and then training, make of a bundle; see `Adapted`."""
    session = _Session(bundle.unquantized(), lines, work, progress)
    session.teach()
    for number in range(1, rounds + 1 if tuner else 1):
        if tuner is None or not session.tune(tuner, number):
            break
    if tuner:
        session.finish(tuner, rounds + 1)
    return session.result()


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A reader that might be the result, and how it reads the lines held out."""

    stage: Stage
    reader: Reader
    readings: tuple[tuple[str, str], ...]
    trained: bool


class _Session:
    """The state of one adaptation: the best candidate so far, the lines as they are aligned, the doubts."""

    def __init__(self, bundle: Bundle, lines: Sequence[TextLine], work: Path, progress: Progress) -> None:
        self._work, self._progress = work, progress
        self._training, self._validation = parted(lines)
        self._start = Reader(bundle, threads=1, lines="none")
        self._known = self._start.recognizer.index
        self._doubts: list[Doubt] = []
        self._doubts_held_out: list[Doubt] = []
        self._wrong_glyphs: list[str] = []
        self._broken: dict[Path, str] = {}
        self._sound: list[AlignedLine] = []
        self._stages: list[Stage] = []
        self._best: _Candidate | None = None
        self._finished: Reader | None = None
        self._learned: frozenset[tuple[Path, int]] = frozenset()

    def teach(self) -> None:
        """The first stage: exemplars of the lines for the nets as they are."""
        reader = Reader(self._start.bundle, threads=1, lines="none")
        reader.recognizer.index = self._taught(reader, self._known)
        self._doubt_validation(reader)
        self._keep_if_better("start", self._start)
        self._keep_if_better("exemplars", reader)

    def tune(self, tuner: Tuner, number: int) -> bool:
        """One round of training; whether it was worth it. None takes place that would learn the same as the last."""
        best, placed = self._best, self._placed()
        if best is None or len(placed ^ self._learned) < ANEW * len(self._learned):
            return False
        self._learned = placed
        return self._keep_if_better(f"training {number}", self._tuned(tuner, best.reader, number), trained=True)

    def _placed(self) -> frozenset[tuple[Path, int]]:
        """The characters, by image and place in its text, that have a box of their own and look like themselves."""
        return frozenset(
            (line.seen.line.image, glyph.start)
            for line in self._sound
            for glyph in line.glyphs
            if glyph.place == "found" and glyph.believable
        )

    def finish(self, tuner: Tuner, number: int) -> None:
        """Where training was worth it, a last round with the lines held out among the others: they have judged.

        The nets end half the way between that round and the best before (after arXiv:2203.05482). Should even the
        lines held out be read worse then, it is forgotten.
        """
        best = self._best
        if best is None or not best.trained:
            return
        self._training = [*self._training, *self._validation]
        self._taught(best.reader, best.reader.recognizer.index)
        last = self._tuned(tuner, best.reader, number)
        folder = self._work / "between"
        reader = self._with_nets(tuner.between(best.reader.bundle, last.bundle, folder), folder)
        if score(self._readings(reader)).cer_folded <= best.stage.scores.cer_folded:
            self._finished = reader

    def _tuned(self, tuner: Tuner, reader: Reader, number: int) -> Reader:
        """A reader whose nets have learned more, and which knows the glyphs as they see them."""
        lines = tuple(line.labelled() for line in self._sound)
        chars = sum(len(line.seen.chars) for line in self._sound)
        lost = sum(line.misfits for line in self._sound) / max(chars, 1)
        glyphs = glyphs_at(self._start, lines)
        anchors = prototypes(self._known, glyphs.selected(believed(glyphs)))
        lesson = Lesson(self._start.bundle, lines, anchors, lost >= LOST, number)
        folder = self._work / f"round-{number}"
        return self._with_nets(tuner.tuned(reader.bundle, lesson, folder, self._progress), folder)

    def _with_nets(self, nets: Nets, folder: Path) -> Reader:
        """A reader with these nets, which knows the glyphs of the lines as they see them."""
        bundle = write_adapted(self._start.bundle, nets, self._known, folder / "bundle")
        reader = Reader(bundle, threads=1, lines="none")
        glyphs = glyphs_at(reader, [line.labelled() for line in self._sound])
        reader.recognizer.index = self._taught(reader, taught(self._known, glyphs.selected(believed(glyphs))))
        return reader

    def result(self) -> Adapted:
        """What the best candidate is; now that they have judged, it learns the lines held out, too."""
        best = self._best
        if best is None:
            raise ValueError("nothing was measured.")
        reader = self._finished or best.reader
        index = reader.recognizer.index
        kept = reader is not self._start
        if kept and reader is not self._finished:
            index = index.merged(exemplars_among(self._held_out_glyphs(reader)))
        return Adapted(
            nets=nets_of(reader.bundle) if kept else None,
            index=index,
            stages=tuple(self._stages),
            best=best.stage,
            confusions=tuple(confusions(best.readings)),
            doubts=(*self._doubts, *self._doubts_held_out),
            used=len(self._sound),
            held_out=tuple(self._validation),
            learned=tuple(sorted(set(index.texts) - set(self._known.texts))),
            wrong_glyphs=tuple(self._wrong_glyphs),
            unreadable=tuple(self._broken.values()),
            calibration=self._calibration(best.reader),
        )

    def _calibration(self, judged: Reader) -> Calibration | None:
        """The start's, moved to what the lines held out show: a candidate that has not learned from them."""
        old = self._start.bundle.card.calibration
        return old and moved(old, sample_of(trial_lines(self._validation, judged)))

    def _held_out_glyphs(self, reader: Reader) -> SeenGlyphs:
        likeness = Likeness(reader.recognizer.index, reader.recognizer.sharpness)
        lines = seen_texts(reader, self._validation)
        return glyphs_of_lines([align_line(line, likeness, widths_of(self._sound)) for line in lines], CERTAIN)

    def _taught(self, reader: Reader, likely: GlyphIndex) -> GlyphIndex:
        """The index with exemplars of the lines, which are aligned by what `likely` knows first."""
        total = len(self._training)
        lines = list(seen_texts(reader, self._training, on_error=self._unreadable, progress=self._told("lines", total)))
        widths, index = Widths(), likely
        for _ in range(ALIGNMENTS):
            likeness = Likeness(index, reader.recognizer.sharpness)
            aligned = [align_line(line, likeness, widths) for line in lines]
            widths = widths_of(aligned)
            self._doubts = doubted(aligned, likeness, widths)
            bad = {doubt.line.image for doubt in self._doubts}
            self._sound = [line for line in aligned if line.seen.line.image not in bad]
            glyphs = glyphs_of_lines(self._sound)
            trusted = believed(glyphs)
            index = taught(self._known, glyphs.selected(trusted))
        self._wrong_glyphs = [
            f"{glyphs.texts[row]!r} in {self._sound[glyphs.lines[row]].seen.line.image}"
            for row in np.flatnonzero(~trusted).tolist()
        ]
        sound = [line.labelled() for line in self._sound]
        made = exemplars_of_grafted(reader, sound, self._known.texts)
        kin = exemplars_of_kin(self._known, glyphs.selected(trusted), set(made.texts))
        return index.merged(exemplars_of_titles(reader, sound)).merged(made).merged(kin)

    def _doubt_validation(self, reader: Reader) -> None:
        """Leaves lines held out whose transcription is wrong; nothing could be measured on them."""
        lines = list(seen_texts(reader, self._validation, on_error=self._unreadable))
        likeness = Likeness(reader.recognizer.index, reader.recognizer.sharpness)
        widths = widths_of(self._sound)
        aligned = [align_line(line, likeness, widths) for line in lines]
        known = {doubt.line.image for doubt in self._doubts}
        found = [
            doubt for doubt in doubted([*aligned, *self._sound], likeness, widths) if doubt.line.image not in known
        ]
        bad = {doubt.line.image for doubt in found}
        sound = [line.line for line in lines if line.line.image not in bad]
        if not lines:
            raise DataError("none of the lines held out can be read.", hint="effocr data align names what is wrong.")
        if sound:
            self._validation = sound
            images = {line.line.image for line in lines}
            self._doubts_held_out = [doubt for doubt in found if doubt.line.image in images]

    def _readings(self, reader: Reader) -> tuple[tuple[str, str], ...]:
        """Truth and reading of every line held out."""
        pages = reader.iterate(
            [line.image for line in self._validation], vertical=[x.vertical for x in self._validation]
        )
        return tuple((line.text, page.text) for line, page in zip(self._validation, pages, strict=True))

    def _keep_if_better(self, name: str, reader: Reader, *, trained: bool = False) -> bool:
        """Measures a candidate on the lines held out; whether it is kept.

        It has to read them better than the start does. Where exemplars do so too, training, which is worth more on
        other lines, may be worse than they are by what chance does to so few errors: a deviation, their root.
        """
        readings = self._readings(reader)
        stage = Stage(name, score(readings))
        self._stages.append(stage)
        best = self._best
        better = best is None or stage.scores.cer_folded < self._stages[0].scores.cer_folded
        if best is not None and best.reader is not self._start:
            better = better and _errors(stage) <= _errors(best.stage) + math.sqrt(_errors(best.stage))
        if better:
            self._best = _Candidate(stage, reader, readings, trained)
        self._progress(len(self._stages), 0, {name: stage.scores.cer_folded})
        return better

    def _unreadable(self, line: TextLine, error: EffocrError) -> None:
        self._broken[line.image] = error.message

    def _told(self, what: str, total: int) -> Callable[[int], None]:
        return lambda done: self._progress(done, total, {})


def _errors(stage: Stage) -> float:
    """How many characters of the lines held out a candidate reads wrongly."""
    return stage.scores.cer_folded * stage.scores.chars


def write_result(bundle: Bundle, done: Adapted, out: Path) -> Bundle:
    """Writes what came out of adapting `bundle`, called as the folder `out`; its own parts where nothing was better."""
    if done.nets is None:
        return write_copy(bundle, out)
    told = f"{bundle.card.title} adapted to {done.used} lines. {bundle.card.description}".strip()
    changed = {"name": out.absolute().name, "description": told, "calibration": done.calibration}
    return write_adapted(bundle, done.nets, done.index, out, bundle.card.model_copy(update=changed))
