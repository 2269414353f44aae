"""Class vectors begin as pictures do: texts that look alike lie near each other."""

from __future__ import annotations

from pathlib import Path

import torch

from effocr.synth.fonts import find_fonts
from effocr.train.nets.class_vectors import picture_vectors


def test_texts_that_look_alike_begin_near_each_other(fonts: Path) -> None:
    families = [(font,) for font in find_fonts([fonts])]
    texts = [*"abcdefghijklmnopqrstuvwxyzOQCILT0"]
    vectors = picture_vectors(texts, families, 16)
    assert vectors.shape == (len(texts), 16)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(len(texts)))
    near = (vectors @ vectors.T).fill_diagonal_(-1)
    nearest = {text: texts[int(near[row].argmax())] for row, text in enumerate(texts)}
    assert nearest["O"] in "Q0C" and nearest["Q"] in "O0"


def test_texts_that_no_font_draws_begin_anywhere(fonts: Path) -> None:
    families = [(font,) for font in find_fonts([fonts])]
    vectors = picture_vectors([*"abcdefghij", "国", "語"], families, 8)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(12))
    assert abs(float(vectors[10] @ vectors[11])) < 0.9
