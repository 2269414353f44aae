"""What the localizer should have answered, and how far it was off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from effocr.data.labelled import LabelledLine
from effocr.page.boxes import Floats

COLUMNS_PER_CELL = 2
LEAST_EXTENT = 0.3


@dataclass(frozen=True)
class Targets:
    """For n cells: `heat` (n,), 1 at a centre; `levels` (6, n): extents left and right in pixels, top, bottom, ascender
    line, baseline as parts of the height; `space` (n,); `weight` (n,) of the glyph answers, `band_weight` (n,) of the
    last two levels, `known` (n,) is 0 where nothing is known.
    """

    heat: Floats
    levels: Floats
    space: Floats
    weight: Floats
    band_weight: Floats
    known: Floats


def targets_of(line: LabelledLine, scale_x: float, scale_y: float, height: int, cells: int) -> Targets:
    """Targets for a line whose pixels were scaled by `scale_x`, `scale_y` to `height` rows and cut to `cells` cells."""
    x = (np.arange(cells, dtype=np.float32) + 0.5) * COLUMNS_PER_CELL
    boxes = line.boxes.scaled(scale_x, scale_y)
    known = np.ones(cells, np.float32)
    for left, _, right, _ in line.unknown.scaled(scale_x, scale_y).array:
        known[(x > left) & (x < right)] = 0
    levels, space, weight = np.zeros((6, cells), np.float32), np.zeros(cells, np.float32), np.zeros(cells, np.float32)
    centre, width = boxes.centre, np.maximum(boxes.right - boxes.left, 2)
    at = (centre / COLUMNS_PER_CELL).astype(np.intp)
    inside = (at >= 0) & (at < cells)
    sigma = np.maximum(width * 0.12, COLUMNS_PER_CELL * 0.5)[inside, None]
    heat = np.exp(-((x - centre[inside, None]) ** 2) / (2 * sigma**2)).max(0, initial=0).astype(np.float32)
    heat[at[inside]] = 1
    band = line.band.scaled(scale_x, scale_y)
    base = band.baseline + band.slope * centre
    rows = np.stack([boxes.top, boxes.bottom, base - band.height, base]) / height  # (4, N)
    for step, part in ((-1, 0.5), (1, 0.5), (0, 1.0)):
        cell = at + step
        fits = inside & (cell >= 0) & (cell < cells)
        fits &= (step == 0) | (np.abs((cell + 0.5) * COLUMNS_PER_CELL - centre) < width * 0.3)
        where, middle = cell[fits], x[cell[fits]]
        levels[0, where], levels[1, where] = middle - boxes.left[fits], boxes.right[fits] - middle
        levels[2:, where] = rows[:, fits]
        space[where], weight[where] = line.spaces[fits], part
    exact = np.float32(1.0 if line.exact_band is not None else 0.3)
    return Targets(heat, levels, space, weight * known, weight * known * exact, known)


def stacked(targets: list[Targets]) -> tuple[Tensor, ...]:
    """The targets of a batch: heat, levels, space, weight, band_weight, known, each with a first axis B."""
    columns = zip(*((t.heat, t.levels, t.space, t.weight, t.band_weight, t.known) for t in targets), strict=True)
    return tuple(torch.from_numpy(np.stack(column)) for column in columns)


def localizer_loss(answers: Tensor, targets: tuple[Tensor, ...], height: int) -> dict[str, Tensor]:
    """Losses by name; `total` is their weighted sum.

    Centres: penalty-reduced focal loss (CenterNet, arXiv:1904.07850). Extents: 1 - IoU along the line. Spaces: cross
    entropy. Levels: smooth L1 in pixels.
    """
    heat, levels, space, weight, band_weight, known = targets
    centre = _focal(answers[:, 0], heat, known)
    count = weight.sum().clamp(min=1)
    spaces = (F.binary_cross_entropy_with_logits(answers[:, 1], space, reduction="none") * weight).sum() / count
    found = answers[:, 2:4].clamp(max=6).exp()
    wanted = levels[:, :2].clamp(min=LEAST_EXTENT)
    iou = torch.minimum(found, wanted).sum(1) / torch.maximum(found, wanted).sum(1)
    extents = ((1 - iou) * weight).sum() / count
    off = F.smooth_l1_loss(answers[:, 4:8] * height, levels[:, 2:] * height, reduction="none")
    ends = (off[:, :2].sum(1) * weight).sum() / count
    band = (off[:, 2:].sum(1) * band_weight).sum() / band_weight.sum().clamp(min=1)
    total = centre + spaces + 2 * extents + 0.05 * ends + 0.08 * band
    return {"total": total, "centre": centre, "space": spaces, "extent": extents, "ends": ends, "band": band}


def _focal(logits: Tensor, heat: Tensor, known: Tensor) -> Tensor:
    peaks = (heat > 0.999).float() * known
    likely = torch.sigmoid(logits)
    hits = peaks * (1 - likely) ** 2 * F.logsigmoid(logits)
    misses = (known - peaks) * (1 - heat) ** 4 * likely**2 * F.logsigmoid(-logits)
    return -(hits + misses).sum() / peaks.sum().clamp(min=1)
