"""Adapting to books of bars: what is learned, what is left out, and that nothing gets worse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle.card import Calibration
from effocr.bundle.files import Bundle, with_quantized
from effocr.data.lines import TextLine
from effocr.errors import DataError
from effocr.evaluate.adapting import run
from effocr.evaluate.adapting.confidence import moved
from effocr.evaluate.adapting.doubts import aligned_with_doubts
from effocr.evaluate.adapting.glyphs import SeenGlyphs, believed, glyphs_at, glyphs_of_lines, taught
from effocr.evaluate.adapting.next_lines import next_lines
from effocr.evaluate.adapting.run import Lesson, Progress, adapt, parted, write_result
from effocr.evaluate.adapting.writing import Nets, nets_of, write_adapted, write_copy
from effocr.evaluate.calibration.fitting import Sample
from effocr.evaluate.forced.lines import align_lines
from effocr.read.confidence.chances import chances
from effocr.read.reader import Reader

KNOWN = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def poor(bars: Bundle, tmp_path: Path) -> Bundle:
    """Bars without exemplars of some letters."""
    index = Reader(bars, threads=1, without="aet").recognizer.index
    return write_adapted(bars, nets_of(bars), index, tmp_path / "poor")


class IdleTuner:
    """Leaves the nets as they are, and keeps the lessons."""

    def __init__(self) -> None:
        self.lessons: list[Lesson] = []

    def tuned(self, bundle: Bundle, lesson: Lesson, work: Path, progress: Progress) -> Nets:
        self.lessons.append(lesson)
        return nets_of(bundle)

    def between(self, one: Bundle, other: Bundle, work: Path) -> Nets:
        assert nets_of(one) == nets_of(other)
        return nets_of(other)


def test_a_quantized_net_stays_as_long_as_its_own(poor: Bundle, book: list[TextLine], tmp_path: Path) -> None:
    both = with_quantized(poor, tmp_path / "both", encoder=poor.encoder(), localizer=poor.localizer())
    done = adapt(both, book, tmp_path / "work")
    eight = {"encoder.int8.onnx": poor.encoder(), "localizer.int8.onnx": poor.localizer()}
    assert write_result(both, done, tmp_path / "mine").quantized() == eight
    for name, left in (("encoder", "localizer"), ("localizer", "encoder")):
        other = replace(nets_of(both), **{name: getattr(both, name)() + b"\0"})
        written = write_adapted(both, other, done.index, tmp_path / f"other-{name}")
        assert written.quantized().keys() == {f"{left}.int8.onnx"}
    assert write_copy(both, tmp_path / "copy").quantized() == eight


def test_letters_that_the_bundle_does_not_know_are_learned_from_lines(
    poor: Bundle, book: list[TextLine], tmp_path: Path
) -> None:
    done = adapt(poor, book, tmp_path / "work")
    assert done.before.cer_folded > 0.2 and done.best.scores.cer_folded == 0
    assert done.learned == ("a", "e", "t") and done.doubts == ()
    assert done.used == 10 and len(done.held_out) == 2
    bundle = write_result(poor, done, tmp_path / "mine")
    assert (bundle.card.name, bundle.card.scores) == ("mine", [])
    assert Reader(bundle, threads=1).read_one(book[0].image).text == book[0].text


def test_what_does_not_help_is_not_kept(bars: Bundle, book: list[TextLine], tmp_path: Path) -> None:
    tuner = IdleTuner()
    done = adapt(bars, book, tmp_path / "work", tuner=tuner)
    assert done.nets is None and done.best.name == "start"
    assert [stage.name for stage in done.stages] == ["start", "exemplars", "training 1"]
    kept = write_result(bars, done, tmp_path / "kept")
    assert kept.index() == bars.index() and kept.card.name == "bars"
    (lesson,) = tuner.lessons
    assert lesson.lines[0].text in {line.text for line in book} and not lesson.localizer


def test_the_last_lesson_has_the_lines_held_out_too(poor: Bundle, book: list[TextLine], tmp_path: Path) -> None:
    tuner = IdleTuner()
    done = adapt(poor, book, tmp_path / "work", tuner=tuner, rounds=1)
    assert [stage.name for stage in done.stages] == ["start", "exemplars", "training 1"]
    assert [(lesson.number, len(lesson.lines)) for lesson in tuner.lessons] == [(1, 10), (2, 12)]
    assert done.best.name == "training 1" and done.used == 12 and done.best.scores.cer_folded == 0
    assert Reader(write_result(poor, done, tmp_path / "mine"), threads=1).read_one(book[0].image).text == book[0].text


def test_the_same_lines_give_the_same_bundle(poor: Bundle, book: list[TextLine], tmp_path: Path) -> None:
    one, other = (
        write_result(poor, adapt(poor, book, tmp_path / "work"), tmp_path / name / "mine") for name in ("once", "again")
    )
    assert one.index() == other.index() and one.card == other.card


def test_swapped_transcriptions_are_named_and_left_out(poor: Bundle, book: list[TextLine], tmp_path: Path) -> None:
    swapped = [replace(line, text=book[9].text) if at == 4 else line for at, line in enumerate(book)]
    swapped[9] = replace(book[9], text=book[4].text)
    swapped[11] = replace(book[11], text="")
    done = adapt(poor, swapped, tmp_path / "work")
    assert {doubt.line.image for doubt in done.doubts} == {book[at].image for at in (4, 9, 11)}
    assert done.best.scores.cer_folded == 0


def test_an_image_with_the_text_of_another_line_names_that_line(bars: Bundle, book: list[TextLine]) -> None:
    swapped = [replace(book[0], text=book[1].text), *book[1:]]
    swapped[1] = replace(book[1], text=book[0].text)
    _, doubts = aligned_with_doubts(Reader(bars, threads=1, lines="none"), swapped)
    assert {doubt.line.image.name: doubt.better for doubt in doubts} == {
        book[0].image.name: book[1].image.name,
        book[1].image.name: book[0].image.name,
    }


def test_a_wrong_character_is_outvoted() -> None:
    shapes = np.eye(3, dtype=np.float32)
    texts = tuple("aaaabbbbb")
    vectors = shapes[[0, 0, 0, 0, 1, 1, 1, 1, 0]]
    glyphs = SeenGlyphs(vectors, texts, np.arange(9), ("x",) * 9)
    assert believed(glyphs).tolist() == [True] * 8 + [False]


def test_exemplars_that_lead_astray_are_left_out(bars: Bundle, book: list[TextLine]) -> None:
    reader = Reader(bars, threads=1, lines="none")
    index = reader.recognizer.index
    at = index.texts.index("a")
    wrong = index.without_texts("a").with_exemplars(index.vectors[[at]], ("Q",), ("bad",))
    after = taught(wrong, glyphs_of_lines(align_lines(reader, book)))
    assert "a" in after.texts and "bad" not in after.sources and "z" in after.texts


def test_glyphs_at_their_boxes_are_those_of_the_alignment(bars: Bundle, book: list[TextLine]) -> None:
    reader = Reader(bars, threads=1, lines="none")
    lines = align_lines(reader, book[:2])
    seen, again = glyphs_of_lines(lines), glyphs_at(reader, [line.labelled() for line in lines])
    assert seen.texts == again.texts and seen.lines.tolist() == again.lines.tolist()
    assert np.abs(seen.vectors - again.vectors).max() < 1e-4


def test_lines_are_held_out_evenly(book: list[TextLine]) -> None:
    kept, held = parted([*book, replace(book[0], text=" ")])
    assert len(held) == 2 and len(kept) == 11 and not {line.text for line in held} & {line.text for line in kept}
    with pytest.raises(DataError, match="3 transcribed lines are too few"):
        parted(book[:3])


def test_lines_of_unknown_shapes_are_to_be_transcribed_next(poor: Bundle, book: list[TextLine]) -> None:
    reader = Reader(poor, threads=1, lines="none")
    known = [replace(line, text="") for line in book if not set(line.text) & set("aet")]
    chosen = next_lines(reader, [*known, book[0], book[1]], 2)
    assert chosen[0].line.text == book[0].text and len(chosen) == 2
    assert next_lines(reader, [], 2) == []


def test_a_calibration_moves_to_what_came_true_and_further_the_more_was_seen() -> None:
    old = Calibration(start=1.0, share=0.5, likeness=0.2, found=0.1)
    random = np.random.default_rng(0)
    seen = random.normal(0, 1, (4000, 3)).astype(np.float32)
    truth = old.model_copy(update={"start": 0.0})
    right = random.random(4000) < chances(truth, seen)
    many, few = moved(old, Sample(seen, right)), moved(old, Sample(seen[:20], right[:20]))
    assert abs(many.start) < 0.1 and many.start < few.start < 1.0
    assert many.model_copy(update={"start": 1.0}) == old
    assert moved(old, Sample(np.zeros((0, 3), np.float32), np.zeros(0, bool))).start == pytest.approx(1.0, abs=1e-4)


def test_an_adapted_bundle_is_as_sure_as_its_held_out_lines_allow(
    poor: Bundle, book: list[TextLine], tmp_path: Path
) -> None:
    assert adapt(poor, book, tmp_path / "bare").calibration is None
    unsure = Calibration(start=-3.0, share=0.0, likeness=0.0, found=0.0)
    start = write_adapted(
        poor,
        nets_of(poor),
        Reader(poor).recognizer.index,
        tmp_path / "start",
        poor.card.model_copy(update={"calibration": unsure}),
    )
    written = write_result(start, adapt(start, book, tmp_path / "work"), tmp_path / "out")
    assert written.card.calibration is not None and written.card.calibration.start > unsure.start


def test_no_round_learns_the_same_lines_again(poor: Bundle, book: list[TextLine], tmp_path: Path) -> None:
    tuner = IdleTuner()
    done = adapt(poor, book, tmp_path / "work", tuner=tuner, rounds=3)
    assert [stage.name for stage in done.stages] == ["start", "exemplars", "training 1"]
    assert [len(lesson.lines) for lesson in tuner.lessons] == [10, 12]


def read_with(wrong: int) -> tuple[tuple[str, str], ...]:
    """A line of forty letters, so many of them read wrongly."""
    return (("a" * 40, "a" * (40 - wrong) + "z" * wrong),)


@pytest.mark.parametrize(("wrong", "kept"), [(1, True), (2, True), (3, False)])
def test_training_may_be_worse_than_exemplars_by_chance_and_no_more(
    poor: Bundle, book: list[TextLine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: int, kept: bool
) -> None:
    readings = iter([read_with(4), read_with(1), read_with(wrong), read_with(0)])
    monkeypatch.setattr(run._Session, "_readings", lambda *_: next(readings))
    done = adapt(poor, book, tmp_path / "work", tuner=IdleTuner(), rounds=1)
    assert done.best.name == ("training 1" if kept else "exemplars")


def test_training_that_is_no_better_than_the_start_is_not_kept(
    poor: Bundle, book: list[TextLine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = iter([read_with(4), read_with(3), read_with(4)])
    monkeypatch.setattr(run._Session, "_readings", lambda *_: next(readings))
    assert adapt(poor, book, tmp_path / "work", tuner=IdleTuner(), rounds=1).best.name == "exemplars"
