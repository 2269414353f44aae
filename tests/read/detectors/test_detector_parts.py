"""Localizers in ONNX files: what is found out about them, and how they get into a bundle."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from effocr.bundle.card import Detection, LocalizerPart
from effocr.bundle.files import open_bundle
from effocr.bundle.lone import part_file
from effocr.cli.main import app
from effocr.errors import BundleError
from effocr.read.detectors.localizer import DetectorLocalizer
from effocr.read.detectors.parts import given_localizer, part_of_net
from effocr.read.reader import Reader
from effocr.testing import MARGIN, PITCH, bar_boxes, draw_bars, make_bundle

TEXT = "Bars are read"


@pytest.fixture(scope="module")
def bars(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("bundle") / "bars")


@pytest.fixture(scope="module")
def bar_detector(constant_net, tmp_path_factory):
    """A YOLO, as it would have been trained on bars: it finds the chars and the words of `TEXT`."""
    chars = bar_boxes(TEXT).array
    starts = np.cumsum([0, *(len(word) + 1 for word in TEXT.split())])
    words = [
        (MARGIN + PITCH * at - 2, 2, MARGIN + PITCH * (at + len(word)) - 4, 46)
        for at, word in zip(starts, TEXT.split(), strict=False)
    ]
    boxes = np.concatenate((chars, np.array(words, np.float32)))
    middles = np.concatenate(((boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]), axis=1)
    scores = np.zeros((len(boxes), 2), np.float32)
    scores[: len(chars), 0], scores[len(chars) :, 1] = 0.9, 0.8
    table = np.ascontiguousarray(np.concatenate((middles, scores), axis=1).T[None].astype(np.float32))
    path = tmp_path_factory.mktemp("detector") / "best.onnx"
    path.write_bytes(constant_net({"output0": table}, (1, 3, *draw_bars(TEXT).shape)))
    return path


def effocr(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_a_joined_bundle_reads_with_the_detector(bars, bar_detector, tmp_path):
    outcome = effocr("bundle", "join", bar_detector, bars.path, tmp_path / "joined", "--threshold", "0.5")
    assert outcome.exit_code == 0, outcome.output
    part = open_bundle(tmp_path / "joined").card.localizer
    assert (part.kind, part.threshold, part.detection) == ("yolov8", 0.5, Detection())
    reader = Reader(tmp_path / "joined", threads=1)
    assert isinstance(reader.localizer, DetectorLocalizer)
    image = draw_bars(TEXT)
    assert reader.read_one(image).text == TEXT
    np.testing.assert_allclose(
        [glyph.box for word in reader.read_one(image).lines[0].words for glyph in word.glyphs],
        bar_boxes(TEXT).array,
        atol=1e-3,
    )


def test_vertical_lines_are_read_with_the_detector(bars, bar_detector, tmp_path):
    """`vertical: True` failed in efficient_ocr on a name that it never defined."""
    effocr("bundle", "join", bar_detector, bars.path, tmp_path / "joined")
    page = Reader(tmp_path / "joined", threads=1).read_one(np.rot90(draw_bars(TEXT), -1), vertical=True)
    (line,) = page.lines
    assert line.vertical and len([glyph for word in line.words for glyph in word.glyphs]) == len(TEXT) - 2


def test_a_joined_bundle_gives_its_detector_to_another(bars, bar_detector, tmp_path):
    effocr("bundle", "join", bar_detector, bars.path, tmp_path / "first", "--overlap", "0.5")
    outcome = effocr("bundle", "join", tmp_path / "first", bars.path, tmp_path / "second", "--most", "7")
    assert outcome.exit_code == 0, outcome.output
    assert open_bundle(tmp_path / "second").card.localizer.detection == Detection(overlap=0.5, most=7)
    assert effocr("bundle", "verify", tmp_path / "second").exit_code == 0


def test_every_option_of_join_is_a_setting_of_the_card(bars, bar_detector, tmp_path):
    options = "--word-threshold .2 --overlap .3 --agnostic --most 9 --rows 320 --columns 960 --char-class 1 --upright"
    arguments = [*options.split(), "--word-class", "-1", "--localizer-kind", "yolov8"]
    outcome = effocr("bundle", "join", bar_detector, bars.path, tmp_path / "joined", *arguments)
    assert outcome.exit_code == 0, outcome.output
    assert open_bundle(tmp_path / "joined").card.localizer.detection == Detection(
        rows=320,
        columns=960,
        overlap=0.3,
        agnostic=True,
        most=9,
        char_class=1,
        word_class=None,
        word_threshold=0.2,
        upright=True,
    )


def test_the_file_beside_a_localizer_says_how_it_is_used(bar_detector, tmp_path):
    model = tmp_path / "localizer.onnx"
    model.write_bytes(bar_detector.read_bytes())
    part = LocalizerPart(kind="yolov8", threshold=0.2, detection=Detection(overlap=0.4))
    part_file(model).write_text(part.model_dump_json())
    assert given_localizer(model).part == part
    assert given_localizer(model, changes={"agnostic": True}).part.detection == Detection(overlap=0.4, agnostic=True)
    part_file(model).write_text(json.dumps({"kind": "yolov99"}))
    with pytest.raises(BundleError, match=r"localizer\.json is wrong at kind"):
        given_localizer(model)


@pytest.mark.parametrize("kind", ["mmdetection", "detectron2"])
@pytest.mark.parametrize("sides", [(96, 320), ("rows", "columns")])
def test_the_kind_of_a_file_is_found_out(kind, sides, ink_net):
    assert part_of_net(ink_net(kind, *sides)).kind == kind
    assert part_of_net(ink_net(kind, *sides), kind).threshold == 0.35


def test_the_kind_that_is_given_goes_before_a_guess(ink_net, constant_net):
    assert part_of_net(ink_net("yolov5", 64, 320), "yolov5").kind == "yolov5"
    table = np.zeros((1, 7, 7), np.float32)
    assert {part_of_net(constant_net({"o": table}), kind).kind for kind in ("yolov5", "yolov8")} == {"yolov5", "yolov8"}


def test_a_localizer_of_effocrs_own_is_known_too(bars, tmp_path):
    model = tmp_path / "localizer.onnx"
    model.write_bytes(bars.localizer())
    assert given_localizer(model).part.model_copy(update={"sha256": ""}) == LocalizerPart(
        preparation=bars.card.localizer.preparation
    )
    with pytest.raises(BundleError, match="no overlap"):
        given_localizer(model, changes={"overlap": 0.1})
    assert given_localizer(model, changes={"threshold": 0.3}).part.threshold == 0.3


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--localizer-kind", "yolov99"], 2, "unknown kind of localizer 'yolov99'"),
        (["--localizer-kind", "mmdetection"], 5, "a mmdetection answers with (1, N, 5) and (1, N)"),
        (["--localizer-kind", "columns"], 5, "one of effocr's own has line, columns"),
        (["--threshold", "1.5"], 2, "--threshold"),
    ],
)
def test_what_cannot_be_joined_is_said(arguments, code, says, bars, bar_detector, tmp_path):
    outcome = CliRunner().invoke(
        app, ["bundle", "join", str(bar_detector), str(bars.path), str(tmp_path / "x"), *arguments]
    )
    shown = str(getattr(outcome.exception, "message", "")) + outcome.output
    assert outcome.exit_code != 0 and says in shown
    assert getattr(outcome.exception, "exit_code", code) == code
    assert not (tmp_path / "x").exists()


def test_a_file_that_is_missing_or_no_net_is_named(bars, tmp_path):
    with pytest.raises(BundleError, match=r"gone\.onnx: no localizer: No such file"):
        given_localizer(tmp_path / "gone.onnx")
    (tmp_path / "text.onnx").write_text("not a net")
    with pytest.raises(BundleError, match=r"text\.onnx: the localizer is not an ONNX net"):
        given_localizer(tmp_path / "text.onnx")
    with pytest.raises(BundleError, match="is a columns, not a yolov8"):
        given_localizer(bars.path, "yolov8")
