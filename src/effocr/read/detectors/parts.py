"""How an ONNX localizer is used, found out from the file itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from effocr.bundle.card import Detection, LocalizerPart
from effocr.bundle.files import localizer_of_bundle, open_bundle
from effocr.bundle.lone import LoneLocalizer, model_content, part_beside
from effocr.errors import BundleError, unknown_name
from effocr.image.preparation import LinePreparation
from effocr.read.detectors.heads import HEADS, detections_of, guessed_kind
from effocr.read.detectors.inputs import LETTERBOX
from effocr.read.detectors.localizer import THRESHOLD, DetectorNet, fixed_sides
from effocr.read.localizer import INPUT_AXES, LineLocalizer
from effocr.read.nets.line_net import Model
from effocr.read.onnx import session

OURS = "columns"
OWN_NAMES = ["line", "columns"]


def given_localizer(
    source: str | os.PathLike[str], kind: str | None = None, changes: Mapping[str, object] | None = None
) -> LoneLocalizer:
    """The localizer of a bundle, or the one in an ONNX file, with `changes` to how it is used.

    `changes` are fields of `LocalizerPart` and of `Detection`. An ONNX file is used as the JSON file beside it says,
    else as the net itself shows; a `kind` goes before both. Raises `BundleError`.
    """
    wanted = dict(changes or {})
    if Path(source).suffix.lower() != ".onnx":
        found = localizer_of_bundle(open_bundle(source))
        if kind is not None and kind != found.part.kind:
            raise BundleError(
                f"{os.fspath(source)}: the localizer of this bundle is a {found.part.kind}, not a {kind}.",
                hint="The kind is asked for with an ONNX file alone.",
            )
        return replace(found, part=changed(found.part, wanted))
    content, beside = model_content(source), part_beside(source)
    try:
        if beside is None or (kind or beside.kind) != beside.kind:
            beside = part_of_net(content, kind, Detection.model_validate(_of_detection(wanted)))
        return LoneLocalizer(content, changed(beside, wanted))
    except BundleError as error:
        raise BundleError(f"{os.fspath(source)}: {error.message}", hint=error.hint) from None


def changed(part: LocalizerPart, changes: Mapping[str, object]) -> LocalizerPart:
    """The part with other values in fields of its own or of its detection; BundleError where it has no such field."""
    inner = _of_detection(changes)
    outer = {field: value for field, value in changes.items() if field not in inner}
    if inner and part.kind == OURS:
        raise BundleError(
            f"a localizer of effocr's own has no {', '.join(inner)}: that is for detectors of other libraries.",
            hint="Its threshold alone can be changed.",
        )
    if inner:
        old = part.detection or Detection()
        outer["detection"] = Detection.model_validate(old.model_dump() | inner)
    return LocalizerPart.model_validate(dict(part) | outer)


def part_of_net(model: Model, kind: str | None = None, detection: Detection | None = None) -> LocalizerPart:
    """The part of a card for an ONNX localizer; the kind, where it is not given, shows in its answer to a blank image.

    Raises `BundleError` for a net that is no localizer of that kind, or of any known one.
    """
    if kind is not None and kind not in (OURS, *HEADS):
        raise unknown_name("kind of localizer", kind, (OURS, *HEADS))
    net = session(model, name="the localizer")
    names = [each.name for each in (*net.get_inputs(), *net.get_outputs())]
    if kind == OURS or (kind is None and names == OWN_NAMES):
        return _own(model, names, fixed_sides(net.get_inputs()[0].shape))
    detection = detection or Detection()
    detector = DetectorNet(model, detection)
    answers = detector.answers(np.full((3, *detector.size), LETTERBOX.padding, np.float32))
    kind = kind or guessed_kind(answers)
    detections_of(kind, answers)
    return LocalizerPart.model_validate({"kind": kind, "threshold": THRESHOLD, "detection": detection})


def _own(model: Model, names: list[str], sides: tuple[int | None, ...]) -> LocalizerPart:
    """The part for a net of effocr's own, whose input fixes the height of lines."""
    if names != OWN_NAMES:
        raise BundleError(
            f"the localizer's net has the tensors {', '.join(names)}; one of effocr's own has {', '.join(OWN_NAMES)}.",
            hint="Leave its kind out: then it is guessed.",
        )
    height = sides[2] if len(sides) == INPUT_AXES else None
    part = LocalizerPart(preparation=LinePreparation(height) if height else LinePreparation())
    LineLocalizer(model, part.preparation)
    return part


def _of_detection(changes: Mapping[str, object]) -> dict[str, object]:
    return {field: value for field, value in changes.items() if field in Detection.model_fields}
