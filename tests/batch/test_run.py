from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from effocr.batch.run import read_into
from effocr.errors import DataError, OutputError, UnknownNameError
from effocr.image.draw import png
from effocr.page.serial import page_from_json
from effocr.read.reader import Reader
from effocr.testing import draw_bars, make_bundle

TEXTS = {"a": "Hello", "sub/b": "two words", "sub/c": "1859"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "bars").path


@pytest.fixture
def reader(bundle: Path) -> Reader:
    return Reader(bundle, threads=1)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / f"scans/{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(draw_bars(text)))
    return tmp_path / "scans"


def images(root: Path) -> list[Path]:
    return sorted(root.rglob("*.png"))


def test_every_input_gets_an_output_of_its_name(scans: Path, reader: Reader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = read_into(images(scans), scans, out, reader)
    assert (summary.read, summary.skipped, summary.failed) == (3, 0, ())
    texts = {name: page_from_pages((out / f"{name}.png.json").read_text()) for name in TEXTS}
    assert texts == TEXTS
    assert sorted(path.name for path in out.rglob("*")) == [
        "a.png.json",
        "b.png.json",
        "c.png.json",
        "ledger.jsonl",
        "sub",
    ]


def page_from_pages(text: str) -> str:
    (page,) = json.loads(text)["pages"]
    return page_from_json(json.dumps(page)).text


def test_what_is_done_is_not_read_again(scans: Path, reader: Reader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    read_into(images(scans), scans, out, reader, format="txt")
    (scans / "a.png").write_bytes(png(draw_bars("other text")))
    (scans / "new.png").write_bytes(png(draw_bars("new")))
    (out / "sub/b.png.txt").write_text("corrected by hand")
    told: list[tuple[int, int]] = []
    summary = read_into(images(scans), scans, out, reader, format="txt", progress=lambda *now: told.append(now))
    assert (summary.read, summary.skipped) == (2, 2)
    assert told == [(3, 4), (4, 4)]
    assert (out / "a.png.txt").read_text() == "other text\n"
    assert (out / "sub/b.png.txt").read_text() == "corrected by hand"


def test_another_format_is_read_anew(scans: Path, reader: Reader, tmp_path: Path) -> None:
    read_into(images(scans), scans, tmp_path / "out", reader, format="txt")
    assert read_into(images(scans), scans, tmp_path / "out", reader, format="tsv").skipped == 0


def test_another_bundle_is_read_anew(scans: Path, reader: Reader, tmp_path: Path) -> None:
    read_into(images(scans), scans, tmp_path / "out", reader)
    newer = Reader(make_bundle(tmp_path / "newer", version="2").path, threads=1)
    assert read_into(images(scans), scans, tmp_path / "out", newer).skipped == 0


def test_an_input_that_cannot_be_read_does_not_stop_the_others(scans: Path, reader: Reader, tmp_path: Path) -> None:
    (scans / "bad.png").write_text("no image")
    inputs = [*images(scans), scans / "gone.png"]
    summary = read_into(inputs, scans, tmp_path / "out", reader)
    assert summary.read == 3
    assert [name for name, _ in summary.failed] == ["bad.png", "gone.png"]
    assert all(name in why for name, why in summary.failed)
    assert not list((tmp_path / "out").glob("bad*"))
    (scans / "bad.png").write_bytes(png(draw_bars("good")))
    again = read_into(inputs, scans, tmp_path / "out", reader)
    assert (again.read, again.skipped, len(again.failed)) == (1, 3, 1)


def test_inputs_that_do_not_lie_below_the_root(scans: Path, reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not lie below"):
        read_into(images(scans), scans / "sub", tmp_path / "out", reader)


def test_a_format_that_is_not_known(scans: Path, reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="known: coco, json, jsonl, tsv, txt"):
        read_into(images(scans), scans, tmp_path / "out", reader, format="jsn")


def test_an_output_that_cannot_be_written_stops_the_batch(scans: Path, reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError):
        read_into(images(scans), scans, tmp_path / "out", reader)


BATCH = """
import sys, time
from pathlib import Path
from effocr.batch.run import read_into
from effocr.read.reader import Reader
scans, out, bundle = map(Path, sys.argv[1:])
read_into(sorted(scans.rglob("*.png")), scans, out, Reader(bundle, threads=1), format="txt",
          progress=lambda done, total: time.sleep(0.05))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_killed_batch_goes_on_where_it_was(bundle: Path, reader: Reader, tmp_path: Path) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    scans.mkdir()
    for number in range(60):
        (scans / f"{number:02d}.png").write_bytes(png(draw_bars(f"No {number}")))
    batch = subprocess.Popen([sys.executable, "-c", BATCH, scans, out, bundle])
    ledger = out / "ledger.jsonl"
    deadline = time.monotonic() + 60
    while not (ledger.exists() and ledger.read_bytes().count(b"\n") >= 5) and time.monotonic() < deadline:
        time.sleep(0.005)
    batch.kill()
    batch.wait()
    done = ledger.read_bytes().count(b"\n")
    assert 5 <= done < 60
    with ledger.open("ab") as file:
        file.write(b'{"input": "59.png", "stamp": "1')  # as if it had died in the middle of a row
    summary = read_into(images(scans), scans, out, reader, format="txt")
    assert (summary.skipped, summary.read) == (done, 60 - done)
    assert [(out / f"{n:02d}.png.txt").read_text() for n in range(60)] == [f"No {n}\n" for n in range(60)]
