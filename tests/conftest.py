"""A font to draw with: the one that Pillow carries (Aileron, CC0)."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageFont


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonts")
    default = ImageFont.load_default(size=20)
    assert isinstance(default, ImageFont.FreeTypeFont)
    (folder / "Aileron-Regular.ttf").write_bytes(default.font_bytes)
    return folder


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text("the\t90\nof\t50\noffice\t10\nfly\t5\nquick\t3\nzebra\t1\n", encoding="utf-8")
    return path
