from __future__ import annotations

import numpy as np

from effocr.image.grid import MISSING, Cell, Row, in_rows, stacked, table

RED, BLUE = (200, 1, 5), (3, 2, 250)


def test_a_table_holds_every_picture_in_its_place() -> None:
    cells = [Cell(np.full((8, 6), level, np.uint8)) for level in (10, 20, 30)]
    sheet = table(in_rows(cells, 2), side=16)
    found = [np.argwhere((sheet == level).all(2)) for level in (10, 20, 30)]
    assert [len(each) for each in found] == [48, 48, 48]
    (top, left), (same_row, right), (below, _) = (each.min(0) for each in found)
    assert (same_row, right) == (top, left + 19)
    assert below == top + 19


def test_large_pictures_are_made_smaller_and_keep_their_shape() -> None:
    sheet = table([Row("", [Cell(np.zeros((200, 100), np.uint8))])], side=22)
    rows, columns = np.nonzero((sheet == 0).all(2))
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 10)


def test_what_is_missing_is_marked_and_labels_move_the_cells() -> None:
    plain = table([Row("", [Cell(None, "41", MISSING)])])
    labelled = table([Row("A label", [Cell(None, "41", MISSING)])])
    assert (plain == MISSING).all(2).any()
    assert labelled.shape[1] > plain.shape[1] and labelled.shape[0] == plain.shape[0]


def test_no_rows_and_stacked_parts() -> None:
    assert table([]).shape == (1, 1, 3)
    one, two = (np.tile(np.array(colour, np.uint8), (*shape, 1)) for colour, shape in ((RED, (5, 400)), (BLUE, (7, 3))))
    sheet = stacked([("one", one), ("two", two)])
    assert sheet.shape[1] == 400
    assert ((sheet == RED).all(2).sum(), (sheet == BLUE).all(2).sum()) == (2000, 21)
