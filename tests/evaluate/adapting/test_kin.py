"""Rare letters move as their kin have moved."""

from __future__ import annotations

import numpy as np
import pytest

from effocr.evaluate.adapting.glyphs import FEW, SeenGlyphs
from effocr.evaluate.adapting.kin import FEWEST_OF_KIN, exemplars_of_kin
from effocr.index.glyph_index import GlyphIndex


def unit(*values: float) -> np.ndarray:
    return np.array(values, np.float32) / np.linalg.norm(values)


KNOWN = {"e": unit(1, 0, 0, 0), "é": unit(1, 0.4, 0, 0), "è": unit(1, 0, 0.4, 0), "x": unit(0, 0, 0, 1)}
INDEX = GlyphIndex(np.stack(list(KNOWN.values())), tuple(KNOWN), ("font",) * len(KNOWN))


def seen(**counts: int) -> SeenGlyphs:
    """Glyphs that all lie where exemplars would that lean towards the last direction."""
    texts = tuple(text for text, count in counts.items() for _ in range(count))
    vectors = np.stack([unit(*(KNOWN[text] + (0, 0, 0, 0.3))) for text in texts])
    return SeenGlyphs(vectors, texts, np.zeros(len(texts), np.intp), ("book",) * len(texts))


def test_a_letter_that_the_lines_lack_moves_as_its_kin() -> None:
    found = exemplars_of_kin(INDEX, seen(e=FEW, é=FEW))
    assert found.texts == ("è",) and found.sources == ("font",)
    there = unit(*(KNOWN["è"] + (0, 0, 0, 0.3)))
    assert found.vectors[0] @ there > 0.995 > KNOWN["è"] @ there
    assert np.linalg.norm(found.vectors[0]) == pytest.approx(1)


def test_letters_with_enough_glyphs_or_without_kin_stay_out() -> None:
    assert exemplars_of_kin(INDEX, seen(e=FEW, é=FEW, è=FEW, x=FEW)).texts == ()
    assert exemplars_of_kin(INDEX, seen(x=FEW)).texts == ()
    assert exemplars_of_kin(INDEX, seen(e=FEW, é=FEW), {"è"}).texts == ()
    assert exemplars_of_kin(INDEX, seen(é=FEWEST_OF_KIN - 1)).texts == ()
    assert exemplars_of_kin(INDEX, seen(é=FEWEST_OF_KIN)).texts == ("e", "è")
    plain = GlyphIndex(INDEX.vectors[[0, 0]], ("e", "ee"), ("font",) * 2)
    assert exemplars_of_kin(plain, seen(e=FEW)).texts == ()
