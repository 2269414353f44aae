"""A trained net as reading's encoder, without a detour over ONNX: for looking at a training, and for GPUs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from effocr.image.crops import Strip, prepared_crops
from effocr.image.preparation import CropPreparation, Grey
from effocr.page.boxes import Boxes, Floats
from effocr.read.encoder import line_crops
from effocr.train.nets.crops import CropNet

BLOCK = 256


class TorchCropsEncoder:
    """Encodes crop by crop, as `effocr.read.encoder.CropsEncoder` does, with torch on any device."""

    def __init__(self, net: CropNet, preparation: CropPreparation, device: torch.device | str = "cpu") -> None:
        self.net = net.to(device).eval()
        self.preparation = preparation
        self.dimensions = net.dimensions
        self._device = device

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        """Embeddings (N, D) of all glyphs, line by line; the strips are whole lines."""
        return self.encode_crops(line_crops(strips, boxes, vertical))

    @torch.no_grad()
    def encode_crops(self, crops: Sequence[Grey]) -> Floats:
        """Embeddings (N, D), rows of length 1, in the order of the crops."""
        out = np.empty((len(crops), self.dimensions), np.float32)
        for start in range(0, len(crops), BLOCK):
            block = torch.from_numpy(prepared_crops(crops[start : start + BLOCK], self.preparation))
            out[start : start + len(block)] = self.net(block.to(self._device)).float().cpu().numpy()
        return out
