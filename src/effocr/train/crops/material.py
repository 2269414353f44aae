"""The crops of a recipe: read from folders, split by page, and the texts among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from effocr.data.glyphs.files import MANIFEST_FILE, GlyphFile, read_glyphs
from effocr.data.glyphs.imagefolder import read_imagefolder
from effocr.data.split import page_of_name, split_pages
from effocr.errors import DataError, unknown_name
from effocr.train.crops.recipe import CropFolders

PARTS = {"train": "train", "val": "val", "dev": "val", "validation": "val", "valid": "val", "test": "test"}
"""Names of splits that data sets use, and what is meant."""


@dataclass(frozen=True)
class CropMaterial:
    """Crops to train on, to measure on, and `renders` to choose exemplars from even where none is trained on."""

    train: tuple[GlyphFile, ...]
    renders: tuple[GlyphFile, ...]
    val: tuple[GlyphFile, ...]
    test: tuple[GlyphFile, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What is trained on, in the order of code points: a text's place is its number."""
        return tuple(sorted({crop.text for crop in self.train}))

    @property
    def real(self) -> tuple[GlyphFile, ...]:
        """The real ones of the training crops."""
        return tuple(crop for crop in self.train if crop.origin == "real")


def crop_material(recipe: CropFolders) -> CropMaterial:
    """The material that a recipe names; DataError where there is too little of it."""
    crops = [crop for folder in recipe.folders for crop in crops_in(folder)]
    parts = split_crops(crops, recipe.proportions, recipe.seed)
    train, renders = parts["train"], [crop for crop in parts["train"] if crop.origin == "render"]
    real = few([crop for crop in train if crop.origin == "real"], recipe.few_shot, recipe.seed)
    match recipe.use:
        case "real":
            train = real
        case "render":
            train = renders
        case "both":
            train = [*real, *renders]
    material = CropMaterial(tuple(train), tuple(renders), *(_measured(parts[part]) for part in ("val", "test")))
    if len(material.texts) < 2:
        raise DataError(
            f"{', '.join(map(str, recipe.folders))}: {len(material.texts)} texts to train on (use = {recipe.use!r}); "
            "at least 2 are needed.",
            hint="Cut crops from labelled lines, or draw them with fonts: effocr data format --help",
        )
    return material


def crops_in(folder: Path) -> list[GlyphFile]:
    """The crops of a folder with a manifest, or of an ImageFolder as EffOCR's scripts write it."""
    return read_glyphs(folder) if (folder / MANIFEST_FILE).exists() else read_imagefolder(folder)


def split_crops(
    crops: Sequence[GlyphFile], proportions: tuple[float, float, float], seed: int
) -> dict[str, list[GlyphFile]]:
    """The crops of train, val and test: as they say themselves, else the real ones by page.

    Renders that say nothing are trained on; where there are no real crops they are split by font instead.
    """
    parts: dict[str, list[GlyphFile]] = {"train": [], "val": [], "test": []}
    open_crops: list[GlyphFile] = []
    any_real = any(crop.origin == "real" for crop in crops)
    for crop in crops:
        if crop.split:
            if crop.split not in PARTS:
                raise unknown_name(f"split of {crop.file}:", crop.split, PARTS)
            parts[PARTS[crop.split]].append(crop)
        elif crop.origin == "render" and any_real:
            parts["train"].append(crop)
        else:
            open_crops.append(crop)
    if open_crops:
        wanted = {name: share for name, share in zip(parts, proportions, strict=True) if share}
        for name, rows in split_pages([page_of(crop) for crop in open_crops], wanted, seed).items():
            parts[name] += [open_crops[row] for row in rows]
    return parts


def page_of(crop: GlyphFile) -> str:
    """What is kept together in a split: the page, for renders the font, else the line's name up to its last `_`."""
    if crop.page or crop.origin == "render":
        return crop.page or crop.source
    return page_of_name(crop.source or crop.file.name)


def few(crops: Sequence[GlyphFile], most: int | None, seed: int) -> list[GlyphFile]:
    """At most `most` crops of every text, drawn once and for all; all of them for None."""
    if most is None:
        return list(crops)
    rows_of: dict[str, list[int]] = {}
    for row, crop in enumerate(crops):
        rows_of.setdefault(crop.text, []).append(row)
    random = Random(seed)
    kept = {row for text in sorted(rows_of) for row in random.sample(rows_of[text], min(most, len(rows_of[text])))}
    return [crop for row, crop in enumerate(crops) if row in kept]


def _measured(crops: Iterable[GlyphFile]) -> tuple[GlyphFile, ...]:
    """The real crops, or the renders where there are no others."""
    chosen = list(crops)
    return tuple([crop for crop in chosen if crop.origin == "real"] or chosen)
