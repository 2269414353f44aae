"""Aligned lines as COCO: boxes of chars and words, each char and each line with its score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from effocr.data.coco import CATEGORIES, relative_name, to_coco
from effocr.evaluate.forced.lines import AlignedLine


def coco_of_aligned(lines: Sequence[AlignedLine], folder: Path) -> dict[str, Any]:
    """The COCO document of lines, whose file names start at `folder`; lines without a glyph are left out.

    Characters without a box are not in the text of their line; the stretch in which they lie is marked `iscrowd`.
    """
    filled = [line for line in lines if line.glyphs]
    names = [relative_name(line.seen.line.image.absolute(), folder.absolute()) for line in filled]
    document = to_coco((name, line.whole()) for name, line in zip(names, filled, strict=True))
    scores = iter([glyph.score for line in filled for glyph in line.glyphs])
    for row in document["annotations"]:
        if row["category_id"] == CATEGORIES["char"] and not row["iscrowd"]:
            row["score"] = round(next(scores), 4)
    for image, line in zip(document["images"], filled, strict=True):
        image["score"] = round(line.score, 4)
        if line.seen.line.page:
            image["page"] = line.seen.line.page
    return document
