"""A larger encoder that goes on from a smaller one, and exemplars that learn beside an encoder."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from effocr.index.glyph_index import GlyphIndex
from effocr.train.nets.encoder import POSITIONS, StripNet

QUIETER = 0.5
"""What new channels answer with, against the usual."""
UNLIKELY = -1e4
NAMED_TEMPERATURE = 0.08
TOGETHER = 0.5
"""How much it counts that glyphs of one text come near to each other, beside coming near to its exemplars."""


@torch.no_grad()
def grown(net: StripNet, size: int, channels: tuple[int, ...], hidden: int) -> StripNet:
    """A net of more channels that answers as `net` does: nothing looks at the new ones yet (after arXiv:1511.05641).

    The same net grows the same way every time. Raises ValueError where it would be smaller anywhere.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        larger = StripNet(size, channels, hidden, net.embedding.out_features)
    for own, new in zip(net.layers, larger.layers, strict=True):
        _convolution_grown(own, new)
    rows, known = size // 16, net.hidden.out_features
    last = net.hidden.in_features // (POSITIONS * rows)
    if known > hidden:
        raise ValueError(f"a net of {known} hidden channels does not grow to {hidden}.")
    seen = larger.hidden.weight
    seen[:known] = 0
    own_part = net.hidden.weight[:, :-1].view(known, POSITIONS, last, rows)
    seen[:known, :-1].view(known, POSITIONS, channels[-1], rows)[:, :, :last] = own_part
    seen[:known, -1] = net.hidden.weight[:, -1]  # how wide the glyph is
    larger.hidden.bias[:known] = net.hidden.bias
    larger.embedding.weight[:, known:] = 0
    larger.embedding.weight[:, :known] = net.embedding.weight
    larger.embedding.bias.copy_(net.embedding.bias)
    return larger.train(net.training)


def _convolution_grown(own: nn.Module, new: nn.Module) -> None:
    weight, larger = own[0].weight, new[0].weight  # type: ignore[index]
    outward, inward = weight.shape[:2]
    if outward > larger.shape[0] or inward > larger.shape[1]:
        raise ValueError(f"a layer of {outward} channels does not grow to {larger.shape[0]}.")
    larger[:outward, inward:] = 0
    larger[:outward, :inward] = weight
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(new[1], name)[:outward] = getattr(own[1], name)  # type: ignore[index]
    new[1].weight[outward:] *= QUIETER  # type: ignore[index]


class WithExemplars(nn.Module):
    """An encoder, and the exemplars of an index that learn with it: those that `movable` (exemplars,) marks, or all.

    `numbers` are those of the texts in training.
    """

    def __init__(
        self, encoder: nn.Module, index: GlyphIndex, numbers: Mapping[str, int], movable: Tensor | None = None
    ) -> None:
        super().__init__()
        vectors = torch.from_numpy(index.vectors.copy())
        self.encoder = encoder
        self.exemplars = nn.Parameter(vectors)
        owners = torch.tensor([numbers[text] for text in index.texts])
        known = torch.zeros(max(numbers.values()) + 1, dtype=torch.bool)
        known[owners] = True
        moves = torch.ones(len(index)) if movable is None else movable.float()
        for name, value in (("start", vectors.clone()), ("moves", moves), ("owners", owners), ("known", known)):
            self.register_buffer(name, value, persistent=False)

    def named(self, embeddings: Tensor, texts: Tensor, temperature: float) -> Tensor:
        """How unlikely the true text is, where a text is as near as the nearest of its exemplars (cross entropy).

        embeddings (N, D) of length 1, texts (N,) as numbers; those without an exemplar do not count.
        """
        start, moves, owners, known = self.start, self.moves, self.owners, self.known
        exemplars = F.normalize(start + (self.exemplars - start) * moves[:, None], dim=1)  # type: ignore[operator, index]
        asked = known[texts]  # type: ignore[index]
        near = embeddings[asked] @ exemplars.T / temperature
        by_text = near.new_full((len(near), len(known)), UNLIKELY)  # type: ignore[arg-type]
        by_text = by_text.scatter_reduce(1, owners.expand(len(near), -1), near, "amax")  # type: ignore[operator]
        return F.cross_entropy(by_text, texts[asked])
