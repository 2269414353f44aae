"""The product of a training on crops: encoder and index, in a bundle or as the words part of one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from effocr.bundle.card import EncoderPart, IndexPart, Provenance, WordsPart
from effocr.bundle.digests import sha256
from effocr.bundle.files import WORDS, add_words, write_bundle
from effocr.data.glyphs.files import GlyphFile
from effocr.data.writing import write_bytes, write_text
from effocr.index.files import index_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats
from effocr.train.crops.measuring import embedded
from effocr.train.crops.training import Measurer
from effocr.train.exemplars import best_sharpness
from effocr.train.export import export_crop_encoder
from effocr.train.finish import card_of, wanted_localizer
from effocr.train.nets.crops import CropNet

CLASS_MAP = "class_map.json"
BELIEVED = 0.995
"""Part of the words over the least cosine that must be right."""
LEAST = 0.83
"""The least cosine where there is nothing to find it on; EffOCR's."""
SHARPNESS = 10.0
ASKED = 5000


def write_crop_recognizer(net: CropNet, measurer: Measurer, out: Path) -> Path:
    """Writes encoder and index into `out`, for a classifier also its class map; gives the bundle's folder, if any."""
    recipe = measurer.recipe
    before = "word_" if recipe.level == "word" else ""
    path = export_crop_encoder(net, recipe.preparation, out / f"{before}encoder.onnx")
    digest = sha256(path.read_bytes())
    index = measurer.index(net)
    content = index_bytes(index, digest)
    write_bytes(out / f"{before}index.safetensors", content)
    if recipe.head == "classifier":
        numbered = {str(number): text for number, text in enumerate(measurer.material.texts)}
        write_text(out / CLASS_MAP, json.dumps(numbered, ensure_ascii=False) + "\n")
    crops = measurer.material.val[:: max(1, len(measurer.material.val) // ASKED)]
    asked, texts = embedded(net, crops, measurer.prepare), [crop.text for crop in crops]
    sharpness = best_sharpness(index, asked, texts) if texts else SHARPNESS
    encoder = EncoderPart(kind="crops", file=path.name, preparation=recipe.preparation, dimensions=index.dimensions)
    if recipe.level == "word":
        part = IndexPart(
            file=f"{before}index.safetensors",
            sha256=sha256(content),
            encoder_sha256=digest,
            exemplars=len(index),
            sharpness=sharpness,
        )
        words = WordsPart(
            encoder=encoder.model_copy(update={"sha256": digest}), index=part, least=least_cosine(index, asked, texts)
        )
        write_text(out / WORDS, words.model_dump_json(indent=1) + "\n")
        return add_words(recipe.join, out, out / "bundle").path if recipe.join else path
    if recipe.bundle is None:
        return path
    card = card_of(recipe.bundle, encoder, index, digest, sharpness, fonts_of(measurer.material.renders))
    localizer = wanted_localizer(recipe.bundle).content
    return write_bundle(out / "bundle", card, localizer=localizer, encoder=path, index=content).path


def least_cosine(index: GlyphIndex, asked: Floats, texts: list[str]) -> float:
    """The cosine over which the words that are read are right, but for few; the lowest such one. `LEAST` for no words.

    asked (N, D). Words that the index does not hold count as wrong wherever they are believed.
    """
    if not texts:
        return LEAST
    near = index.nearest(asked, 1)
    scores = near.scores[:, 0]
    right = np.array([index.texts[row] == text for row, text in zip(near.rows[:, 0].tolist(), texts, strict=True)])
    order = np.argsort(-scores, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= BELIEVED)
    return round(float(np.clip(scores[order[good[-1]]], -1, 1)), 4) if len(good) else 1.0


def fonts_of(renders: tuple[GlyphFile, ...]) -> list[Provenance]:
    """What the renders name as their sources, as fonts whose licences they do not tell."""
    return [Provenance(name=source, licence="", origin="") for source in sorted({crop.source for crop in renders})]
