from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from effocr.data.writing import new_folder, write_text
from effocr.errors import OutputError


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep/er/a.txt"
    write_text(path, "one")
    write_text(path, "two\r\n")
    assert path.read_bytes() == b"two\r\n"
    assert os.listdir(path.parent) == ["a.txt"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_text(tmp_path / "a.txt", "old")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OutputError, match=r"a\.txt: not written: No space left on device"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(OutputError, match="not written"):
        write_text(tmp_path / "a/b.txt", "")


def test_ctrl_c_while_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a.txt", "new")
    assert os.listdir(tmp_path) == []


def test_a_new_folder_appears_when_it_is_full(tmp_path: Path) -> None:
    with new_folder(tmp_path / "set") as folder:
        (folder / "a").touch()
        assert not (tmp_path / "set").exists()
    assert os.listdir(tmp_path / "set") == ["a"]
    assert os.listdir(tmp_path) == ["set"]


def test_an_empty_folder_may_stand_there_before(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with new_folder(tmp_path / "set") as folder:
        (folder / "a").touch()
    assert os.listdir(tmp_path / "set") == ["a"]


def test_a_new_folder_whose_making_fails_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No space left"), new_folder(tmp_path / "set") as folder:
        (folder / "a").touch()
        full_disk()
    assert os.listdir(tmp_path) == []


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(OutputError, match="not an empty folder"), new_folder(tmp_path):
        pytest.fail("the block must not run")
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "there/a.txt")
    write_text(tmp_path / "link.txt", "text")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there/a.txt").read_text() == "text"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_device_is_written_and_not_replaced() -> None:
    with pytest.raises(OutputError, match="No space left"):
        write_text(Path("/dev/full"), "text")
    assert not Path("/dev/full").is_file()


def test_a_folder_cannot_be_written_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Is a directory"):
        write_text(tmp_path, "text")
