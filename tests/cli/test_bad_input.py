"""Bad input of every kind, on the command line: what is said, the exit code, and that nothing half-written is left."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.data.coco import to_coco, write_coco
from effocr.testing import bar_line, draw_bars, make_bundle


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be of that size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def cut_off(path: Path) -> bytes:
    content = path.read_bytes()
    return content[: len(content) * 2 // 3]


UNREADABLE: dict[str, Callable[[Path], bytes]] = {
    "no image": lambda good: b"these are no pixels",
    "truncated": cut_off,
    "zero bytes": lambda good: b"",
    "zero size": lambda good: claiming(0, 40),
    "decompression bomb": lambda good: claiming(60_000, 60_000),
}


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("into", [False, True], ids=["to stdout", "into a folder"])
def test_an_unreadable_image_is_named_and_the_others_are_read(effocr, lines, bundle, tmp_path, kind, into):
    (lines / "1.png").write_bytes(UNREADABLE[kind](lines / "1.png"))
    where = ["-o", tmp_path / "out"] if into else []
    outcome = effocr("read", lines, "--bundle", bundle, *where)
    assert outcome.code == 8
    assert str(lines / "1.png") in outcome.stderr and "1 of 3" in outcome.stderr
    if into:
        assert {path.name for path in (tmp_path / "out").iterdir()} == {"0.txt", "2.txt", "ledger.jsonl"}
    else:
        texts = [row.partition(": ")[2] for row in outcome.stdout.splitlines()]
        assert texts == ["Bars are read", "over and over"]
    alone = effocr("read", lines / "1.png", "--bundle", bundle)
    assert (alone.code, alone.stdout) == (3, "")
    assert str(lines / "1.png") in alone.stderr and "hint: " in alone.stderr


def test_a_link_that_leads_nowhere_is_reported(effocr, lines, bundle):
    (lines / "3.png").symlink_to("gone.png")
    outcome = effocr("read", lines, "--bundle", bundle)
    assert outcome.code == 8
    assert "3.png" in outcome.stderr and len(outcome.stdout.splitlines()) == 3


STRANGE: dict[str, tuple[np.ndarray[Any, Any], str]] = {
    "one pixel": (np.zeros((1, 1), np.uint8), ""),
    "all white": (np.full((40, 300), 255, np.uint8), ""),
    "all black": (np.zeros((40, 300), np.uint8), ""),
    "inverted": (draw_bars("dark paper", ink=255, paper=0), "dark paper"),
    "one glyph": (draw_bars("g"), "g"),
    "30,000 wide": (draw_bars("so long a line " * 120), ("so long a line " * 120).strip()),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_images_are_read(effocr, bundle, tmp_path, kind):
    image, text = STRANGE[kind]
    Image.fromarray(image).save(tmp_path / "strange.png")
    outcome = effocr("read", tmp_path / "strange.png", "--bundle", bundle)
    assert (outcome.code, outcome.stdout.strip(), outcome.stderr) == (0, text, "")


def test_a_whole_page_given_as_one_line_is_answered(effocr, bundle, tmp_path):
    page = np.full((3000, 2200), 255, np.uint8)
    line = draw_bars("a column of bars")
    for top in range(60, 2900, 90):
        page[top : top + line.shape[0], 40 : 40 + line.shape[1]] = line
    Image.fromarray(page).save(tmp_path / "page.png")
    assert effocr("read", tmp_path / "page.png", "--bundle", bundle).code == 0
    assert effocr("read", tmp_path / "page.png", "--bundle", bundle, "--lines", "none").code == 0


def with_card(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    card = json.loads((folder / "card.json").read_text())
    change(card)
    (folder / "card.json").write_text(json.dumps(card))


def another_byte(folder: Path) -> None:
    with (folder / "localizer.onnx").open("ab") as file:
        file.write(b"!")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing part": (lambda folder: (folder / "encoder.onnx").unlink(), "encoder.onnx"),
    "wrong digest": (another_byte, "localizer.onnx"),
    "another format number": (lambda folder: with_card(folder, lambda card: card.update(format=2)), "format 2"),
    "another encoder's index": (
        lambda folder: with_card(folder, lambda card: card["index"].update(encoder_sha256="0" * 64)),
        "belongs to the encoder 000000000000",
    ),
    "another net's height": (
        lambda folder: with_card(folder, lambda card: card["localizer"]["preparation"].update(height=40)),
        "localizer.onnx",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_bundle_is_named_with_a_remedy(effocr, lines, tmp_path, kind):
    folder = make_bundle(tmp_path / "bars").path
    breaking, says = BROKEN[kind]
    breaking(folder)
    for command in (["read", lines / "0.png", "--bundle", folder], ["bundle", "verify", folder]):
        outcome = effocr(*command)
        assert (outcome.code, outcome.stdout) == (5, "")
        assert str(folder) in outcome.stderr and says in outcome.stderr and "hint: " in outcome.stderr


def test_a_missing_bundle_is_named_with_a_remedy(effocr, lines, tmp_path):
    for missing, code in ((tmp_path / "nowhere", 5), ("nowhere", 2)):
        outcome = effocr("read", lines / "0.png", "--bundle", missing)
        assert outcome.code == code
        assert str(missing) in outcome.stderr and "hint: " in outcome.stderr


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A COCO file of two lines."""
    rows = []
    for text in ("one", "two"):
        Image.fromarray(draw_bars(text)).save(tmp_path / f"{text}.png")
        rows.append((f"{text}.png", bar_line(text)))
    return write_coco(to_coco(rows), tmp_path / "set.json")


