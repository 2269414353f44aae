from __future__ import annotations

import numpy as np
import torch

from effocr.data.labelled import LabelledLine
from effocr.image.band import Band
from effocr.page.boxes import Boxes
from effocr.read.decode import decode_columns
from effocr.train.localizer import Item, collate
from effocr.train.localizer_targets import localizer_loss, stacked, targets_of

HEIGHT, CELLS = 40, 100
BOXES = Boxes.of([(10, 8, 22, 30), (25, 14, 29, 30), (31, 14, 47, 36), (60, 8, 75, 30)])
LINE = LabelledLine(
    np.zeros((HEIGHT, 2 * CELLS), np.uint8),
    ("h", "i", "y", "H"),
    BOXES,
    np.array([False, False, False, True]),
    exact_band=Band(30.0, 22.0),
)


def perfect_answers(line: LabelledLine = LINE) -> np.ndarray:
    """What a net would have to say to be right."""
    targets = targets_of(line, 1, 1, HEIGHT, CELLS)
    logits = np.stack([np.where(targets.heat > 0.999, 9.0, -9.0), np.where(targets.space > 0, 9.0, -9.0)])
    extents = np.log(np.maximum(targets.levels[:2], 0.3))
    return np.concatenate([logits, extents, targets.levels[2:]]).astype(np.float32)


def test_decoding_the_targets_gives_the_line_back() -> None:
    (peaks,) = decode_columns([perfect_answers()], HEIGHT, 2, 0.3)
    np.testing.assert_allclose(peaks.boxes, BOXES.array, atol=1e-3)
    assert (peaks.spaces > 0.5).tolist() == LINE.spaces.tolist()
    np.testing.assert_allclose(peaks.baselines, 30, atol=1e-3)
    np.testing.assert_allclose(peaks.ascenders, 8, atol=1e-3)


def test_right_answers_cost_next_to_nothing_and_wrong_ones_more() -> None:
    targets = stacked([targets_of(LINE, 1, 1, HEIGHT, CELLS)])
    right = torch.from_numpy(perfect_answers())[None]
    losses = localizer_loss(right, targets, HEIGHT)
    assert float(losses["total"]) < 0.05
    for row, name in ((0, "centre"), (1, "space"), (2, "extent"), (4, "ends"), (7, "band")):
        wrong = right.clone()
        wrong[:, row] = -wrong[:, row] + 1
        assert float(localizer_loss(wrong, targets, HEIGHT)[name]) > 5 * float(losses[name]) + 0.05


def test_nothing_is_learned_from_unknown_regions() -> None:
    blank = LabelledLine(
        LINE.image,
        LINE.texts[:3],
        BOXES.select(np.arange(3)),
        LINE.spaces[:3],
        unknown=Boxes.of([(55, 0, 80, 40)]),
        exact_band=LINE.exact_band,
    )
    targets = stacked([targets_of(blank, 1, 1, HEIGHT, CELLS)])
    answers = torch.from_numpy(perfect_answers())[None]  # finds a fourth glyph in the unknown region
    silent = answers.clone()
    silent[:, 0, 25:40] = -9
    one, other = (float(localizer_loss(each, targets, HEIGHT)["total"]) for each in (answers, silent))
    assert abs(one - other) < 1e-4
    known = stacked(
        [
            targets_of(
                LabelledLine(blank.image, blank.texts, blank.boxes, blank.spaces, exact_band=Band(30.0, 22.0)),
                1,
                1,
                HEIGHT,
                CELLS,
            )
        ]
    )
    assert float(localizer_loss(answers, known, HEIGHT)["total"]) > one + 0.1


def test_a_batch_is_padded_with_cells_that_ask_for_nothing() -> None:
    short = Item(np.zeros((HEIGHT, 120), np.float32), targets_of(LINE, 1, 1, HEIGHT, 60))
    long = Item(np.zeros((HEIGHT, 200), np.float32), targets_of(LINE, 1, 1, HEIGHT, CELLS))
    lines, (heat, *_, known) = collate([short, long])
    assert lines.shape == (2, 1, HEIGHT, 200)
    assert heat.shape == (2, 100)
    assert float(known[0, 60:].sum()) == 0 and float(heat[0, 60:].sum()) == 0
