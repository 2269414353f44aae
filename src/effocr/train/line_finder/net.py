"""The line finder's net: a page in, five maps out, one cell for every 2 rows and 4 columns."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from effocr.train.nets.localizer import Convolution

MAPS = 5
"""Kernel and separator logits, height over the baseline, log ascenders, log descenders; see effocr.read.pages.maps."""
ROW_STEP, COLUMN_STEP = 2, 4
MULTIPLE = (16, 32)
"""Rows and columns of a page are multiples of these."""
RARE = -2.0


class LineFinderNet(nn.Module):
    """(B, 1, H, W) -> (B, 5, H / 2, W / 4): a pyramid whose coarse levels are added to the finer ones.

    Text lines are long and low, so that columns are thinned out before rows are. Most of the work is done where there
    are few cells. Compare dhSegment (arXiv:1804.10371) and feature pyramids (arXiv:1612.03144).
    """

    def __init__(self, channels: tuple[int, ...] = (16, 24, 32, 48, 48), joined: int = 24) -> None:
        super().__init__()
        stem, fine, middle, coarse, coarsest = channels
        self.fine = nn.Sequential(Convolution(1, stem, 2), Convolution(stem, fine, (1, 2)))
        self.middle = nn.Sequential(Convolution(fine, middle, 2), Convolution(middle, middle))
        self.coarse = nn.Sequential(Convolution(middle, coarse, 2), Convolution(coarse, coarse))
        self.coarsest = nn.Sequential(Convolution(coarse, coarsest, 2), _dilated(coarsest, 2), _dilated(coarsest, 4))
        self.sides = nn.ModuleList(nn.Conv2d(inward, joined, 1) for inward in (fine, middle, coarse, coarsest))
        self.smooth = nn.ModuleList(Convolution(joined, joined) for _ in range(2))
        self.last = Convolution(joined, joined)
        self.answers = nn.Conv2d(joined, MAPS, 1)
        with torch.no_grad():
            self.answers.bias[:2] = RARE  # type: ignore[index]

    def forward(self, page: Tensor) -> Tensor:
        fine = self.fine(page)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        out = self.sides[3](self.coarsest(coarse))
        out = self.smooth[0](self.sides[2](coarse) + _doubled(out))
        out = self.smooth[1](self.sides[1](middle) + _doubled(out))
        maps: Tensor = self.answers(self.last(self.sides[0](fine) + _doubled(out)))
        return maps


def _dilated(channels: int, dilation: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
    )


def _doubled(maps: Tensor) -> Tensor:
    return F.interpolate(maps, scale_factor=2.0, mode="nearest")
