"""The localizer's net: a line in, an answer for every two columns out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

ANSWERS = 8
"""Centre and space logits, log extents to the left and right, top, bottom, ascender line, baseline."""
CELLS_PER_COLUMN = 2
RARE = -2.5


class Convolution(nn.Sequential):
    """3 x 3 convolution, batch normalisation, ReLU."""

    def __init__(self, inward: int, outward: int, stride: int | tuple[int, int] = 1) -> None:
        super().__init__(
            nn.Conv2d(inward, outward, 3, stride, 1, bias=False), nn.BatchNorm2d(outward), nn.ReLU(inplace=True)
        )


class Along(nn.Module):
    """A residual convolution along the line."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(
            channels, channels, (1, 5), padding=(0, 2 * dilation), dilation=(1, dilation), bias=False
        )
        self.normalisation = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.normalisation(self.convolution(x)))


class LocalizerNet(nn.Module):
    """(B, 1, height, W) -> (B, 8, W / 2); W a multiple of 4. See `effocr.read.decode` for the meaning of the rows.

    Channels are multiples of 16: that is what onnxruntime computes in blocks.
    """

    def __init__(self, height: int = 40, channels: int = 96, dilations: tuple[int, ...] = (1, 2, 4)) -> None:
        super().__init__()
        self.rows = nn.Sequential(
            Convolution(1, 16, 2),
            Convolution(16, 32, 2),
            Convolution(32, 32, (2, 1)),
            Convolution(32, 64, (2, 1)),
        )
        left = height
        for _ in range(4):
            left = (left + 1) // 2
        self.column = nn.Sequential(
            nn.Conv2d(64, channels, (left, 1), bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )
        self.along = nn.Sequential(*(Along(channels, dilation) for dilation in dilations))
        self.answers = nn.Conv2d(channels, ANSWERS * CELLS_PER_COLUMN, (1, 3), padding=(0, 1))
        with torch.no_grad():
            self.answers.bias[: 2 * CELLS_PER_COLUMN] = RARE  # type: ignore[index]

    def forward(self, line: Tensor) -> Tensor:
        out = self.answers(self.along(self.column(self.rows(line)))).squeeze(2)  # (B, 8 * 2, W / 4)
        batch, _, columns = out.shape
        # (B, 8, 2, W / 4) -> (B, 8, W / 4, 2) -> (B, 8, W / 2)
        cells: Tensor = out.view(batch, ANSWERS, CELLS_PER_COLUMN, columns).transpose(2, 3)
        return cells.reshape(batch, ANSWERS, columns * CELLS_PER_COLUMN)
