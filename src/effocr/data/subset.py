"""Fewer lines of a set."""

from __future__ import annotations

import random

from effocr.data.coco import CocoSet
from effocr.data.lines import evenly
from effocr.errors import DataError


def subset(coco: CocoSet, count: int, seed: int | None = None) -> CocoSet:
    """`count` lines in their order, at an even stride, or drawn with a `seed`; all where there are fewer."""
    if count < 1:
        raise DataError(f"a subset needs at least 1 line, got {count}.")
    total = len(coco.images)
    rows = evenly(total, count) if seed is None else sorted(random.Random(seed).sample(range(total), min(count, total)))
    return coco.only([coco.images[row] for row in rows])
