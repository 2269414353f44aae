"""A few letters as renders and, blurred and noisy, as real crops of four pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from effocr.data.glyphs.files import GlyphCrop, write_glyphs
from effocr.train.crops.recipe import CropsRecipe

LETTERS = "aceoHW"
PAGES = 4


def drawn(text: str, font: Path, height: int) -> np.ndarray:
    """The text, black on white, on `height` rows."""
    face = ImageFont.truetype(str(font), round(height * 0.7))
    image = Image.new("L", (int(face.getlength(text)) + 4, height), 255)
    ImageDraw.Draw(image).text((2, 0), text, font=face, fill=0)
    return np.asarray(image)


def worn(image: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 12, image.shape)
    return np.clip(cv2.GaussianBlur(image, (0, 0), 0.8) * 0.85 + noise, 0, 255).astype(np.uint8)


def folders_of(texts: list[str], font: Path, folder: Path, copies: int = 3) -> list[Path]:
    renders = [GlyphCrop(drawn(text, font, 48), text, "Aileron Regular", "render") for text in texts]
    real = [
        GlyphCrop(worn(drawn(text, font, 30 + page), 97 * page + copy), text, f"page{page}_0001.png", "real")
        for page in range(PAGES)
        for text in texts
        for copy in range(copies)
    ]
    write_glyphs(renders, folder / "renders")
    write_glyphs(real, folder / "real")
    return [folder / "real", folder / "renders"]


@pytest.fixture(scope="session")
def font(fonts: Path) -> Path:
    return fonts / "Aileron-Regular.ttf"


@pytest.fixture(scope="session")
def folders(font: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return folders_of(list(LETTERS), font, tmp_path_factory.mktemp("crops"))


@pytest.fixture(scope="session")
def word_folders(font: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return folders_of(["the", "The", "of", "office"], font, tmp_path_factory.mktemp("words"))


def recipe_of(folders: list[Path], **settings: Any) -> CropsRecipe:
    """A recipe for a few small steps; tables given are laid over its own."""
    content: dict[str, Any] = {
        "kind": "crops",
        "material": {"folders": [str(folder) for folder in folders], "proportions": [0.5, 0.25, 0.25]},
        "encoder": {"size": 16},
        "sampling": {"batch": 16, "per_text": 4, "passes": 2},
        "mined": 2,
        "running": {"epochs": 2, "second_epochs": 1, "accelerator": "cpu", "learning_rate": 3e-3},
    }
    for name, value in settings.items():
        content[name] = content.get(name, {}) | value if isinstance(value, dict) else value
    return CropsRecipe.model_validate(content)
