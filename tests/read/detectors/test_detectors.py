"""Generic detectors as localizers: heads, suppression, inputs, words."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from onnx import TensorProto

from effocr.bundle.card import Detection
from effocr.errors import BundleError, UnknownNameError
from effocr.image.crops import along_x, turned_back
from effocr.page.boxes import Boxes
from effocr.read.detectors import heads
from effocr.read.detectors.heads import HEADS, guessed_kind
from effocr.read.detectors.inputs import CORNER, LETTERBOX, LEVELS, stretched
from effocr.read.detectors.localizer import DetectorLocalizer
from effocr.read.detectors.spaces import starts_after_gaps, starts_between_words
from effocr.read.detectors.suppression import survivors

SHAPES = [(40, 900), (31, 2000), (48, 320), (200, 90), (700, 33), (64, 64)]
BLANK = np.full((40, 200), 255, np.uint8)


def brute_survivors(boxes, scores, classes, overlap, most):
    """Best first, a box is taken unless one of its class that was taken covers it."""

    def iou(a, b):
        wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
        high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - wide * high
        return wide * high / both if both > 0 else 0.0

    taken: list[int] = []
    for row in sorted(range(len(boxes)), key=lambda row: (-scores[row], row)):
        if all(classes[row] != classes[t] or iou(boxes[row], boxes[t]) <= overlap for t in taken):
            taken.append(row)
    return taken[:most]


@pytest.mark.parametrize("overlap", [0.0, 0.01, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("most", [5, 1000])
def test_suppression_is_what_brute_force_gives(overlap, most):
    for seed in range(8):
        random = np.random.default_rng(seed)
        corner, size = random.uniform(0, 60, (80, 2)), random.uniform(0, 25, (80, 2))
        boxes = np.concatenate((corner, corner + size), axis=1).astype(np.float32)
        scores = random.choice(np.linspace(0, 1, 30), 80).astype(np.float32)
        classes = random.integers(0, 2, 80)
        for of_class in (classes, np.zeros_like(classes)):
            wanted = brute_survivors(boxes, scores, of_class, overlap, most)
            assert survivors(boxes, scores, of_class, overlap, most).tolist() == wanted


def test_nothing_survives_of_nothing():
    none = np.zeros(0, np.float32)
    assert survivors(none.reshape(0, 4), none, none.astype(np.intp), 0.1, 10).tolist() == []


def middles(boxes):
    left, top, right, bottom = boxes.T
    return np.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], axis=1)


@pytest.fixture
def known():
    """Boxes, scores of two classes, and the likelier class."""
    random = np.random.default_rng(4)
    corner = random.uniform(0, 300, (12, 2))
    boxes = np.concatenate((corner, corner + random.uniform(2, 20, (12, 2))), axis=1).astype(np.float32)
    scores = random.uniform(0.1, 1, (12, 2)).astype(np.float32)
    return boxes, scores, scores.argmax(axis=1)


def answers_of(kind, boxes, scores, classes):
    """What a net of the kind answers with, as its library documents it."""
    best = scores.max(axis=1)
    present = np.full((len(boxes), 1), 0.5, np.float32)
    match kind:
        case "yolov5":
            return [np.concatenate((middles(boxes), present, scores), axis=1)[None]]
        case "yolov8":
            return [np.concatenate((middles(boxes), scores), axis=1).T[None]]
        case "mmdetection":
            return [np.concatenate((boxes, best[:, None]), axis=1)[None], classes[None]]
        case "detectron2":
            return [boxes, classes, np.zeros((len(boxes), 1, 28, 28), np.float32), best, np.array([800, 1200])]


@pytest.mark.parametrize("kind", HEADS)
def test_the_answers_of_every_kind_are_understood(kind, known):
    boxes, scores, classes = known
    found = heads.detections_of(kind, answers_of(kind, *known))
    np.testing.assert_allclose(found.boxes, boxes, atol=1e-3)
    np.testing.assert_allclose(found.scores, scores.max(axis=1) * (0.5 if kind == "yolov5" else 1), rtol=1e-6)
    assert found.classes.tolist() == classes.tolist()
    assert found.final is (kind in ("mmdetection", "detectron2"))


def test_a_yolo_that_suppresses_by_itself_is_understood(known):
    boxes, scores, classes = known
    table = np.concatenate((boxes, scores.max(axis=1)[:, None], classes[:, None]), axis=1)
    found = heads.detections_of("yolov8", [table[None].astype(np.float32)])
    assert found.final and found.classes.tolist() == classes.tolist()
    np.testing.assert_allclose(found.boxes, boxes)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("kind", ["mmdetection", "detectron2"])
def test_few_boxes_are_not_taken_for_the_size_of_the_image(kind, number, known):
    found = heads.detections_of(kind, answers_of(kind, *(each[:number] for each in known)))
    assert found.boxes.tolist() == known[0][:number].tolist()
    assert found.classes.tolist() == known[2][:number].tolist()


def empty(*shape, kind=np.float32):
    return np.zeros(shape, kind)


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("yolov5", [empty(1, 25200, 7)]),
        ("yolov5", [empty(1, 25200, 6)]),
        ("yolov5", [empty(1, 63, 6), empty(1, 3, 8, 8, 6)]),
        ("yolov5", [empty(1, 1260, 85)]),
        ("yolov8", [empty(1, 6, 8400)]),
        ("yolov8", [empty(1, 5, 21)]),
        ("yolov8", [empty(1, 84, 420)]),
        ("yolov8", [empty(1, 300, 6)]),
        ("mmdetection", [empty(1, 100, 5), empty(1, 100, kind=np.int64)]),
        ("mmdetection", [empty(1, 0, 5), empty(1, 0, kind=np.int32), empty(1, 0, 28, 28)]),
        ("detectron2", [empty(7, 4), empty(7, kind=np.int64), empty(7), empty(2, kind=np.int64)]),
        ("detectron2", [empty(0, 4), empty(0, kind=np.int64), empty(0, 1, 28, 28), empty(0)]),
    ],
)
def test_the_kind_shows_in_the_answers(kind, answers):
    assert guessed_kind(answers) == kind


@pytest.mark.parametrize("answers", [[empty(1, 1000)], [empty(2, 6, 8400)], [empty(3, 4), empty(3)], []])
def test_answers_of_another_form_are_shown_with_the_known_forms(answers):
    for act in (lambda: guessed_kind(answers), lambda: heads.detections_of("yolov8", answers)):
        with pytest.raises(BundleError) as caught:
            act()
        assert str(answers[0].shape) in caught.value.message if answers else "nothing" in caught.value.message
        assert all(kind in caught.value.hint for kind in HEADS)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("manner", [LETTERBOX, CORNER, LEVELS])
@pytest.mark.parametrize("fixed", [(True, True), (False, False)])
def test_boxes_come_back_to_where_they_were_on_wide_and_on_tall_lines(shape, manner, fixed):
    line = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    shown = manner.show(line, (640, 640), fixed)
    rows, columns = shape
    boxes = np.array([[0, 0, columns, rows], [columns / 3, rows / 5, columns / 2, rows / 2]], np.float32)
    scale = np.array([shown.scale_x, shown.scale_y] * 2)
    seen = boxes * scale + np.array([shown.left, shown.top] * 2)
    np.testing.assert_allclose(shown.to_line(seen.astype(np.float32)), boxes, atol=1e-3)
    # The line fills exactly the pixels that its own box names: all else is padding.
    left, top, right, bottom = seen[0].round().astype(int)
    np.testing.assert_allclose(seen[0], (left, top, right, bottom), atol=1e-3)
    outside = np.ones(shown.pixels.shape[1:], bool)
    outside[top:bottom, left:right] = False
    assert np.allclose(shown.pixels[:, outside], manner.padding)
    small = stretched(line, right - left, bottom - top)
    for channel, mean, deviation in zip(shown.pixels, manner.means, manner.deviations, strict=True):
        np.testing.assert_allclose(channel[top:bottom, left:right] * deviation + mean, small, atol=1e-2)


def test_padding_lies_where_each_kind_has_it():
    line = np.zeros((40, 90), np.uint8)
    letterbox, corner = (HEADS[kind].manner.show(line, (64, 96), (True, True)) for kind in ("yolov8", "mmdetection"))
    assert (letterbox.left, letterbox.top) == (0, 10) and (corner.left, corner.top) == (0, 0)
    assert np.isclose(letterbox.pixels[0, 9], 114 / 255).all() and (letterbox.pixels[0, 10] == 0).all()
    assert np.isclose(corner.pixels[2, 42], -103.53 / 57.375).all() and (corner.pixels[:, 43:] == 0).all()


def test_sides_that_are_left_open_are_no_longer_than_they_must_be():
    line = np.zeros((40, 900), np.uint8)
    shapes = [HEADS[kind].manner.show(line, (640, 640), (False, False)).pixels.shape for kind in HEADS]
    assert shapes == [(3, 32, 640)] * 3 + [(3, 28, 640)]
    assert LETTERBOX.show(line, (640, 640), (True, False)).pixels.shape == (3, 640, 640)


@pytest.mark.parametrize("shape", SHAPES)
def test_lines_are_scaled_as_the_libraries_scale_their_training_data(shape):
    line = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    for width, height in ((640, max(1, shape[0] * 640 // shape[1])), (37, 91)):
        theirs = cv2.resize(line, (width, height), interpolation=cv2.INTER_LINEAR)
        assert np.abs(stretched(line, width, height).astype(int) - theirs).max() <= 1


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("sides", [(128, 640), ("rows", "columns"), (320, "columns")])
@pytest.mark.parametrize("shape", [(64, 160), (30, 400), (300, 40), (20, 20)])
def test_a_net_of_every_kind_finds_ink_where_it_is(kind, sides, shape, ink_net):
    rows, columns = shape
    box = (columns // 4, rows // 3, columns // 2, rows - rows // 5)
    line = np.full(shape, 255, np.uint8)
    line[box[1] : box[3], box[0] : box[2]] = 0
    detection = Detection(rows=320, columns=640)
    (found,) = DetectorLocalizer(ink_net(kind, *sides), kind, detection=detection).localize([line])
    pixel = max(columns / 640, rows / 128, 0.6)  # what one pixel of the smallest input stands for
    np.testing.assert_allclose(found.boxes.array, [box], atol=pixel)
    assert found.scores == pytest.approx([0.9])
    assert found.band is not None and abs(found.band.baseline - box[3]) <= pixel


@pytest.mark.parametrize("kind", HEADS)
def test_a_line_without_any_box_holds_nothing(kind, constant_net):
    none = np.zeros((0, 4), np.float32), np.zeros((0, 2), np.float32), np.zeros(0, np.int64)
    answers = answers_of(kind, *none) if kind in ("mmdetection", "detectron2") else [np.zeros((1, 7, 7), np.float32)]
    net = constant_net({f"o{number}": answer for number, answer in enumerate(answers)})
    (found,) = DetectorLocalizer(net, kind).localize([BLANK])
    assert len(found.boxes) == 0 and found.band is None and len(found.space_before) == 0


def char_and_word_net(constant_net, rows, shape=(1, 3, 40, 200)):
    """A YOLO that sees the rows (left, top, right, bottom, score, class) on lines of the size of its input."""
    table = np.array(rows, np.float32)
    scores = np.zeros((len(rows), 2), np.float32)
    scores[np.arange(len(rows)), table[:, 5].astype(int)] = table[:, 4]
    answer = np.concatenate((middles(table[:, :4]), scores), axis=1).T[None]
    return constant_net({"output0": np.ascontiguousarray(answer)}, shape)


CHARS = [(10, 8, 20, 30, 0.9, 0), (22, 8, 32, 30, 0.8, 0), (60, 8, 70, 30, 0.7, 0), (72, 8, 82, 30, 0.4, 0)]
WORDS = [(9, 5, 33, 33, 0.9, 1), (59, 5, 83, 33, 0.5, 1)]


def test_words_give_spaces(constant_net):
    net = char_and_word_net(constant_net, CHARS[::-1] + WORDS)
    (found,) = DetectorLocalizer(net, "yolov8").localize([BLANK])
    np.testing.assert_allclose(found.boxes.array, [row[:4] for row in CHARS], atol=1e-4)
    assert found.space_before.tolist() == [1, 0, 1, 0]
    assert found.scores == pytest.approx([0.9, 0.8, 0.7, 0.4])


def test_thresholds_of_chars_and_of_words_are_their_own(constant_net):
    net = char_and_word_net(constant_net, CHARS + WORDS)
    for threshold, word_threshold, chars, words in ((0.5, None, 3, 2), (0.35, 0.6, 4, 1), (0.95, 0.6, 0, 1)):
        localizer = DetectorLocalizer(net, "yolov8", threshold, Detection(word_threshold=word_threshold))
        found = localizer.found(BLANK)
        assert ((found.classes == 0).sum(), (found.classes == 1).sum()) == (chars, words)


def test_the_best_boxes_are_kept_when_there_are_too_many(constant_net):
    net = char_and_word_net(constant_net, CHARS)
    found = DetectorLocalizer(net, "yolov8", detection=Detection(most=2)).found(BLANK)
    assert found.scores.tolist() == pytest.approx([0.9, 0.8])


def test_a_word_suppresses_its_char_only_where_classes_do_not_count(constant_net):
    net = char_and_word_net(constant_net, [(10, 8, 20, 30, 0.8, 0), (9, 7, 21, 31, 0.9, 1)])
    by_class, across = (DetectorLocalizer(net, "yolov8", detection=Detection(agnostic=x)) for x in (False, True))
    assert len(by_class.localize([BLANK])[0].boxes) == 1
    assert len(across.localize([BLANK])[0].boxes) == 0


def test_a_net_that_knows_no_words_is_read_without_them(constant_net):
    """Char-only reading failed in efficient_ocr on a name that it never defined."""
    net = char_and_word_net(constant_net, [*CHARS, (5, 2, 190, 38, 0.99, 1)])
    (found,) = DetectorLocalizer(net, "yolov8", detection=Detection(word_class=None)).localize([BLANK])
    assert found.space_before.tolist() == [1, 0, 1, 0]


def test_the_class_numbers_of_a_net_may_be_others(constant_net):
    net = char_and_word_net(constant_net, [(*row[:5], 1 - row[5]) for row in CHARS + WORDS])
    detection = Detection(char_class=1, word_class=0)
    (found,) = DetectorLocalizer(net, "yolov8", detection=detection).localize([BLANK])
    assert len(found.boxes) == 4 and found.space_before.tolist() == [1, 0, 1, 0]


def test_boxes_that_are_no_boxes_are_left_out(constant_net):
    rows = [CHARS[0], (np.nan, 8, 50, 30, 0.9, 0), (60, 8, 60, 30, 0.9, 0), (210, 8, 220, 30, 0.9, 0)]
    (found,) = DetectorLocalizer(char_and_word_net(constant_net, rows), "yolov8").localize([BLANK])
    np.testing.assert_allclose(found.boxes.array, [CHARS[0][:4]], atol=1e-4)


def test_a_glyph_outside_every_word_begins_one_only_after_a_gap():
    chars = Boxes.of([(0, 0, 10, 9), (12, 0, 22, 9), (24, 0, 34, 9), (60, 0, 70, 9), (72, 0, 74, 9), (90, 0, 99, 9)])
    words = Boxes.of([(0, 0, 23, 9), (59, 0, 71, 9)])
    assert starts_between_words(chars, words).tolist() == [1, 0, 0, 1, 0, 1]
    assert starts_between_words(chars, Boxes.of([])).tolist() == starts_after_gaps(chars).tolist()


@pytest.mark.parametrize("tracking", [-1, 2, 15])
def test_wide_gaps_are_wide_against_those_of_their_line(tracking):
    left = np.arange(12) * (10 + tracking) + 8 * (np.arange(12) >= 5)
    boxes = Boxes(np.stack([left, 0 * left, left + 10, 0 * left + 9], axis=1))
    assert np.flatnonzero(starts_after_gaps(boxes)).tolist() == [0, 5]


def test_vertical_lines_are_shown_as_they_stand_to_nets_trained_so(ink_net):
    standing = np.full((160, 64), 255, np.uint8)
    standing[30:90, 12:40] = 0
    line = along_x(standing, vertical=True)
    wanted = turned_back(Boxes.of([(30, 64 - 40, 90, 64 - 12)]), 64)
    assert wanted[0] == (12, 30, 40, 90)
    for kind in HEADS:
        for upright in (False, True):
            net = DetectorLocalizer(ink_net(kind, 320, 320), kind, detection=Detection(upright=upright))
            (found,) = net.localize([line])
            np.testing.assert_allclose(turned_back(found.boxes, 64).array, wanted.array, atol=0.6)


@pytest.mark.parametrize("shape", [(3, 50), (1, 1), (40, 1), (5, 4000)])
def test_tiny_lines_are_no_fault(shape, ink_net):
    (found,) = DetectorLocalizer(ink_net("yolov8", 64, 320), "yolov8").localize([np.zeros(shape, np.uint8)])
    assert len(found.boxes) == (shape[0] > 3)


@pytest.mark.parametrize(
    ("shape", "element"),
    [((1, 3, 40, 200), TensorProto.FLOAT16), ((1, 1, 40, 200), 1), (("n", 3, 40, 200), 1), ((3, 40, 200), 1)],
)
def test_nets_with_other_inputs_are_fed_what_they_take(shape, element, constant_net):
    table = np.concatenate((middles(np.array(CHARS)[:, :4]), np.full((4, 2), 0.5)), axis=1).T[None]
    net = constant_net({"output0": table.astype(np.float32)}, shape, element)
    assert len(DetectorLocalizer(net, "yolov8").localize([BLANK])[0].boxes) == 4


@pytest.mark.parametrize("shape", [(64, 3, 40, 200), (1, 4, 40, 200), (1, 40), (1, 1, 3, 40, 200)])
def test_a_net_of_another_input_is_refused_with_its_shape(shape, constant_net):
    with pytest.raises(BundleError, match="one image") as caught:
        DetectorLocalizer(constant_net({"output0": np.zeros((1, 6, 3), np.float32)}, shape), "yolov8")
    assert str(list(shape)) in caught.value.message


def test_an_unknown_kind_is_answered_with_the_nearest(ink_net):
    with pytest.raises(UnknownNameError, match="yolov9") as caught:
        DetectorLocalizer(ink_net("yolov8", 64, 320), "yolov9")
    assert "yolov" in caught.value.hint
