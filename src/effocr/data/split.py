"""Parts of a set for training, validation and test: whole pages go to one part, so that none is seen in two."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from effocr.data.coco import CocoImage, CocoSet, write_set
from effocr.data.lines import TextLine
from effocr.errors import DataError

TOLERANCE = 1e-6


def page_of(image: CocoImage) -> str:
    """The page of a line image: its `page`, or the stem of its file name up to the last underscore."""
    return image.page or page_of_name(image.file_name)


def page_of_name(file_name: str) -> str:
    """The page that the file name of a line image tells: its stem up to the last underscore."""
    stem = PurePosixPath(file_name).stem
    return stem.rpartition("_")[0] or stem


def split(coco: CocoSet, proportions: Mapping[str, float], seed: int = 0) -> dict[str, CocoSet]:
    """A set for each name of `proportions`, which say shares of the lines and sum to 1; the same for the same seed.

    Pages go, in random order, to the part that lacks most of its share; every part gets at least one page.
    Raises DataError where the proportions make no sense or there are fewer pages than parts.
    """
    parts = split_pages([page_of(image) for image in coco.images], proportions, seed)
    return {name: _part(coco, name, rows) for name, rows in parts.items()}


def split_pages(pages: Sequence[str], proportions: Mapping[str, float], seed: int = 0) -> dict[str, list[int]]:
    """The rows of each part, in order, where `pages` names the page of each row."""
    check_proportions(proportions)
    rows: dict[str, list[int]] = {}
    for row, page in enumerate(pages):
        rows.setdefault(page, []).append(row)
    if len(rows) < len(proportions):
        raise DataError(
            f"{len(rows)} pages cannot be split into {len(proportions)} parts.",
            hint="Lines are kept together by their `page`, or by their file name up to the last underscore.",
        )
    order = sorted(rows)
    random.Random(seed).shuffle(order)
    parts: dict[str, list[int]] = {name: [] for name in proportions}
    for left, page in zip(range(len(order), 0, -1), order, strict=True):
        empty = [name for name, part in parts.items() if not part]
        open_parts = empty if left <= len(empty) else list(parts)
        lacking = {name: proportions[name] * len(pages) - len(parts[name]) for name in open_parts}
        parts[max(lacking, key=lambda name: lacking[name])] += rows[page]
    return {name: sorted(part) for name, part in parts.items()}


def part_of(lines: Sequence[TextLine], pages: str) -> list[TextLine]:
    """The lines on part K of N of the pages ("K/N"), on all others ("!K/N"), or "all".

    The order of the pages was drawn once and for all, so training on "!K/N" and judging on "K/N" never share a page.
    Raises DataError for another form of `pages`.
    """
    if pages == "all":
        return list(lines)
    found = re.fullmatch(r"(!?)(\d+)/(\d+)", pages)
    part, parts = (int(found[2]), int(found[3])) if found else (0, 0)
    if not found or not 1 <= part <= parts:
        raise DataError(f"the pages {pages!r} are no part.", hint="For example 1/5, or !1/5 for the other four fifths.")
    names = [line.page or line.image.stem.rpartition("_")[0] or line.image.stem for line in lines]
    order = sorted(set(names))
    random.Random(0).shuffle(order)
    chosen = set(order[part - 1 :: parts])
    return [line for line, name in zip(lines, names, strict=True) if (name in chosen) != bool(found[1])]


def write_parts(parts: Mapping[str, CocoSet], out: Path) -> list[Path]:
    """One COCO file a part, `NAME.json` in `out`; the images stay where they are."""
    return [write_set(part, out / f"{name}.json") for name, part in parts.items()]


def _part(coco: CocoSet, name: str, rows: Sequence[int]) -> CocoSet:
    part = coco.only([coco.images[row] for row in rows])
    return replace(part, images=tuple(replace(image, split=name) for image in part.images))


def check_proportions(proportions: Mapping[str, float]) -> None:
    """DataError for shares that do not sum to 1, and for names that cannot be those of files."""
    total = sum(proportions.values())
    if not proportions or any(share <= 0 for share in proportions.values()) or abs(total - 1) > TOLERANCE:
        shown = ", ".join(f"{name} {share:g}" for name, share in proportions.items()) or "none"
        raise DataError(f"proportions must be positive and sum to 1, got {shown}.", hint="For example 0.8 0.1 0.1.")
    for name in proportions:
        if not name or name != PurePosixPath(name).name or name.startswith("."):
            raise DataError(
                f"{name!r} cannot name a part: it becomes a file name.", hint="For example train, dev, test."
            )
