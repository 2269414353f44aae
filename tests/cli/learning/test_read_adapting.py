"""`effocr read --adapt-to-document`: a document's own glyphs help, or it is read as ever."""

from __future__ import annotations

from PIL import Image

from effocr.read.document import adapting
from effocr.testing import draw_bars

TEXTS = ("the cat sat on the mat", "a cat sat there", "that hat sat on a mat", "the hat that sat")


def test_a_document_teaches_its_own_type(effocr, bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(adapting, "FEWEST_GLYPHS", 30)
    monkeypatch.setattr(adapting, "LEAST_GAIN", 0.0)  # bars are read surely from the beginning
    for number, text in enumerate(TEXTS * 2):
        Image.fromarray(draw_bars(text)).save(tmp_path / f"{number}.png")
    plain = effocr("read", tmp_path, "--bundle", bundle, "--lines", "none")
    done = effocr("read", tmp_path, "--bundle", bundle, "--lines", "none", "--adapt-to-document")
    assert done.code == 0 and done.stdout == plain.stdout
    assert "exemplars from the documents themselves" in done.stderr


def test_too_short_a_document_is_read_as_ever(effocr, bundle, tmp_path):
    Image.fromarray(draw_bars("cat")).save(tmp_path / "one.png")
    done = effocr("read", tmp_path / "one.png", "--bundle", bundle, "--adapt-to-document")
    assert (done.code, done.stdout) == (0, "cat\n") and "too little is read surely" in done.stderr
