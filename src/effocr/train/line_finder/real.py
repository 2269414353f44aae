"""Real pages with lines: JSON lines of `image`, `lines` (baseline, x_height, above, below), `unknown` boxes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import cv2
import numpy as np

from effocr.errors import DataError
from effocr.image.decode import decode
from effocr.page.boxes import Floats
from effocr.synth.pages.truth import LabelledPage, PageLine

SMALLEST, LARGEST = 5.5, 11.0
"""X-heights to which windows of real pages are scaled."""


@dataclass(frozen=True)
class RealPages:
    """Pages to draw windows from, all equally often."""

    pages: tuple[LabelledPage, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pages)

    def draw(self, random: Random, size: tuple[int, int]) -> LabelledPage:
        """A window of `size` (width, height) of a page that was scaled so that its type has a random size."""
        page = random.choice(self.pages)
        usual = float(np.median([line.x_height for line in page.lines]))
        scale = random.uniform(SMALLEST, LARGEST) / usual
        wide, high = (max(1, round(length / scale)) for length in size)
        rows, columns = page.image.shape
        left = random.randint(min(0, columns - wide), max(0, columns - wide))
        top = random.randint(min(0, rows - high), max(0, rows - high))
        return _scaled(_window(page, left, top, wide, high), size)


def _window(page: LabelledPage, left: int, top: int, width: int, height: int) -> LabelledPage:
    """The window; what lies outside the page repeats its edge."""
    inside = page.window(left, top, width, height)
    rows = np.clip(np.arange(top, top + height), 0, page.image.shape[0] - 1)
    columns = np.clip(np.arange(left, left + width), 0, page.image.shape[1] - 1)
    return replace(
        inside,
        image=page.image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][
            np.ix_(rows - rows[0], columns - columns[0])
        ],
    )


def _scaled(page: LabelledPage, size: tuple[int, int]) -> LabelledPage:
    along, down = size[0] / page.image.shape[1], size[1] / page.image.shape[0]
    way = cv2.INTER_AREA if along < 1 else cv2.INTER_LINEAR
    points = np.array([along, down], np.float32)
    return LabelledPage(
        np.asarray(cv2.resize(page.image, size, interpolation=way), np.uint8),
        tuple(
            PageLine(line.baseline * points, line.x_height * down, line.above * down, line.below * down)
            for line in page.lines
        ),
        tuple(separator * points for separator in page.separators),
        page.unknown * np.concatenate([points, points]),
        page.source,
    )


def real_pages(sources: Sequence[Path]) -> RealPages:
    """The pages of JSON lines files, image names relative to each; DataError for a file that is none."""
    return RealPages(tuple(page for source in sources for page in _pages(source)))


def _pages(source: Path) -> list[LabelledPage]:
    try:
        rows = [json.loads(row) for row in source.read_text(encoding="utf-8").splitlines() if row.strip()]
        return [
            LabelledPage(
                decode(source.parent / row["image"]),
                tuple(_line(line) for line in row["lines"]),
                unknown=np.array(row.get("unknown", []), np.float32).reshape(-1, 4),
                source=str(row["image"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{source}: not a file of pages with lines: {error!r}.", hint="See recipes/en/README.md for the format."
        ) from error


def _line(record: dict[str, list[list[float]] | float]) -> PageLine:
    baseline: Floats = np.array(record["baseline"], np.float32).reshape(-1, 2)
    x_height, above, below = (float(record[name]) for name in ("x_height", "above", "below"))  # type: ignore[arg-type]
    return PageLine(baseline, x_height, above, below)
