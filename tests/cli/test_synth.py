"""`effocr synth`: the same seed makes the same set, and what is made is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from effocr.data.coco import read_coco


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """A folder with the fonts that come with PIL's tests' stand-in: Pillow's own default font, saved as a file."""
    from PIL import ImageFont

    folder = tmp_path / "fonts"
    folder.mkdir()
    font = ImageFont.load_default(20)
    (folder / "default.ttf").write_bytes(font.font_bytes)
    return folder
