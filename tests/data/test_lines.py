from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from effocr.data.lines import TextLine, evenly, read_lines
from effocr.errors import DataError, UnknownNameError

ROWS = [{"image": f"{i}.png", "text": f"line {i}", "split": ("train", "dev")[i % 2]} for i in range(10)]


def folder_of(tmp_path: Path, rows: list[object]) -> Path:
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("image"), str):
            (tmp_path / row["image"]).touch()
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    (tmp_path / "lines.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def test_rows_become_lines_in_their_order(tmp_path: Path) -> None:
    row = {
        "image": "a.png",
        "text": "天\u2028地",
        "vertical": True,
        "split": "dev",
        "page": "p1",
        "book": "unknown key",
    }
    folder = folder_of(tmp_path, [row, "", {"image": "b.png", "text": ""}])
    assert read_lines(folder) == [
        TextLine(tmp_path / "a.png", "天\u2028地", True, "dev", "p1"),
        TextLine(tmp_path / "b.png", ""),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [*ROWS])
    path = folder / "lines.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_lines(folder)[0].text == "line 0"


def test_a_split_and_a_limit_take_an_even_stride_of_that_split(tmp_path: Path) -> None:
    lines = read_lines(folder_of(tmp_path, [*ROWS]), split="dev", limit=2)
    assert [line.text for line in lines] == ["line 1", "line 5"]


@pytest.mark.parametrize(("count", "limit"), [(0, 3), (5, 5), (5, 9), (7, 3), (100, 33), (3, 1)])
def test_an_even_stride_has_gaps_that_differ_by_one_at_most(count: int, limit: int) -> None:
    rows = evenly(count, limit)
    gaps = {b - a for a, b in itertools.pairwise(rows)}
    assert len(rows) == min(count, limit) == len(set(rows))
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_an_unknown_split_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="known: dev, train") as caught:
        read_lines(folder_of(tmp_path, [*ROWS]), split="dve")
    assert "'dev'" in caught.value.hint


def test_a_limit_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least 1, got 0"):
        read_lines(folder_of(tmp_path, [*ROWS]), limit=0)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ('{"image": "0.png", "te', "not JSON"),
        ("[1]", "an object is wanted, got list"),
        ({"text": "a"}, "'image' is missing"),
        ({"image": "x.png"}, "'text' is missing"),
        ({"image": "x.png", "text": 5}, "'text' must be of type str, got 5"),
        ({"image": "x.png", "text": "a", "vertical": "no"}, "'vertical' must be of type bool"),
    ],
)
def test_a_broken_row_is_named_with_file_and_number(row: object, what: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=what) as caught:
        read_lines(folder_of(tmp_path, [ROWS[0], "", row, ROWS[1]]))
    assert f"{tmp_path / 'lines.jsonl'}, row 3" in caught.value.message
    assert caught.value.exit_code == 4


def test_a_row_whose_image_is_missing(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [ROWS[0], ROWS[1]])
    (folder / "1.png").unlink()
    with pytest.raises(DataError, match=r"row 2: the image .*1\.png does not exist"):
        read_lines(folder)


def test_a_folder_without_lines(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no lines\.jsonl"):
        read_lines(tmp_path)


def test_a_folder_with_coco_instead_of_lines_says_how_to_convert_it(tmp_path: Path) -> None:
    (tmp_path / "coco.json").touch()
    with pytest.raises(DataError) as caught:
        read_lines(tmp_path)
    assert f"effocr data convert {tmp_path / 'coco.json'}" in caught.value.hint


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_bytes('{"text": "é"}'.encode("latin-1"))
    with pytest.raises(DataError, match=r"not UTF-8 \(byte 10\)"):
        read_lines(tmp_path)
