"""Where class vectors begin: texts that look alike lie near each other, so that a net need not find that out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from effocr.image.preparation import Grey, resized
from effocr.page.boxes import Floats
from effocr.synth.fonts import Font
from effocr.synth.ink import glyph_in_square

FONTS = 6
"""Fonts that draw each text."""
DRAWN, SMALL = 48, 20
"""Sides of the square of one em, as it is drawn and as it is compared, in pixels."""
WHITENING = 0.75
"""0 leaves the principal components as they are, 1 makes all as important."""


def picture_vectors(texts: Sequence[str], families: Sequence[Sequence[Font]], dimensions: int) -> Tensor:
    """Vectors (N, D) of length 1 from the principal components of the texts' mean pictures.

    Of each text its first character is drawn, by fonts of different families; random where no font draws it.
    """
    fonts = [family[0] for family in {family[0].family: family for family in families}.values()]
    pictures = np.stack([_mean_picture(text[0], fonts) for text in texts])  # (N, SMALL * SMALL)
    known = pictures.any(axis=1)
    random = np.random.default_rng(0).standard_normal((len(texts), dimensions)).astype(np.float32)
    vectors = random / np.linalg.norm(random, axis=1, keepdims=True)
    if known.sum() > dimensions:
        vectors[known] = _components(pictures[known], dimensions)
    return torch.from_numpy(vectors)


def _components(pictures: Floats, dimensions: int) -> Floats:
    centred = pictures - pictures.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    weighted = left[:, :dimensions] * sizes[:dimensions] ** (1 - WHITENING)
    out = np.zeros((len(pictures), dimensions), np.float32)
    out[:, : weighted.shape[1]] = weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-6)
    return out


def _mean_picture(char: str, fonts: Sequence[Font]) -> Floats:
    able = [font for font in fonts if char in font.coverage]
    chosen = able[:: max(1, len(able) // FONTS)][:FONTS]
    pictures = [picture for font in chosen if (picture := _picture(char, font)) is not None]
    if not pictures:
        return np.zeros(SMALL * SMALL, np.float32)
    return np.asarray(np.mean(pictures, axis=0, dtype=np.float32).ravel())


def _picture(char: str, font: Font) -> Grey | None:
    """A character in its square of one em, made small; what reaches out of it is cut off."""
    found = glyph_in_square(font.path, DRAWN, char)
    if found is None:
        return None
    ink, left, top = found
    square = np.zeros((DRAWN, DRAWN), np.uint8)
    ink = ink[max(0, -top) :, max(0, -left) :]
    place = square[max(0, top) : max(0, top) + len(ink), max(0, left) : max(0, left) + ink.shape[1]]
    place[...] = ink[: place.shape[0], : place.shape[1]]
    return resized(square, SMALL, SMALL)
