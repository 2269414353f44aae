"""A batch: one file a document and format; what is done is not read again, whatever ended the run before."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from effocr.batch.layout import WORK_FOLDER
from effocr.batch.plan import Plan
from effocr.batch.run import BatchSummary, read_documents
from effocr.batch.work import StoredPages
from effocr.batch.work import stored as keep
from effocr.errors import OutputError, UnknownNameError
from effocr.image.documents import PageRange
from effocr.image.draw import png
from effocr.image.folders import documents
from effocr.testing import draw_bars, make_bundle

TEXTS = {"a": "Hello", "sub/b": "two words", "sub/c": "1859"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "bars").path


@pytest.fixture
def plan(bundle: Path) -> Plan:
    return Plan(str(bundle))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / f"scans/{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(draw_bars(text)))
    return tmp_path / "scans"


def tiff(path: Path, texts: Sequence[str]) -> Path:
    """A TIFF with a page a text."""
    first, *others = (Image.fromarray(draw_bars(text)) for text in texts)
    first.save(path, save_all=True, append_images=others)
    return path


def read(folder: Path, out: Path, plan: Plan, *formats: str, pages: str = "1-", jobs: int = 1) -> BatchSummary:
    found = documents(sorted(path for path in folder.rglob("*") if path.is_file()), PageRange.of(pages))
    return read_documents(found, out, plan, formats or ("txt",), jobs=jobs)


def files(out: Path) -> dict[str, str]:
    """The text of every file in a folder, without the ledger."""
    found = (path for path in out.rglob("*") if path.is_file() and path.name != "ledger.jsonl")
    return {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in found}


def counts(summary: BatchSummary) -> tuple[int, int, int]:
    return summary.read, summary.skipped, len(summary.failed)


def test_every_document_gets_a_file_of_its_name(scans: Path, plan: Plan, tmp_path: Path) -> None:
    assert counts(read(scans, tmp_path / "out", plan)) == (3, 0, 0)
    assert files(tmp_path / "out") == {f"{name}.txt": f"{text}\n" for name, text in TEXTS.items()}
    assert not (tmp_path / "out" / WORK_FOLDER).exists()


def test_names_that_would_be_the_same_keep_their_suffix(scans: Path, plan: Plan, tmp_path: Path) -> None:
    tiff(scans / "A.tif", ["other"])
    (scans / "ledger.png").write_bytes(png(draw_bars("book")))
    read(scans, tmp_path / "out", plan, "jsonl")
    assert {"a.png.jsonl", "A.tif.jsonl", "sub/b.jsonl", "ledger.png.jsonl"} <= files(tmp_path / "out").keys()


def test_pages_of_a_document_are_put_together_in_their_order(scans: Path, plan: Plan, tmp_path: Path) -> None:
    tiff(scans / "book.tif", [f"page {number}" for number in range(12)])
    assert counts(read(scans, tmp_path / "out", plan, "txt", "json", "alto")) == (15, 0, 0)
    found = files(tmp_path / "out")
    assert found["book.txt"] == "\f".join(f"page {number}\n" for number in range(12))
    pages = json.loads(found["book.json"])["pages"]
    assert [page["number"] for page in pages] == list(range(1, 13))
    assert sorted(name for name in found if "alto" in name and "book" in name) == [
        f"book-{number:04d}.alto.xml" for number in range(1, 13)
    ]
    assert all(f'CONTENT="{number}"' in found[f"book-{number + 1:04d}.alto.xml"] for number in range(12))
    assert not (tmp_path / "out" / WORK_FOLDER).exists()


def test_chosen_pages_alone_are_read(scans: Path, plan: Plan, tmp_path: Path) -> None:
    tiff(scans / "book.tif", ["one", "two", "three"])
    assert counts(read(scans / "..", tmp_path / "out", plan, pages="2-")) == (2, 0, 3)
    assert files(tmp_path / "out")["book.txt"] == "two\n\fthree\n"
    assert read(scans, tmp_path / "out", plan, pages="1-").read == 6


def test_pages_are_loaded_one_at_a_time(
    scans: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from effocr.formats.table import FORMATS, Format

    class Counted(str):
        alive = most = 0

        def __init__(self, *_: object) -> None:
            Counted.alive += 1
            Counted.most = max(Counted.most, Counted.alive)

        def __del__(self) -> None:
            Counted.alive -= 1

    load = StoredPages.__getitem__

    def counted(pages: StoredPages, index: int) -> object:
        page = load(pages, index)
        object.__setattr__(page, "source", Counted(page.source))
        return page

    monkeypatch.setattr(StoredPages, "__getitem__", counted)
    monkeypatch.setitem(FORMATS, "txt", Format(".txt", lambda pages: "".join(f"{page.text}\n" for page in pages)))
    tiff(scans / "book.tif", [f"page {number}" for number in range(30)])
    read(scans, tmp_path / "out", plan)
    assert (Counted.alive, Counted.most) == (0, 2)  # a loop lets go of a page when it has the next


def test_what_is_done_is_not_read_again(scans: Path, plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    read(scans, out, plan)
    (scans / "a.png").write_bytes(png(draw_bars("other text")))
    (scans / "new.png").write_bytes(png(draw_bars("new")))
    (out / "sub/b.txt").write_text("corrected by hand")
    told: list[tuple[int, int]] = []
    found = documents(sorted(scans.rglob("*.png")))
    summary = read_documents(found, out, plan, ["txt"], progress=lambda *now: told.append(now[:2]))
    assert (counts(summary), told) == ((2, 2, 0), [(4, 4)])
    assert files(out)["a.txt"] == "other text\n"
    assert files(out)["sub/b.txt"] == "corrected by hand"


def test_another_format_is_read_anew_and_the_first_stays_done(scans: Path, plan: Plan, tmp_path: Path) -> None:
    wanted = (["txt"], ["tsv"], ["txt", "tsv"])
    assert [read(scans, tmp_path / "out", plan, *formats).skipped for formats in wanted] == [0, 0, 3]


def test_another_bundle_or_option_is_read_anew(scans: Path, plan: Plan, tmp_path: Path) -> None:
    newer = make_bundle(tmp_path / "newer", version="2").path
    for other in (plan, Plan(str(newer)), Plan(str(newer), without="e"), Plan(str(newer), vertical=True)):
        assert counts(read(scans, tmp_path / "out", other))[1] == 0
    assert read(scans, tmp_path / "out", other).skipped == 3


def test_an_input_that_cannot_be_read_does_not_stop_the_others(scans: Path, plan: Plan, tmp_path: Path) -> None:
    (scans / "bad.png").write_text("no image")
    summary = read(scans, tmp_path / "out", plan)
    assert counts(summary) == (3, 0, 1)
    assert all(name in error.message for name, error in summary.failed.items())
    assert not list((tmp_path / "out").glob("bad*"))
    (scans / "bad.png").write_bytes(png(draw_bars("good")))
    assert counts(read(scans, tmp_path / "out", plan)) == (1, 3, 0)


def test_of_a_document_with_a_bad_page_that_page_alone_is_tried_again(
    scans: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from effocr.errors import ImageError
    from effocr.image.decode import scan_of

    def torn(source: object, **options: str) -> object:
        if str(source).endswith("#2"):
            raise ImageError(f"{source} is torn")
        return scan_of(source, **options)  # type: ignore[arg-type]

    tiff(scans / "book.tif", ["one", "two", "three"])
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("effocr.read.pages.sources.scan_of", torn)
        summary = read(scans, out, plan)
        assert counts(summary) == (5, 0, 1) and list(summary.failed) == [f"{scans / 'book.tif'}#2"]
        assert files(out)["book.txt"] == "one\n\fthree\n"
        assert counts(read(scans, out, plan)) == (0, 5, 1)
    assert counts(read(scans, out, plan)) == (1, 5, 0)
    assert files(out)["book.txt"] == "one\n\ftwo\n\fthree\n"
    assert not (out / WORK_FOLDER).exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_format_that_cannot_hold_a_document_does_not_stop_the_others(
    scans: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    tiff(scans / "book.tif", ["one", "two"])
    monkeypatch.chdir(scans)
    found = documents([Path("book.tif"), Path("sub")])
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("effocr.batch.work.stored", lambda page, path: keep(replace(page, source="gone.tif"), path))
        summary = read_documents(found, out, plan, ["txt", "pdf"], jobs=1)
    assert counts(summary) == (4, 0, 1) and "gone.tif" in str(summary.failed[str(Path("book.tif"))])
    assert (out / "book.txt").exists() and not (out / "book.pdf").exists() and (out / "sub/b.pdf").exists()
    assert counts(read_documents(found, out, plan, ["txt", "pdf"], jobs=jobs)) == (0, 4, 1)


def test_processes_give_what_one_gives(scans: Path, plan: Plan, tmp_path: Path) -> None:
    tiff(scans / "book.tif", [f"page {number}" for number in range(9)])
    (scans / "bad.png").write_text("no image")
    one, two = (read(scans, tmp_path / f"out{jobs}", plan, "txt", "json", jobs=jobs) for jobs in (1, 2))
    assert counts(one) == counts(two) == (12, 0, 1)
    assert [error.message for error in one.failed.values()] == [error.message for error in two.failed.values()]
    assert files(tmp_path / "out1") == files(tmp_path / "out2")


def test_a_document_is_not_written_over(plan: Plan, tmp_path: Path) -> None:
    book = tmp_path / "book.pdf"
    Image.fromarray(draw_bars("Hello")).save(book, resolution=200)
    before = book.read_bytes()
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    for out in (tmp_path, tmp_path / "link"):
        with pytest.raises(OutputError, match=r"book\.pdf is one of the files to read"):
            read_documents(documents([book]), out, plan, ["pdf"])
    assert book.read_bytes() == before
    assert read_documents(documents([book]), tmp_path, plan, ["txt"]).read == 1


def test_a_format_that_is_not_known(scans: Path, plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="known: alto, coco"):
        read(scans, tmp_path / "out", plan, "jsn")


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_output_that_cannot_be_written_stops_the_batch(scans: Path, plan: Plan, tmp_path: Path, jobs: int) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").write_text("a file in the way")
    with pytest.raises(OutputError):
        read(scans, tmp_path / "out", plan, jobs=jobs)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_batch_killed_three_times_gives_what_an_undisturbed_one_gives(
    bundle: Path, plan: Plan, tmp_path: Path
) -> None:
    scans, out, undisturbed = tmp_path / "scans", tmp_path / "out", tmp_path / "undisturbed"
    scans.mkdir()
    for number in range(20):
        (scans / f"{number:02d}.png").write_bytes(png(draw_bars(f"No {number} " + "and so on " * 20)))
    for book in ("one", "two"):
        tiff(scans / f"{book}.tif", [f"{book} {number} " + "and so on " * 20 for number in range(20)])
    read(scans, undisturbed, plan, "txt", "json")
    command = [sys.executable, "-m", "effocr", "read", scans, "-o", out, "--format", "txt,json", "--bundle", bundle]
    chance, left = random.Random(7), []
    for until in (chance.randrange(1, 20), chance.randrange(20, 40), chance.randrange(40, 55)):
        batch = subprocess.Popen([*map(str, command), "--jobs", "2"], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while finished(out) < until and batch.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        batch.kill()
        batch.wait()
        left.append(60 - finished(out))
    done = subprocess.run([*map(str, command), "--jobs", "2"], stderr=subprocess.PIPE, text=True, check=True)
    read_now, read_before = map(int, re.findall(r"(\d+) read", done.stderr.splitlines()[-1]))
    # What a worker had at hand when its parent was killed it may have finished: at the last kill, all that was left.
    assert 60 > left[0] > 0 and 60 >= read_before >= 60 - left[-1] and read_now + read_before == 60
    assert files(out) == files(undisturbed)
    rows = [json.loads(row) for row in (out / "ledger.jsonl").read_text().splitlines()]
    assert sorted(row["input"] for row in rows) == sorted(path.name for path in scans.iterdir())


def finished(out: Path) -> int:
    """Pages that the next run need not read: those of documents in the ledger, and those that wait for others."""
    ledger = out / "ledger.jsonl"
    rows = ledger.read_bytes().split(b"\n")[:-1] if ledger.exists() else []
    names = [json.loads(row)["input"] for row in rows if row]
    done = {sha256(name.encode()).hexdigest()[:16] for name in names}
    folders = [(Path(folder), files) for folder, _, files in os.walk(out / WORK_FOLDER / "pages")]
    waiting = [file for folder, files in folders if folder.parent.name not in done for file in files if file[0] != "."]
    return sum(20 if name.endswith(".tif") else 1 for name in names) + len(waiting)
