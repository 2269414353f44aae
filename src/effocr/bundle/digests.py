"""The digests of a bundle's parts: what its card says of each, and which were made of which encoder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeVar

from effocr.bundle.card import Card, EncoderPart, IndexPart, LineFinderPart, LocalizerPart, QuantizedPart, TextsPart
from effocr.errors import BundleError

_Part = TypeVar("_Part", LocalizerPart, EncoderPart, QuantizedPart, IndexPart, TextsPart, LineFinderPart)
_Net = TypeVar("_Net", LocalizerPart, EncoderPart)


def sha256(content: bytes) -> str:
    """The digest that cards carry: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def with_digests(card: Card, contents: Mapping[str, bytes]) -> Card:
    """The card with the digest of every part filled in; BundleError for one without content, or of another encoder."""
    digests = {file: sha256(content) for file, content in contents.items()}
    update: dict[str, object] = {
        "localizer": _net_digested(card.localizer, digests),
        "encoder": _net_digested(card.encoder, digests),
        "index": _index_digested(card.index, card.encoder, digests),
    }
    if card.line_finder is not None:
        update["line_finder"] = _digested(card.line_finder, digests)
    if card.words is not None:
        encoder = _net_digested(card.words.encoder, digests)
        index = _index_digested(card.words.index, encoder, digests)
        update["words"] = card.words.model_copy(update={"encoder": encoder, "index": index})
    # Through JSON, because copies are not validated.
    return Card.model_validate_json(card.model_copy(update=update).to_json())


def _digested(part: _Part, digests: Mapping[str, str]) -> _Part:
    if part.file not in digests:
        raise BundleError(f"the card names {part.file}, which is not given.", hint="Give the content of every part.")
    return part.model_copy(update={"sha256": digests[part.file]})


def _net_digested(net: _Net, digests: Mapping[str, str]) -> _Net:
    net, quantized = _digested(net, digests), net.quantized
    if quantized is None:
        return net
    if quantized.net_sha256 != net.sha256:
        raise BundleError(
            f"{quantized.file} was made of another {net.file}, {quantized.net_sha256[:12] or '?'}, not of "
            f"{net.sha256[:12]}.",
            hint="Make it again: effocr bundle quantize BUNDLE IMAGE... -o OUT",
        )
    return net.model_copy(update={"quantized": _digested(quantized, digests)})


def _index_digested(index: IndexPart, encoder: EncoderPart, digests: Mapping[str, str]) -> IndexPart:
    made_by = _digested(encoder, digests).sha256
    if index.encoder_sha256 != made_by:
        raise BundleError(
            f"the index belongs to the encoder {index.encoder_sha256[:12] or '?'}, not to {made_by[:12]}.",
            hint="Embed the exemplars again with this encoder: effocr train recognizer",
        )
    texts = _digested(index.texts, digests) if index.texts is not None else None
    return _digested(index, digests).model_copy(update={"texts": texts})
