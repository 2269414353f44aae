"""Generic detectors as localizers: boxes of chars and words on the whole line become glyphs in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from effocr.bundle.card import Detection, LocalizerPart
from effocr.errors import BundleError, unknown_name
from effocr.image.band import band_of_boxes
from effocr.image.preparation import Grey
from effocr.page.boxes import Boxes, Floats
from effocr.read.detectors.heads import HEADS, Answers, Detections, detections_of
from effocr.read.detectors.spaces import starts_after_gaps, starts_between_words
from effocr.read.detectors.suppression import survivors
from effocr.read.localizer import LOWEST, LineLocalizer, nothing_found
from effocr.read.nets.line_net import Model
from effocr.read.onnx import CPU, answers, session
from effocr.read.sockets import Localization, Localizer

ELEMENTS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}
THRESHOLD = 0.35
NARROWEST = 1e-3
"""Pixels; what is left of a box that lies in the padding is narrower."""


class DetectorNet:
    """An ONNX detector: one image in, its answers out. BundleError for nets that take something else."""

    def __init__(self, model: Model, detection: Detection) -> None:
        self._session = session(model, name="the localizer")
        given = self._session.get_inputs()[0]
        sides = fixed_sides(given.shape)
        *batch, channels = sides[:-2] or (0,)
        known = len(batch) <= 1 and set(batch) <= {1, None} and channels in (1, 3, None)
        if given.type not in ELEMENTS or not known:
            raise BundleError(
                f"the localizer's net takes {given.type} {given.shape}; one image, (1, 3, rows, columns) or "
                "(3, rows, columns), is needed.",
                hint="Export it for one image at a time.",
            )
        self._name, self._element = given.name, ELEMENTS[given.type]
        self._batched, self._channels = bool(batch), channels or 3
        rows, columns = sides[-2:]
        self.size = (rows or detection.rows, columns or detection.columns)
        self.fixed = (rows is not None, columns is not None)

    def answers(self, pixels: Floats) -> Answers:
        """The outputs for one image (3, rows, columns), in the order of the graph."""
        image = pixels[: self._channels].astype(self._element)
        given = {self._name: image[None] if self._batched else image}
        complaint = f"the localizer's net cannot look at an image of {pixels.shape[1:]}"
        hint = "Say the size of its input: effocr bundle join --rows ROWS --columns COLUMNS"
        found: Answers = answers(self._session, given, None, complaint=complaint, hint=hint)
        return found


class DetectorLocalizer:
    """Finds glyphs with a detector that another library trained; `kind` names the form of its answers."""

    def __init__(
        self, model: Model, kind: str, threshold: float = THRESHOLD, detection: Detection | None = None
    ) -> None:
        if kind not in HEADS:
            raise unknown_name("kind of localizer", kind, HEADS)
        self.kind = kind
        self.threshold = threshold
        self.detection = detection or Detection()
        self.net = DetectorNet(model, self.detection)

    def localize(self, lines: Sequence[Grey]) -> list[Localization]:
        """The glyphs of each line, with 1 or 0 for a space; one fewer than four pixels high has none."""
        return [self._localization(line) for line in lines]

    def _localization(self, line: Grey) -> Localization:
        rows, columns = line.shape
        if rows < LOWEST or columns == 0:
            return nothing_found()
        found = self.found(line)
        is_char = found.classes == self.detection.char_class
        chars = found.select(is_char)
        chars = chars.select(np.argsort((chars.boxes[:, 0] + chars.boxes[:, 2]) / 2, kind="stable"))
        if not len(chars.scores):
            return nothing_found()
        boxes = Boxes(chars.boxes)
        words = Boxes(found.boxes[~is_char])
        starts = starts_between_words(boxes, words) if len(words) else starts_after_gaps(boxes)
        return Localization(boxes, np.clip(chars.scores, 0, 1), starts, band_of_boxes(boxes))

    def found(self, line: Grey) -> Detections:
        """The chars and words on a line, best first, in its pixels."""
        if not self.detection.upright:
            return self._seen(line)
        standing = self._seen(np.ascontiguousarray(np.rot90(line, -1)))
        left, top, right, bottom = standing.boxes.T
        high = line.shape[0]
        return replace(standing, boxes=np.stack([top, high - right, bottom, high - left], axis=1))

    def _seen(self, image: Grey) -> Detections:
        shown = HEADS[self.kind].manner.show(image, self.net.size, self.net.fixed)
        found = self._best(self._likely(detections_of(self.kind, self.net.answers(shown.pixels))))
        boxes = np.clip(shown.to_line(found.boxes), 0, np.array(image.shape[::-1] * 2, np.float32))
        there = np.all(boxes[:, 2:] - boxes[:, :2] > NARROWEST, axis=1)
        return replace(found, boxes=boxes).select(there)

    def _best(self, found: Detections) -> Detections:
        setting = self.detection
        if found.final:
            return found.select(np.argsort(-found.scores, kind="stable")[: setting.most])
        classes = np.zeros_like(found.classes) if setting.agnostic else found.classes
        return found.select(survivors(found.boxes, found.scores, classes, setting.overlap, setting.most))

    def _likely(self, found: Detections) -> Detections:
        """Those chars and words that are likely enough, and have a size."""
        setting = self.detection
        word_threshold = self.threshold if setting.word_threshold is None else setting.word_threshold
        likely = (found.classes == setting.char_class) & (found.scores >= self.threshold)
        if setting.word_class is not None:
            likely |= (found.classes == setting.word_class) & (found.scores >= word_threshold)
        likely &= np.isfinite(found.boxes).all(axis=1)
        likely[likely] = np.all(found.boxes[likely, 2:] > found.boxes[likely, :2], axis=1)
        return found.select(likely)


def localizer_of_part(model: Model, part: LocalizerPart, providers: Sequence[str] = (CPU,)) -> Localizer:
    """The localizer that a part of a card describes; raises `BundleError` where its net is of another kind."""
    match part.kind:
        case "columns":
            return LineLocalizer(model, part.preparation, part.threshold, part.columns_per_cell, providers)
        case kind:
            net = session(model, name="the localizer", providers=providers)
            return DetectorLocalizer(net, kind, part.threshold, part.detection)


def fixed_sides(shape: Sequence[int | str | None]) -> tuple[int | None, ...]:
    """The sides that a graph fixes; None for those that it leaves open."""
    return tuple(side if isinstance(side, int) and side > 0 else None for side in shape)
