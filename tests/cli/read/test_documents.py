"""`effocr read` of documents: PDFs, TIFFs, lists and patterns in; files, folders and stdout out."""

from __future__ import annotations

import io
import json
import sys

import pytest
from PIL import Image

from effocr.cli.terminal.destination import Destination, destination
from effocr.testing import draw_bars

ROWS = ["page one", "page two", "page three"]


@pytest.fixture
def book(tmp_path):
    """A PDF of three pages."""
    first, *others = (Image.fromarray(draw_bars(row)) for row in ROWS)
    first.save(tmp_path / "book.pdf", save_all=True, append_images=others, resolution=200, quality=98)
    return tmp_path / "book.pdf"


def test_the_pages_of_a_pdf_are_printed_in_their_order(effocr, book, bundle):
    assert effocr("read", book, "--bundle", bundle).stdout.split("\f") == [f"{row}\n" for row in ROWS]
    pages = [
        json.loads(row) for row in effocr("read", book, "--bundle", bundle, "--format", "jsonl").stdout.split("\n")[:-1]
    ]
    assert [(page["source"], page["number"], page["dpi"]) for page in pages] == [(str(book), n, 200) for n in (1, 2, 3)]


def test_processes_print_what_one_prints(effocr, book, lines, bundle):
    (lines / "1.png").write_bytes(b"torn")
    one, two = (effocr("read", lines, book, "--bundle", bundle, "--jobs", jobs) for jobs in (1, 2))
    assert (one.code, one.stdout, one.stderr) == (two.code, two.stdout, two.stderr)
    assert one.code == 8 and len(one.stdout.splitlines()) == 5


def test_chosen_pages_are_read(effocr, book, bundle):
    assert effocr("read", book, "--bundle", bundle, "--pages", "2-").stdout == "page two\n\fpage three\n"
    assert effocr("read", book, "--bundle", bundle, "--pages", "4").code == 3
    wrong = effocr("read", book, "--bundle", bundle, "--pages", "3-1")
    assert (wrong.code, wrong.stdout) == (2, "") and "runs backwards" in wrong.stderr


def test_a_list_on_stdin_names_what_is_read(effocr, book, lines, bundle, monkeypatch):
    rows = f"{lines / '2.png'}\n{book}\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(rows.encode())))
    outcome = effocr("read", "-", "--bundle", bundle)
    assert [row.rpartition(": ")[2] for row in outcome.stdout.splitlines()] == ["over and over", *ROWS]


def test_a_pattern_stands_for_its_files(effocr, lines, bundle):
    assert len(effocr("read", lines / "[01].png", "--bundle", bundle).stdout.splitlines()) == 2
    assert effocr("read", lines / "*.tif", "--bundle", bundle).code == 4


def test_several_formats_go_into_a_folder(effocr, book, lines, bundle, tmp_path):
    several = ["--format", "txt,alto", "--format", "tsv"]
    outcome = effocr("read", book, lines, "--bundle", bundle, *several, "-o", f"{tmp_path / 'out'}/")
    assert outcome.code == 0 and "6 read, 0 read before, 0 failed" in outcome.stderr
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert names == {"ledger.jsonl", "book.txt", "book.tsv", *(f"book-000{n}.alto.xml" for n in (1, 2, 3))} | {
        f"lines/{n}{suffix}" for n in range(3) for suffix in (".txt", ".tsv", ".alto.xml")
    }
    nowhere = effocr("read", book, "--bundle", bundle, *several)
    assert nowhere.code == 2 and "need a folder" in nowhere.stderr


def test_pages_of_a_format_with_a_file_a_page_need_a_folder(effocr, book, bundle, tmp_path):
    outcome = effocr("read", book, "--bundle", bundle, "-o", tmp_path / "book.alto.xml")
    assert outcome.code == 2 and "-o FOLDER/" in outcome.stderr
    assert effocr("read", book, "--bundle", bundle, "--pages", "1", "-o", tmp_path / "book.alto.xml").code == 0


