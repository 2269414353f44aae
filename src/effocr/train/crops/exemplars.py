"""The index that a net's crops are searched in, as the recipe wants it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from effocr.data.glyphs.files import GlyphFile
from effocr.errors import DataError
from effocr.index.choosing import choose_exemplars, edited, joined
from effocr.index.glyph_index import GlyphIndex
from effocr.train.crops.batches import PrepareCrops
from effocr.train.crops.material import CropMaterial, few
from effocr.train.crops.measuring import embedded
from effocr.train.crops.recipe import ExemplarRecipe
from effocr.train.nets.crops import CropNet


def index_of(
    net: nn.Module,
    material: CropMaterial,
    recipe: ExemplarRecipe,
    prepare: PrepareCrops,
    device: torch.device | str = "cpu",
    *,
    most: int | None = None,
) -> GlyphIndex:
    """The exemplars of a recipe; means are made of at most `most` crops of a text and origin.

    Texts that no render shows get means of their real crops instead.
    """
    match recipe.of:
        case "means":
            both = [few(crops, most, 0) for crops in (material.renders, material.real) if crops]
            return _means(net, both, recipe.per_text, prepare, device)
        case "renders":
            chosen = material.renders
        case "font":
            chosen = tuple(crop for crop in material.renders if recipe.font.lower() in crop.source.lower())
            if material.renders and not chosen:
                sources = ", ".join(sorted({crop.source for crop in material.renders})[:5])
                raise DataError(
                    f"no render's source contains {recipe.font!r}; there are {sources}.",
                    hint="[exemplars] font = 'PART OF A NAME'",
                )
    shown = {crop.text for crop in chosen}
    others = few([crop for crop in material.real if crop.text not in shown], most, 0)
    parts = [_all(net, chosen, prepare, device)] if chosen else []
    return joined([*parts, _means(net, [others], recipe.per_text, prepare, device)] if others else parts)


def class_index(net: CropNet, texts: Sequence[str]) -> GlyphIndex:
    """The class vectors of a classifier as exemplars: the nearest is the class that it answers with."""
    vectors = net.class_vectors().detach().float().cpu().numpy()
    return GlyphIndex(vectors, tuple(texts), ("class vector",) * len(texts))


def _all(net: nn.Module, crops: Sequence[GlyphFile], prepare: PrepareCrops, device: torch.device | str) -> GlyphIndex:
    texts, sources = tuple(crop.text for crop in crops), tuple(crop.source for crop in crops)
    return GlyphIndex(embedded(net, crops, prepare, device), texts, sources)


def _means(
    net: nn.Module,
    parts: Sequence[Sequence[GlyphFile]],
    per_text: int,
    prepare: PrepareCrops,
    device: torch.device | str,
) -> GlyphIndex:
    """Means of each part for itself, less those that read more crops wrongly than rightly."""
    whole = [_all(net, part, prepare, device) for part in parts]
    chosen = joined([choose_exemplars(part.vectors, part.texts, part.sources, per_text) for part in whole])
    return edited(chosen, np.concatenate([part.vectors for part in whole]), [t for part in whole for t in part.texts])
