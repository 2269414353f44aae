"""What many rooms test with: the font that Pillow carries (Aileron, CC0), words, a bundle, a full disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ImageFont

from effocr.bundle.files import Bundle
from effocr.testing import make_bundle


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


@pytest.fixture(scope="session")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle that reads bars, not to be changed."""
    return make_bundle(tmp_path_factory.mktemp("bundles") / "bars")


@pytest.fixture
def disk_full_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the disk be full half-way through every file of a name."""
    written = Path.write_bytes

    def fill(name: str) -> None:
        def write_bytes(path: Path, content: bytes) -> int:
            if path.name == name:
                written(path, content[: len(content) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return written(path, content)

        monkeypatch.setattr(Path, "write_bytes", write_bytes)

    return fill