def test_the_name_of_the_file_tells_the_format(effocr, book, bundle, tmp_path):
    assert effocr("read", book, "--bundle", bundle, "-o", tmp_path / "read.pdf").code == 0
    assert (tmp_path / "read.pdf").read_bytes().startswith(b"%PDF-")
    assert effocr("read", book, "--bundle", bundle, "-o", tmp_path / "read.json").code == 0
    assert len(json.loads((tmp_path / "read.json").read_text())["pages"]) == 3


@pytest.mark.parametrize("format", ["pdf", "txt"])
def test_what_is_read_is_not_written_over(effocr, book, lines, bundle, format):
    before = book.read_bytes()
    outcome = effocr("read", lines, book, "--bundle", bundle, "--format", format, "-o", book)
    assert (outcome.code, book.read_bytes()) == (9, before)
    assert "book.pdf is one of the files to read" in outcome.stderr


def test_nothing_is_written_where_nothing_was_read(effocr, bundle, tmp_path):
    (tmp_path / "bad.pdf").write_bytes(b"rubbish")
    outcome = effocr("read", tmp_path / "bad.pdf", "--bundle", bundle, "-o", tmp_path / "out.json")
    assert outcome.code == 3 and "is damaged, or no PDF" in outcome.stderr
    assert not (tmp_path / "out.json").exists()
    Image.new("L", (200, 48), 255).save(tmp_path / "blank.png")
    assert effocr("read", tmp_path / "blank.png", "--bundle", bundle, "-o", tmp_path / "blank.txt").code == 0
    assert (tmp_path / "blank.txt").read_text().strip() == ""


@pytest.mark.parametrize(
    ("formats", "output", "expected"),
    [
        (None, None, ("txt",)),
        (["jsonl"], None, ("jsonl",)),
        (None, "a.alto.xml", ("alto",)),
        (None, "a.coco.json", ("coco",)),
        (None, "a.json", ("json",)),
        (None, "a.TXT", ("txt",)),
        (None, "/dev/null", ("txt",)),
        (["tsv"], "a.json", ("tsv",)),
        (["tsv"], "a.unknown", ("tsv",)),
    ],
)
def test_formats_of_files(formats, output, expected):
    to = destination(formats, output)
    assert (to.formats, to.folder, to.file and str(to.file)) == (expected, None, output)


@pytest.mark.parametrize("name", ["a.hcr", "a.xml", "a.docx"])
def test_a_file_whose_name_tells_no_format_is_not_written(effocr, lines, bundle, tmp_path, name):
    outcome = effocr("read", lines / "0.png", "--bundle", bundle, "-o", tmp_path / name)
    assert outcome.code == 2 and not (tmp_path / name).exists()
    assert all(each in outcome.stderr for each in (name, ".page.xml", "--format"))


@pytest.mark.parametrize(
    ("read", "output", "format"),
    [("", "", "txt,pdf"), ("*", "", "pdf"), ("", "all.pdf", "pdf"), ("*.p[dn]*", "", "pdf")],
)
def test_what_would_be_read_the_next_time_is_not_written(effocr, lines, bundle, read, output, format):
    before = sorted(lines.iterdir())
    outcome = effocr("read", lines / read, "--bundle", bundle, "--format", format, "-o", f"{lines}/{output}")
    assert outcome.code == 9 and "would be read the next time" in outcome.stderr
    assert sorted(lines.iterdir()) == before


def test_pdfs_beside_named_files_are_written(effocr, lines, bundle):
    assert effocr("read", lines / "*.png", "--bundle", bundle, "--format", "pdf", "-o", f"{lines}/").code == 0
    assert (lines / "0.pdf").exists()


def test_names_of_folders(tmp_path):
    (tmp_path / "there.d").mkdir()
    for name in ("new", "new.d/", "there.d"):
        to = destination(["txt, alto", "txt"], f"{tmp_path}/{name}")
        assert to == Destination(("txt", "alto"), folder=tmp_path / name)
