from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from effocr.errors import DataError
from effocr.index.glyph_index import GlyphIndex
from effocr.train.crops.hard_negatives import mined, read_hard_negatives, write_hard_negatives

CENTRES = {"e": (1.0, 0.0, 0.0), "c": (0.95, 0.31, 0.0), "o": (0.8, 0.6, 0.0), "W": (0.0, 0.0, 1.0)}


def around(seed: int = 0) -> tuple[np.ndarray, list[str]]:
    texts = [text for text in CENTRES for _ in range(20)]
    vectors = np.array([CENTRES[text] for text in texts]) + np.random.default_rng(seed).normal(0, 0.02, (80, 3))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), texts


def test_a_set_is_a_text_and_those_that_stand_nearest_to_its_crops() -> None:
    vectors, texts = around()
    index = GlyphIndex(vectors[::20], tuple(texts[::20]), ("",) * 4)
    sets = {each[0]: each[1:] for each in mined(index, vectors, texts, 2)}
    assert sets["e"] == ["c", "o"] and sets["o"] == ["c", "e"]
    assert all(len(others) == 2 for others in sets.values())
    everything = mined(index, vectors, texts, 8)
    assert all(set(each) == set(CENTRES) for each in everything), "there are no more than three others"


def test_a_text_that_the_index_does_not_hold_gets_its_nearest_all_the_same() -> None:
    vectors, texts = around()
    index = GlyphIndex(vectors[20::20], tuple(texts[20::20]), ("",) * 3)
    assert {each[0]: each[1] for each in mined(index, vectors, texts, 1)}["e"] == "c"


@pytest.mark.parametrize(
    "sets",
    [[["e", "c", "o"], ["|", "l", "1"]], [["office", "officer"], ["ch", "ck", "d"]], [["\u2028", "\x85"], ["1", "7"]]],
)
def test_sets_come_back_from_their_file(sets: list[list[str]], tmp_path: Path) -> None:
    path = write_hard_negatives(tmp_path / "sets.txt", sets)
    assert read_hard_negatives(path) == sets
    assert "".join(sets[0]) not in path.read_text(encoding="utf-8")


def test_the_originals_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "hns.txt"
    path.write_text("ecoe\n1lI|\n\n104_105|104_111\n66|67|68\r\n", encoding="utf-8")
    assert read_hard_negatives(path) == [
        ["e", "c", "o"],
        ["1", "l", "I", "|"],
        ["hi", "ho"],
        ["B", "C", "D"],
    ]


@pytest.mark.parametrize("content", [b"", b"a\nb\n", b"\xff\xfe\xff", b"99999999|1\n"])
def test_a_file_without_sets_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "hns.txt").write_bytes(content)
    with pytest.raises(DataError, match=r"hns\.txt"):
        read_hard_negatives(tmp_path / "hns.txt")
    with pytest.raises(DataError, match=r"missing\.txt"):
        read_hard_negatives(tmp_path / "missing.txt")
