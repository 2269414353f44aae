"""What the detectors of other libraries answer with, as boxes, scores and classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effocr.errors import BundleError
from effocr.page.boxes import Floats
from effocr.read.detectors.inputs import CORNER, LETTERBOX, LEVELS, Manner

Answers = Sequence[NDArray[Any]]
"""The outputs of a net in the order of its graph."""

CORNERS = 4
FINAL_COLUMNS = 6
"""left, top, right, bottom, score, class."""
MOST_FINAL = 300
"""Rows of a YOLO that suppresses by itself."""
CELLS = (63, 255)
"""A YOLOv5 answers with a multiple of so many rows: three anchors in 16 + 4 + 1 cells, or in 64 + 16 + 4 + 1."""


@dataclass(frozen=True, eq=False)
class Detections:
    """M boxes (M, 4) in pixels of the input, with scores in 0..1 and class numbers.

    `final` are those among which the net itself suppressed what lay upon each other.
    """

    boxes: Floats
    scores: Floats
    classes: NDArray[np.intp]
    final: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "boxes", np.asarray(self.boxes, np.float32).reshape(-1, CORNERS))
        object.__setattr__(self, "scores", np.asarray(self.scores, np.float32))
        object.__setattr__(self, "classes", np.asarray(self.classes).astype(np.intp))

    def select(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Detections:
        return Detections(self.boxes[rows], self.scores[rows], self.classes[rows], self.final)


def yolov5(answers: Answers) -> Detections | None:
    """From (1, N, 5 + classes): centre, size, whether there is anything, and what."""
    table = _table(answers)
    if table is None or table.shape[1] <= CORNERS + 1:
        return None
    return _best(table[:, :CORNERS], table[:, 5:] * table[:, 4:5])


def yolov8(answers: Answers) -> Detections | None:
    """From (1, 4 + classes, N): centre, size, and what; or from (1, N, 6), where the net suppresses by itself."""
    table = _table(answers)
    if table is None:
        return None
    if table.shape[1] == FINAL_COLUMNS and table.shape[0] > FINAL_COLUMNS:
        return Detections(table[:, :CORNERS], table[:, 4], table[:, 5], final=True)
    if table.shape[0] <= CORNERS:
        return None
    table = np.ascontiguousarray(table.T)
    return _best(table[:, :CORNERS], table[:, CORNERS:])


def mmdetection(answers: Answers) -> Detections | None:
    """From `dets` (1, N, 5), corners and score, and `labels` (1, N)."""
    found = [_without_batch(answer, 2) for answer in answers]
    dets = [each for each in found if each.ndim == 2 and each.shape[1] == CORNERS + 1]
    labels = [_without_batch(answer, 1) for answer in answers if np.issubdtype(answer.dtype, np.integer)]
    labels = [each for each in labels if dets and each.shape == dets[0].shape[:1]]
    if not dets or not labels:
        return None
    return Detections(dets[0][:, :CORNERS], dets[0][:, CORNERS], labels[0], final=True)


def detectron2(answers: Answers) -> Detections | None:
    """From boxes (N, 4), classes (N,), perhaps masks, and scores (N,), in this order; what follows is left aside."""
    boxes = [each for each in answers if each.ndim == 2 and each.shape[1] == CORNERS]
    rows = [each for each in answers if each.ndim == 1 and boxes and len(each) == len(boxes[0])]
    classes = [each for each in rows if np.issubdtype(each.dtype, np.integer)]
    scores = [each for each in rows if np.issubdtype(each.dtype, np.floating)]
    if not boxes or not classes or not scores:
        return None
    return Detections(boxes[0], scores[0], classes[0], final=True)


@dataclass(frozen=True)
class Head:
    """One library's way: its answers as detections (None where they are of another form), and its inputs."""

    detections: Callable[[Answers], Detections | None]
    manner: Manner
    form: str


HEADS = {
    "yolov5": Head(yolov5, LETTERBOX, "(1, N, 5 + classes)"),
    "yolov8": Head(yolov8, LETTERBOX, "(1, 4 + classes, N) or (1, N, 6)"),
    "mmdetection": Head(mmdetection, CORNER, "(1, N, 5) and (1, N)"),
    "detectron2": Head(detectron2, LEVELS, "(N, 4), (N,) and (N,)"),
}


def detections_of(kind: str, answers: Answers) -> Detections:
    """What a net of that kind found; BundleError where its answers are of another form."""
    found = HEADS[kind].detections(answers)
    if found is None:
        raise BundleError(
            f"the localizer answers with {_forms(answers)}; a {kind} answers with {HEADS[kind].form}.",
            hint=f"Name its kind; the known ones are {known_forms()}.",
        )
    return found


def guessed_kind(answers: Answers) -> str:
    """The kind of net that answers so to a blank image; BundleError where that cannot be told."""
    fitting = {kind for kind, head in HEADS.items() if head.detections(answers) is not None}
    fitting = fitting & {"mmdetection", "detectron2"} or fitting  # they need more than one table
    if fitting == {"yolov5", "yolov8"} and (table := _table(answers)) is not None:
        return _yolo(*table.shape)
    if len(fitting) != 1:
        raise BundleError(
            f"what kind of localizer answers with {_forms(answers)} cannot be told.",
            hint=f"Name its kind; the known ones are {known_forms()}.",
        )
    return fitting.pop()


def known_forms() -> str:
    """The kinds, and what nets of each answer with."""
    return "; ".join(f"{kind}: {head.form}" for kind, head in HEADS.items())


def _yolo(rows: int, columns: int) -> str:
    """Which of the two answers with a table of this shape: boxes are its columns in one, its rows in the other."""
    if columns == FINAL_COLUMNS and rows <= MOST_FINAL and all(rows % cells for cells in CELLS):
        return "yolov8"
    return "yolov5" if rows > columns else "yolov8"


def _best(middles: NDArray[Any], scores: NDArray[Any]) -> Detections:
    """Each box with its likeliest class; `middles` are centre and size."""
    half = middles[:, 2:] / 2
    boxes: Floats = np.concatenate((middles[:, :2] - half, middles[:, :2] + half), axis=1)
    classes = scores.argmax(axis=1)
    return Detections(boxes, scores[np.arange(len(scores)), classes], classes)


def _table(answers: Answers) -> NDArray[Any] | None:
    """The first output that is one table; YOLOs may answer with more than is needed."""
    return next((each[0] for each in answers if each.ndim == 3 and len(each) == 1), None)


def _without_batch(answer: NDArray[Any], axes: int) -> NDArray[Any]:
    return answer[0] if answer.ndim == axes + 1 and len(answer) == 1 else answer


def _forms(answers: Answers) -> str:
    return ", ".join(f"{each.shape} {each.dtype}" for each in answers) or "nothing"
