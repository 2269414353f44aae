"""The product of a recognizer's training: encoder, index and, where the recipe asks for one, the bundle."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Literal

from effocr.bundle.card import Card, EncoderPart, IndexPart, Provenance
from effocr.bundle.digests import sha256
from effocr.bundle.files import write_bundle
from effocr.bundle.lone import LoneLocalizer
from effocr.data.writing import write_bytes
from effocr.index.files import index_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.page.kinds import pair_counts
from effocr.read.detectors.parts import given_localizer
from effocr.synth.fonts import licence_of
from effocr.synth.lines import LineMaker
from effocr.train.exemplars import best_sharpness
from effocr.train.export import export_strip_encoder, export_window_encoder
from effocr.train.material import RealMaterial
from effocr.train.nets.encoder import StripNet, WindowNet
from effocr.train.nets.half_precision import halved
from effocr.train.recipes import BundleRecipe, RecognizerRecipe
from effocr.train.recognizer import EXEMPLAR_LINES, embed, exemplars_of, strips_of, whole_strips, window_of

TOOLS = ("effocr", "torch", "numpy", "opencv-python-headless", "onnxruntime")


def write_recognizer(
    net: StripNet | WindowNet,
    recipe: RecognizerRecipe,
    makers: tuple[LineMaker, LineMaker],
    real: RealMaterial,
    out: Path,
) -> Path:
    """Writes `encoder.onnx` and `index.safetensors` into `out`; gives the bundle's folder, else the encoder's path."""
    encoder = export_encoder(net, recipe, out / "encoder.onnx")
    index = exemplars_of(net, recipe, makers[0], real.lines, EXEMPLAR_LINES)
    precision = recipe.bundle.precision if recipe.bundle else "single"
    if precision == "half":
        write_bytes(encoder, halved(encoder.read_bytes()))
    digest = sha256(encoder.read_bytes())
    content = index_bytes(index, digest, precision)
    write_bytes(out / "index.safetensors", content)
    if recipe.bundle is None:
        return encoder
    asked = embed(
        net,
        list(islice(makers[1].lines(recipe.running.seed + 5_000_011), EXEMPLAR_LINES // 8)),
        whole_strips(strips_of(recipe)),
    )
    kind: Literal["strips", "windows"] = "strips" if recipe.encoder == "strip" else "windows"
    part = EncoderPart(kind=kind, preparation=window_of(recipe), dimensions=index.dimensions)
    sharpness = best_sharpness(index, asked.vectors, asked.texts)
    card = card_of(recipe.bundle, part, index, digest, sharpness, fonts_of(makers[0]))
    if recipe.bundle.context:
        rows = recipe.bundle.context.read_text(encoding="utf-8").splitlines()
        card = card.model_copy(update={"context": pair_counts(rows)})
    elif recipe.bundle.spaced and real:
        whole = (line.text for line in real.lines if not len(line.unknown))
        card = card.model_copy(update={"context": pair_counts(whole)})
    localizer = wanted_localizer(recipe.bundle).content
    return write_bundle(out / "bundle", card, localizer=localizer, encoder=encoder, index=content).path


def wanted_localizer(bundle: BundleRecipe) -> LoneLocalizer:
    """The localizer of a recipe's bundle, with the threshold that the recipe wants."""
    changes = {} if bundle.threshold is None else {"threshold": bundle.threshold}
    return given_localizer(bundle.localizer, changes=changes)


def export_encoder(net: StripNet | WindowNet, recipe: RecognizerRecipe, path: Path) -> Path:
    """The ONNX file of a trained encoder."""
    match net:
        case StripNet():
            return export_strip_encoder(net, recipe.size, path)
        case WindowNet():
            return export_window_encoder(net, recipe.size, path)


def card_of(
    bundle: BundleRecipe,
    encoder: EncoderPart,
    index: GlyphIndex,
    digest: str,
    sharpness: float,
    fonts: list[Provenance],
) -> Card:
    """The card of a recipe's bundle, without the digests of its parts and without scores."""
    return Card(
        name=bundle.name,
        version=bundle.version,
        description=bundle.description,
        charset=list(index.distinct_texts),
        vertical=bundle.vertical,
        spaced=bundle.spaced,
        cased=bundle.cased,
        repairs=list(bundle.repairs),
        localizer=wanted_localizer(bundle).part,
        encoder=encoder,
        index=IndexPart(encoder_sha256=digest, exemplars=len(index), sharpness=sharpness),
        fonts=fonts,
        data=[Provenance(name=entry.name, licence=entry.licence, origin=entry.origin) for entry in bundle.data],
        limits=list(bundle.limits),
        made_with={tool: found for tool in TOOLS if (found := _version(tool))},
    )


def fonts_of(maker: LineMaker) -> list[Provenance]:
    """The font families that synthetic lines were drawn with, and their licences."""
    families = {fonts[0].family: fonts[0] for each in (maker, *maker.also) for fonts in each.families}
    return [
        Provenance(name=name, licence=licence_of(families[name]), origin=families[name].path.parent.name)
        for name in sorted(families)
    ]


def _version(tool: str) -> str:
    try:
        return version(tool)
    except PackageNotFoundError:
        return ""
