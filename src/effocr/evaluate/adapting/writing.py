"""Bundles with other nets and another index, and everything else as in the one that they come from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from effocr.bundle.card import Card
from effocr.bundle.digests import sha256
from effocr.bundle.files import Bundle, write_bundle
from effocr.data.lines import TextLine
from effocr.index.files import index_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.read.teaching import DIGITS_OF_VERSION, card_with_index


@dataclass(frozen=True)
class Nets:
    """The content of a bundle's two nets."""

    localizer: bytes
    encoder: bytes


def nets_of(bundle: Bundle) -> Nets:
    return Nets(bundle.localizer(), bundle.encoder())


def write_adapted(
    bundle: Bundle, nets: Nets, index: GlyphIndex, out: str | os.PathLike[str], card: Card | None = None
) -> Bundle:
    """Writes `bundle` with other nets and another index, and with what a `card` says, to `out`, whole or not at all.

    A quantized net stays where its own does.
    """
    digest = sha256(nets.encoder)
    content = index_bytes(index, digest)
    changed = card_with_index(card or bundle.card, index, content, digest)
    for name, known in (("encoder", digest), ("localizer", sha256(nets.localizer))):
        net = getattr(changed, name)
        if known != net.sha256:
            changed = changed.model_copy(update={name: net.model_copy(update={"quantized": None})})
    return write_bundle(
        out,
        changed,
        localizer=nets.localizer,
        encoder=nets.encoder,
        index=content,
        words=bundle.words(),
        line_finder=bundle.line_finder(),
        quantized=bundle.quantized(),
    )


def write_copy(bundle: Bundle, out: str | os.PathLike[str]) -> Bundle:
    """Writes `bundle` to `out` as it is, whole or not at all."""
    texts = bundle.card.index.texts
    return write_bundle(
        out,
        bundle.card,
        localizer=bundle.localizer(),
        encoder=bundle.encoder(),
        index=bundle.index(),
        texts=bundle.part(texts) if texts else None,
        words=bundle.words(),
        line_finder=bundle.line_finder(),
        quantized=bundle.quantized(),
    )


def work_folder(work: Path, bundle: Bundle, lines: Sequence[TextLine], settings: Sequence[str]) -> Path:
    """A folder in `work` for what an adaptation has done so far; another bundle, text or setting has another one."""
    told = [bundle.card.localizer.sha256, bundle.card.encoder.sha256, bundle.card.index.sha256, *settings]
    told += [f"{line.image.absolute()}\t{line.text}\t{line.vertical}" for line in lines]
    return work / sha256("\n".join(told).encode())[:DIGITS_OF_VERSION]
