"""Books of bars: a folder of transcribed lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from effocr.bundle.files import Bundle
from effocr.data.lines import TextLine
from effocr.image.draw import png
from effocr.testing import draw_bars, make_bundle

TEXTS = (
    "the cat sat on the mat",
    "a dog ran up the hill",
    "seven ships came in late",
    "no bird sang that day",
    "rain fell on old roofs",
    "her hat was lost again",
    "small boats drift home",
    "we saw nine red kites",
    "quiet rooms hold dust",
    "the mill wheel turned",
    "bread and salt for all",
    "some keys fit no door",
)


@pytest.fixture(scope="session")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundle") / "bars")


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> list[TextLine]:
    """Twelve lines with what they say, on three pages."""
    return lines_in(tmp_path_factory.mktemp("book"), TEXTS)


def lines_in(folder: Path, texts: Sequence[str]) -> list[TextLine]:
    lines = []
    for number, text in enumerate(texts):
        path = folder / f"p{number % 3}_{number:02d}.png"
        path.write_bytes(png(draw_bars(text)))
        lines.append(TextLine(path, text, page=f"p{number % 3}"))
    return lines
