"""A folder of bars, a bundle that reads them, and the command line run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from effocr.bundle.files import Bundle
from effocr.cli.main import run
from effocr.data.coco import to_coco, write_coco
from effocr.testing import bar_line, draw_bars

TEXTS = ("Bars are read", "as they stand", "over and over")


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


Command = Callable[..., Outcome]


@pytest.fixture
def effocr(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `effocr ARGUMENTS...`."""

    def command(*arguments: object) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Outcome(left.value.code, printed.out, printed.err)

    return command


@pytest.fixture(scope="session")
def bundle(bars: Bundle) -> Path:
    """The path of a bundle that reads bars."""
    return bars.path


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """A folder with three images of bars, and their lines.jsonl."""
    folder = tmp_path / "lines"
    folder.mkdir()
    rows = []
    for number, text in enumerate(TEXTS):
        Image.fromarray(draw_bars(text)).save(folder / f"{number}.png")
        rows.append({"image": f"{number}.png", "text": text, "split": "dev" if number else "train"})
    (folder / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


@pytest.fixture
def coco_of(tmp_path: Path) -> Callable[[Sequence[str]], Path]:
    """Writes a COCO file of lines of bars, two on a page: page0_0.png, page0_1.png, page1_2.png."""

    def write(texts: Sequence[str]) -> Path:
        folder = tmp_path / "set"
        folder.mkdir()
        named = [(f"page{number // 2}_{number}.png", bar_line(text)) for number, text in enumerate(texts)]
        for name, line in named:
            Image.fromarray(line.image).save(folder / name)
        return write_coco(to_coco(named), folder / "coco.json")

    return write
