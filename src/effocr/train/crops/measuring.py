"""How well a net reads crops: embeddings, precision at 1 against an index, and what is taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn

from effocr.data.glyphs.files import GlyphFile
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Floats
from effocr.train.crops.batches import PrepareCrops

BLOCK = 128
MOST_CONFUSIONS = 20


@dataclass(frozen=True)
class Precision:
    """Of `crops` crops `right` are nearest to an exemplar of their text; the texts of `unknown` ones have none.

    `confusions` are (text, read as, how often), most frequent first.
    """

    crops: int
    right: int
    unknown: int
    confusions: tuple[tuple[str, str, int], ...] = ()

    @property
    def at_1(self) -> float:
        """Precision at 1; 0 without crops."""
        return self.right / self.crops if self.crops else 0.0

    def to_report(self) -> dict[str, Any]:
        """The figures for a report's JSON."""
        return {
            "precision_at_1": round(self.at_1, 5),
            "crops": self.crops,
            "right": self.right,
            "unknown": self.unknown,
        }


@torch.no_grad()
def embedded(
    net: nn.Module, crops: Sequence[GlyphFile], prepare: PrepareCrops, device: torch.device | str = "cpu"
) -> Floats:
    """Embeddings (N, D) of the crops as they are, in their order; (0, 1) for none. The net's mode stays as it was."""
    training, random = net.training, Random(0)
    net.eval()
    blocks = [
        net(prepare(crops[start : start + BLOCK], random).to(device)).float().cpu().numpy()
        for start in range(0, len(crops), BLOCK)
    ]
    net.train(training)
    return np.concatenate(blocks) if blocks else np.zeros((0, 1), np.float32)


def precision(index: GlyphIndex, embeddings: Floats, texts: Sequence[str]) -> Precision:
    """Precision at 1 of embeddings (N, D) whose texts are known."""
    if not len(texts):
        return Precision(0, 0, 0)
    read = [index.texts[row] for row in index.nearest(embeddings, 1).rows[:, 0].tolist()]
    wrong = Counter((text, answer) for text, answer in zip(texts, read, strict=True) if text != answer)
    known = set(index.texts)
    ordered = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:MOST_CONFUSIONS]
    return Precision(
        len(texts),
        len(texts) - wrong.total(),
        sum(text not in known for text in texts),
        tuple((text, answer, times) for (text, answer), times in ordered),
    )
