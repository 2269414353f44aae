from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from effocr.batch.ledger import DONE, FAILED, Entry, Ledger
from effocr.errors import OutputError


def entry(number: int, **change: str) -> Entry:
    values = {"input": f"p{number}/ä.png", "stamp": "9-9", "made_with": "en 1", "state": DONE}
    return Entry(**(values | change), outputs=("x.json",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "x.json").touch()
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        for number in range(3):
            ledger.record(entry(number))
    return tmp_path / "ledger.jsonl"


def test_entries_come_back(path: Path) -> None:
    with Ledger(path) as ledger:
        assert list(ledger.entries.values()) == [entry(number) for number in range(3)]
        assert ledger.damaged == 0


def test_the_last_entry_of_an_input_counts(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.record(entry(1, state=FAILED, error="torn"))
    with Ledger(path) as ledger:
        assert ledger.entries["p1/ä.png"].state == FAILED
        assert not ledger.is_done("p1/ä.png", "9-9", "en 1", ["x.json"])


@pytest.mark.parametrize(
    ("name", "stamp", "made_with", "done"),
    [
        ("p1/ä.png", "9-9", "en 1", True),
        ("p7/ä.png", "9-9", "en 1", False),
        ("p1/ä.png", "9-10", "en 1", False),
        ("p1/ä.png", "9-9", "en 2", False),
    ],
)
def test_done_means_the_same_input_read_with_the_same_means(
    name: str, stamp: str, made_with: str, done: bool, path: Path
) -> None:
    with Ledger(path) as ledger:
        assert ledger.is_done(name, stamp, made_with, ["x.json"]) == done
        assert not ledger.is_done(name, stamp, made_with, ["x.json", "x.txt"])


def test_an_input_whose_output_was_removed_is_not_done(path: Path) -> None:
    (path.parent / "x.json").unlink()
    with Ledger(path) as ledger:
        assert not ledger.is_done("p1/ä.png", "9-9", "en 1", ["x.json"])


def test_a_row_cut_anywhere_by_a_kill_costs_that_row_only(path: Path) -> None:
    whole = path.read_bytes()
    start = whole.rstrip(b"\n").rfind(b"\n") + 1
    for length in (start, start + 1, (start + len(whole)) // 2, len(whole) - 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with Ledger(path) as ledger:
            assert {"p0/ä.png", "p1/ä.png"} <= ledger.entries.keys()
            ledger.record(entry(9))
        with Ledger(path) as ledger:
            assert {"p0/ä.png", "p1/ä.png", "p9/ä.png"} <= ledger.entries.keys()
            assert ledger.damaged == (start < length < len(whole) - 1)


RUBBISH = [b"\0\0\0\0", b"[1]", b'{"input": 3}', b"\xff\xfe", b'{"input": "a", "new key": "b"}', b'{"outputs": 1}']


@pytest.mark.parametrize("row", RUBBISH)
def test_rows_of_rubbish_are_passed_over(row: bytes, path: Path) -> None:
    path.write_bytes(row + b"\n" + path.read_bytes())
    with Ledger(path) as ledger:
        assert (len(ledger.entries), ledger.damaged) == (3, 1)


def test_file_names_that_are_no_text_are_kept(path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    with Ledger(path) as ledger:
        ledger.record(entry(0, input=name))
    with Ledger(path) as ledger:
        assert name in ledger.entries


def test_a_full_disk_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Ledger(path) as ledger:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OutputError, match="No space left") as caught:
            ledger.record(entry(5))
    assert "same command again" in caught.value.hint


def test_a_ledger_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the ledger cannot be kept: Is a directory"):
        Ledger(tmp_path)
