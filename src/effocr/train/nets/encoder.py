"""The recognizer's nets: our own over whole strips, and any timm model over windows.

Both turn strips (B, 1, size, W) and glyph extents into one embedding of length 1 a glyph.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from effocr.errors import unknown_name
from effocr.train.nets.crops import PlainFeatures
from effocr.train.nets.localizer import Convolution

DIMENSIONS = 128
PLAIN_WINDOW = "window"
PLAIN_CHANNELS, PLAIN_HIDDEN = (32, 64, 96, 128), 256
SMALLEST_HALF = 3.0
POSITIONS = 5
REDUCTION = 4


class StripNet(nn.Module):
    """One pass of convolutions over the strip; a glyph's embedding comes from the columns that its extent spans.

    Neighbouring windows overlap by two thirds, so sharing the convolutions costs a third of encoding window by window.
    """

    def __init__(
        self,
        size: int = 32,
        channels: tuple[int, ...] = (16, 32, 64, 96, 128),
        hidden: int = 192,
        dimensions: int = DIMENSIONS,
    ) -> None:
        super().__init__()
        first, second, *others, last = channels
        layers = [Convolution(1, first, 2), Convolution(first, second, 2)]
        strides: list[int | tuple[int, int]] = [(2, 1), *[1] * (len(others) - 1), (2, 1)]
        for inward, outward, stride in zip([second, *others], [*others, last], strides, strict=True):
            layers.append(Convolution(inward, outward, stride))
        self.layers = nn.Sequential(*layers)
        rows = size // 16
        self.hidden = nn.Linear(channels[-1] * rows * POSITIONS + 1, hidden)
        self.embedding = nn.Linear(hidden, dimensions)
        self.register_buffer("offsets", torch.linspace(-1, 1, POSITIONS), persistent=False)

    def forward(self, strips: Tensor, extents: Tensor, owners: Tensor) -> Tensor:
        """Strips (B, 1, size, W); for N glyphs, extents (N, 2) in columns and the strip of each (N,) -> (N, D)."""
        maps = self.layers(strips)  # (B, C, rows, W / 4)
        batch, channels, rows, columns = maps.shape
        cells = maps.permute(0, 3, 1, 2).reshape(batch * columns, channels * rows)
        return self.embed(cells, columns, extents, owners * columns)

    def embed(self, cells: Tensor, columns: Tensor | int, extents: Tensor, first: Tensor) -> Tensor:
        """Embeddings from the cells (K, C * rows) of all strips; the strip of a glyph starts at cell `first` (N,)."""
        middle = (extents[:, 0] + extents[:, 1]) / 2
        half = ((extents[:, 1] - extents[:, 0]) / 2).clamp(min=SMALLEST_HALF)
        at = (middle[:, None] + half[:, None] * self.offsets - 0.5) / REDUCTION  # type: ignore[operator]
        at = at.clamp(min=0)
        at = torch.minimum(at, torch.as_tensor(columns - 1, dtype=at.dtype))
        low = at.floor()
        high = torch.minimum(low + 1, torch.as_tensor(columns - 1, dtype=at.dtype))
        part = (at - low)[..., None]
        low_cells = cells[(low.long() + first[:, None])]  # (N, positions, C * rows)
        high_cells = cells[(high.long() + first[:, None])]
        seen = (low_cells * (1 - part) + high_cells * part).flatten(1)
        seen = torch.cat([seen, half[:, None] / 16], 1)
        return F.normalize(self.embedding(torch.relu(self.hidden(seen))), dim=1)


class WindowNet(nn.Module):
    """Windows (N, 2, size, size) -> (N, D) with our own plain net, or any timm model, whose features are projected.

    `classes` holds one vector a text for training with cross entropy, and is None otherwise.
    """

    def __init__(
        self,
        model: str,
        dimensions: int = DIMENSIONS,
        *,
        size: int = 32,
        channels: Sequence[int] = PLAIN_CHANNELS,
        classes: int = 0,
        pretrained: bool = False,
    ) -> None:
        super().__init__()
        if model == PLAIN_WINDOW:
            self.features: nn.Module = PlainFeatures(size, channels, PLAIN_HIDDEN, inward=2)
        else:
            self.features = _timm_features(model, pretrained=pretrained)
        with torch.no_grad():
            width = self.features.eval()(torch.zeros(1, 2, size, size)).shape[1]
        self.features.train()
        self.embedding = nn.Identity() if width == dimensions else nn.Linear(width, dimensions)
        self.classes = nn.Parameter(torch.randn(classes, dimensions)) if classes else None

    def forward(self, windows: Tensor) -> Tensor:
        return F.normalize(self.embedding(self.features(windows)), dim=1)

    def begin_with(self, vectors: Tensor) -> None:
        """Gives the classes their first vectors."""
        if self.classes is not None:
            self.classes.data.copy_(vectors)

    def class_vectors(self) -> Tensor:
        """Vectors (texts, D) of length 1: the text whose vector is nearest is the classifier's answer."""
        if self.classes is None:
            raise ValueError("this net was not made to classify.")
        return F.normalize(self.classes, dim=1)


def _timm_features(model: str, *, pretrained: bool) -> nn.Module:
    import timm

    if not timm.is_model(model):
        raise unknown_name("encoder", model, ["strip", PLAIN_WINDOW, *timm.list_models()])
    features: nn.Module = timm.create_model(model, num_classes=0, in_chans=2, pretrained=pretrained)
    return features


def supervised_contrastive(embeddings: Tensor, texts: Tensor, temperature: float) -> Tensor:
    """Mean over anchors of -log of the share of same-text pairs (SupCon, L_out; arXiv:2004.11362).

    embeddings (N, D) of length 1, texts (N,) as numbers. Anchors without a second sample of their text do not count; 0
    when there is none.
    """
    near = embeddings @ embeddings.T / temperature
    itself = torch.eye(len(texts), dtype=torch.bool, device=near.device)
    near = near.masked_fill(itself, -1e9)
    share = near - near.logsumexp(1, keepdim=True)
    same = (texts[:, None] == texts[None]) & ~itself
    mates = same.sum(1)
    anchors = mates > 0
    if not bool(anchors.any()):
        return embeddings.sum() * 0
    return -((share * same).sum(1)[anchors] / mates[anchors]).mean()
