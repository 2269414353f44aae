"""Commands whose libraries are not installed say which extra has them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import ImageFont

from effocr.cli.terminal.extras import extra
from effocr.errors import MissingExtraError


def test_a_missing_library_names_the_extra():
    with pytest.raises(MissingExtraError) as caught, extra("train"):
        import a_library_that_nobody_has.part  # noqa: F401
    assert "a_library_that_nobody_has" in caught.value.message
    assert '"effocr[train]"' in caught.value.hint and '".[train]"' in caught.value.hint


def test_a_missing_file_of_our_own_is_no_missing_extra():
    with pytest.raises(ModuleNotFoundError), extra("train"):
        import effocr.no_such_room  # noqa: F401


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["train", "localizer", "r.toml"], ["torch", "torchvision", "pytorch_lightning", "timm"]),
        (["train", "recognizer", "r.toml"], ["torch", "torchvision", "pytorch_lightning", "timm"]),
        (["serve"], ["uvicorn"]),
        (["synth", "lines", "out", "--fonts", "."], ["fontTools", "wordfreq", "cv2"]),
    ],
    ids=["train localizer", "train recognizer", "serve", "synth lines"],
)
def test_commands_without_their_extra_end_with_7(tmp_path, arguments, missing):
    (tmp_path / "carried.ttf").write_bytes(ImageFont.load_default(20).path.getvalue())
    absent = f"import sys\nsys.modules.update(dict.fromkeys({missing!r}))\n"
    script = f"{absent}from effocr.cli.main import run\nrun({arguments!r})"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert 'pip install "effocr[' in done.stderr
    assert any(library in done.stderr.lower() for library in map(str.lower, missing))
