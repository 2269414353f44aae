"""`effocr read`: text on stdout, everything else on stderr, and the exit code of what went wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from effocr import Reader
from effocr.formats.table import FORMATS
from effocr.read.pages.finders import LINE_FINDERS
from effocr.testing import draw_bars

TEXTS = ["Bars are read", "as they stand", "over and over"]


def test_one_image_prints_its_text_and_nothing_else(effocr, lines, bundle):
    outcome = effocr("read", lines / "0.png", "--bundle", bundle)
    assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "Bars are read\n", "")


def test_a_folder_prints_a_named_row_a_line_in_order(effocr, lines, bundle):
    outcome = effocr("read", lines, "--bundle", bundle)
    assert outcome.stdout.splitlines() == [f"{lines / f'{n}.png'}: {text}" for n, text in enumerate(TEXTS)]


ALL_IN_ONE = sorted({name for name, format in FORMATS.items() if not format.page_by_page} - {"txt", "pdf"})


@pytest.mark.parametrize("format", ALL_IN_ONE)
def test_every_format_prints_what_its_writer_makes_of_the_pages(effocr, lines, bundle, format):
    images = sorted(lines.glob("*.png"))
    expected = FORMATS[format].write(Reader(bundle).read(images))
    outcome = effocr("read", *images, "--bundle", bundle, "--format", format)
    assert outcome.stdout.strip() == expected.strip()


def test_threads_do_not_change_what_is_read(effocr, lines, bundle):
    one, two = (effocr("read", lines, "--bundle", bundle, "--threads", threads).stdout for threads in (1, 2))
    assert one == two != ""


def test_output_goes_to_the_file_that_is_named(effocr, lines, bundle, tmp_path):
    outcome = effocr("read", lines, "--bundle", bundle, "-o", tmp_path / "texts.txt")
    assert outcome.stdout == ""
    assert (tmp_path / "texts.txt").read_text(encoding="utf-8") == effocr("read", lines, "--bundle", bundle).stdout


def test_output_that_cannot_be_written_says_so_and_leaves_nothing(effocr, lines, bundle, tmp_path):
    (tmp_path / "file").write_text("in the way")
    outcome = effocr("read", lines / "0.png", "--bundle", bundle, "-o", tmp_path / "file" / "texts.txt")
    assert outcome.code == 9
    assert "texts.txt" in outcome.stderr


def test_a_vertical_line_is_read_from_top_to_bottom(effocr, bundle, tmp_path):
    Image.fromarray(np.rot90(draw_bars("downwards"), -1)).save(tmp_path / "down.png")
    page = json.loads(
        effocr("read", tmp_path / "down.png", "--bundle", bundle, "--vertical", "--format", "jsonl").stdout
    )
    assert page["lines"][0]["vertical"] is True


def test_unreadable_images_in_a_folder_do_not_stop_the_others(effocr, lines, bundle):
    (lines / "1.png").write_bytes(b"not an image")
    outcome = effocr("read", lines, "--bundle", bundle)
    assert outcome.code == 8
    assert [row.partition(": ")[2] for row in outcome.stdout.splitlines()] == [TEXTS[0], TEXTS[2]]
    assert str(lines / "1.png") in outcome.stderr
    assert "1 of 3" in outcome.stderr


def test_one_unreadable_image_is_an_error_of_its_own(effocr, bundle, tmp_path):
    outcome = effocr("read", tmp_path / "missing.png", "--bundle", bundle)
    assert outcome.code == 3
    assert outcome.stdout == ""
    assert "missing.png" in outcome.stderr


def test_a_folder_of_nothing_but_unreadable_images_is_an_image_error(effocr, bundle, tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"no")
    assert effocr("read", tmp_path, "--bundle", bundle).code == 3


def test_a_folder_without_images_is_told_so(effocr, bundle, tmp_path):
    (tmp_path / "notes.txt").write_text("no image")
    outcome = effocr("read", tmp_path, "--bundle", bundle)
    assert outcome.code == 4
    assert str(tmp_path) in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [(["--format", "jsonn"], "'json"), (["--lines", "projektion"], "'projection'"), (["--bundle", "e"], "bundle 'e'")],
    ids=["format", "lines", "bundle"],
)
def test_a_name_that_is_not_known_is_answered_with_the_nearest(effocr, lines, bundle, arguments, nearest):
    chosen = arguments if "--bundle" in arguments else ["--bundle", bundle, *arguments]
    outcome = effocr("read", lines / "0.png", *chosen)
    assert outcome.code == 2
    assert nearest in outcome.stderr


def test_the_environment_names_bundle_and_threads(effocr, lines, bundle, monkeypatch):
    monkeypatch.setenv("EFFOCR_BUNDLE", str(bundle))
    assert effocr("read", lines / "0.png").stdout == "Bars are read\n"
    monkeypatch.setenv("EFFOCR_THREADS", "none")
    assert effocr("read", lines / "0.png").code == 1


def test_a_folder_gets_one_file_an_image_and_the_same_command_goes_on_where_it_stopped(effocr, lines, bundle, tmp_path):
    (lines / "1.png").rename(lines / "aside")
    assert effocr("read", lines, "--bundle", bundle, "-o", tmp_path / "out").code == 0
    (lines / "aside").rename(lines / "1.png")
    outcome = effocr("read", lines, "--bundle", bundle, "-o", tmp_path / "out")
    assert "1 read, 2 read before" in outcome.stderr
    texts = [(tmp_path / "out" / f"{number}.txt").read_text(encoding="utf-8") for number in range(3)]
    assert texts == [f"{text}\n" for text in TEXTS]


def test_a_batch_reports_what_failed(effocr, lines, bundle, tmp_path):
    (lines / "1.png").write_bytes(b"not an image")
    outcome = effocr("read", lines, "--bundle", bundle, "-o", tmp_path / "out")
    assert outcome.code == 8
    assert "1.png" in outcome.stderr


def test_a_batch_of_vertical_lines_is_read_from_top_to_bottom(effocr, bundle, tmp_path):
    (tmp_path / "scans").mkdir()
    Image.fromarray(np.rot90(draw_bars("downwards"), -1)).save(tmp_path / "scans" / "down.png")
    options = ["--bundle", bundle, "-o", tmp_path / "out", "--format", "jsonl"]
    for direction in ("--horizontal", "--vertical"):
        assert "1 read, 0 read before" in effocr("read", tmp_path / "scans", *options, direction).stderr
        page = json.loads((tmp_path / "out" / "down.jsonl").read_text(encoding="utf-8"))
        assert page["lines"][0]["vertical"] is (direction == "--vertical")


def test_the_help_names_every_format_and_every_line_finder(effocr):
    words = set(effocr("read", "--help").stdout.replace(",", " ").replace(".", " ").split())
    assert words >= {*FORMATS, *LINE_FINDERS}


def test_repairs_are_made_and_are_remembered_by_a_batch(effocr, bundle, tmp_path):
    Image.fromarray(draw_bars("a fi''re")).save(tmp_path / "0.png")
    assert effocr("read", tmp_path / "0.png", "--bundle", bundle, "--repair", "quotes").stdout == 'a fi"re\n'
    into = ("read", tmp_path / "0.png", "--bundle", bundle, "-o", tmp_path / "out", "--format", "txt")
    assert "1 read" in effocr(*into).stderr
    assert "1 read before" in effocr(*into).stderr
    assert "1 read, 0 read before" in effocr(*into, "--repair", "quotes").stderr
    assert (tmp_path / "out" / "0.txt").read_text(encoding="utf-8") == 'a fi"re\n'
