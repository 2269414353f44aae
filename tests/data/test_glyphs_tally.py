from __future__ import annotations

from pathlib import Path

import numpy as np

from effocr.data.glyphs.files import GlyphCrop, read_glyphs, write_glyphs
from effocr.data.glyphs.tally import summary, tally, tally_picture
from effocr.image.grid import MISSING


def crop(text: str, origin: str, level: int = 0) -> GlyphCrop:
    return GlyphCrop(np.full((20, 10), level, np.uint8), text, "", "real" if origin == "real" else "render")


def test_texts_are_counted_by_origin_the_rarest_first(tmp_path: Path) -> None:
    crops = [*(crop("a", "real") for _ in range(12)), crop("b", "render"), crop("b", "real"), crop("c", "render")]
    counts = tally(read_glyphs(write_glyphs(crops, tmp_path / "set").parent), ["d", "a"])
    assert [(count.text, count.real, count.rendered) for count in counts] == [
        ("d", 0, 0),
        ("c", 0, 1),
        ("b", 1, 1),
        ("a", 12, 0),
    ]
    assert counts[2].example is not None and counts[2].example.origin == "real"
    assert summary(counts) == "4 texts: 13 real crops and 2 renders; 2 texts have fewer than 10; 1 have none"


def test_the_picture_shows_a_crop_of_each_text_and_marks_what_is_missing(tmp_path: Path) -> None:
    glyphs = read_glyphs(write_glyphs([crop("a", "real", 7)], tmp_path / "set").parent)
    picture = tally_picture(tally(glyphs, ["b"]))
    pixels = {tuple(pixel) for pixel in picture.reshape(-1, 3).tolist()}
    assert {(7, 7, 7), MISSING} <= pixels
    assert MISSING not in {tuple(pixel) for pixel in tally_picture(tally(glyphs)).reshape(-1, 3).tolist()}
