"""Commands whose libraries are not installed say which extra has them."""

from __future__ import annotations

import sys

import pytest

from effocr.cli.extras import extra
from effocr.errors import MissingExtraError


def test_a_missing_library_names_the_extra():
    with pytest.raises(MissingExtraError) as caught, extra("train"):
        import a_library_that_nobody_has.part  # noqa: F401
    assert "a_library_that_nobody_has" in caught.value.message
    assert "effocr[train]" in caught.value.hint


def test_a_missing_file_of_our_own_is_no_missing_extra():
    with pytest.raises(ModuleNotFoundError), extra("train"):
        import effocr.no_such_room  # noqa: F401


@pytest.mark.parametrize(
    ("arguments", "library"),
    [
        (["train", "localizer", "r.toml"], "torch"),
        (["train", "recognizer", "r.toml"], "torch"),
        (["serve"], "uvicorn"),
    ],
    ids=["train localizer", "train recognizer", "serve"],
)
def test_commands_without_their_extra_end_with_7(effocr, monkeypatch, arguments, library):
    for name in [name for name in sys.modules if name.startswith(("effocr.train", "effocr.serve"))]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("torch", "pytorch_lightning", "torchvision", "uvicorn"):
        monkeypatch.setitem(sys.modules, name, None)
    outcome = effocr(*arguments)
    assert outcome.code == 7
    assert library in outcome.stderr or "pytorch_lightning" in outcome.stderr or "torchvision" in outcome.stderr
    assert 'pip install "effocr[' in outcome.stderr