UNSOUND: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "boxes and text disagree in number": (
        lambda document: (document["images"][1].update(text="twice"), [a.pop("text") for a in document["annotations"]]),
        "3 boxes, but 5 characters",
    ),
    "a box outside the image": (
        lambda document: document["annotations"][-1].update(bbox=[5000, 0, 10, 10]),
        "outside the image",
    ),
    "an id that two images share": (lambda document: document["images"][1].update(id=1), "2 images share the id 1"),
    "an id that two boxes share": (lambda document: document["annotations"][1].update(id=1), "2 annotations share"),
}


@pytest.mark.parametrize("kind", UNSOUND)
def test_an_unsound_set_is_named_with_the_image(effocr, coco, kind):
    document = json.loads(coco.read_text(encoding="utf-8"))
    change, says = UNSOUND[kind]
    change(document)
    coco.write_text(json.dumps(document), encoding="utf-8")
    outcome = effocr("data", "check", coco)
    assert outcome.code == 4
    assert says in outcome.stdout and str(coco) in outcome.stdout
    assert "two.png" in outcome.stdout or "share" in says
    assert f"effocr data check {coco}" in outcome.stderr


def test_a_font_without_the_charset_is_named(effocr, fonts, tmp_path):
    (tmp_path / "signs.txt").write_text("あ漢", encoding="utf-8")
    options = ["--fonts", fonts, "--charset", tmp_path / "signs.txt", "--count", 1, "--jobs", 1]
    outcome = effocr("synth", "lines", tmp_path / "out", *options)
    assert outcome.code == 4
    assert "Aileron-Regular.ttf, lacks 2 of 2" in outcome.stderr and "hint: " in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_a_full_disk_while_a_bundle_is_written_leaves_nothing(effocr, bundle, tmp_path, disk_full_at):
    disk_full_at("index.safetensors")
    outcome = effocr("bundle", "join", bundle, bundle, tmp_path / "joined")
    assert (outcome.code, outcome.stdout) == (9, "")
    assert str(tmp_path / "joined") in outcome.stderr and "df -h" in outcome.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_no_traceback(lines, bundle):
    command = [sys.executable, "-m", "effocr", "read", str(lines), "--bundle", str(bundle)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 9
    assert "No space left on device" in done.stderr and "Traceback" not in done.stderr
