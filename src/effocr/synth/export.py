"""Synthetic lines and glyphs as files, the same from any number of processes: COCO, and crops with a manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import accumulate, islice
from itertools import count as numbers
from pathlib import Path

import numpy as np

from effocr.data.coco import COCO_FILE, to_coco, write_coco
from effocr.data.glyphs.cutting import glyph_crops
from effocr.data.glyphs.files import GlyphCrop
from effocr.data.glyphs.files import write_glyphs as write_crops
from effocr.data.labelled import LabelledLine
from effocr.data.split import check_proportions
from effocr.data.writing import new_folder
from effocr.errors import DataError
from effocr.image.draw import png
from effocr.synth.lines import LineMaker, line_makers
from effocr.synth.processes import in_order
from effocr.synth.recipe import SynthesisRecipe

Progress = Callable[[int, int], None]


BLOCKS_WITHOUT_LINES = 200
"""So many in a row mean that there will never be one."""


def synthetic_lines(maker: LineMaker, count: int, seed: int | str, jobs: int) -> Iterator[LabelledLine]:
    """`count` lines; the same for the same recipe and seed, whatever the number of processes.

    DataError where next to nothing can be drawn.
    """
    make = partial(_block, maker, seed)
    yield from islice(_lines_of(in_order(make, numbers(), jobs)), count)


def _block(maker: LineMaker, seed: int | str, number: int) -> list[LabelledLine]:
    return maker.block(f"{seed}/{number}")


def _lines_of(blocks: Iterator[list[LabelledLine]]) -> Iterator[LabelledLine]:
    empty = 0
    for block in blocks:
        empty = 0 if block else empty + 1
        if empty == BLOCKS_WITHOUT_LINES:
            hint = "Do the fonts cover what the texts hold, and is a line longer than nothing?"
            raise DataError(f"no line could be drawn in {empty} attempts.", hint=hint)
        yield from block


def write_lines(out: Path, recipe: SynthesisRecipe, count: int, seed: int, jobs: int, progress: Progress) -> Path:
    """`count` lines as PNG files and `coco.json` in the new folder `out`; gives the path of the latter."""
    maker, _ = line_makers(recipe)
    with new_folder(out) as folder:
        (folder / "images").mkdir()
        lines = _saved(synthetic_lines(maker, count, seed, jobs), folder, 0, lambda done: progress(done, count))
        write_coco(to_coco(lines), folder / COCO_FILE)
    return out / COCO_FILE


def write_parts(
    out: Path,
    recipe: SynthesisRecipe,
    count: int,
    parts: Mapping[str, float],
    seed: int,
    jobs: int,
    progress: Progress,
) -> list[Path]:
    """`count` lines as PNG files in the new folder `out`, and one `NAME.json` for each of the `parts`, by their shares.

    Where the recipe holds fonts out, all parts but the first are drawn with these alone; DataError where it comes to
    none. Every part has a stream of its own.
    """
    makers = line_makers(recipe)
    counts = _counts(count, parts)
    if len(parts) > 1 and recipe.held_out:
        _need_held_out(*makers)
    made = 0
    with new_folder(out) as folder:
        (folder / "images").mkdir()
        for name, number in counts.items():
            maker, stream = (makers[1], f"{seed} {name}") if made else (makers[0], seed)
            lines = synthetic_lines(maker, number, stream, jobs)
            document = to_coco(_saved(lines, folder, made, lambda done: progress(done, count)))
            for image in document["images"]:
                image["split"] = name
            write_coco(document, folder / f"{name}.json")
            made += number
    return [out / f"{name}.json" for name in counts]


def _counts(count: int, parts: Mapping[str, float]) -> dict[str, int]:
    """How many of `count` lines each part gets."""
    check_proportions(parts)
    ends = [round(count * share) for share in accumulate(parts.values())]
    counts = {name: end - start for name, start, end in zip(parts, [0, *ends], ends, strict=False)}
    if empty := [name for name, number in counts.items() if not number]:
        raise DataError(f"of {count} lines none is left for {empty[0]!r}.", hint="Make more lines, or fewer parts.")
    return counts


def _need_held_out(training: LineMaker, held_out: LineMaker) -> None:
    """DataError where both draw with the same fonts."""
    known = {font.path for fonts in training.families for font in fonts}
    if any(font.path in known for fonts in held_out.families for font in fonts):
        families = len({font.family for fonts in training.families for font in fonts})
        share = training.recipe.held_out
        raise DataError(
            f"a share of {share:g} of {families} families of fonts is none, so no part can have fonts of its own.",
            hint="Add fonts, or hold out more: --set held_out=0.5; with 0 all parts share them.",
        )


def _saved(
    lines: Iterable[LabelledLine], folder: Path, first: int, progress: Callable[[int], None]
) -> Iterator[tuple[str, LabelledLine]]:
    """The lines with the names of their files, which are written as they come, vertical lines upright."""
    for number, line in enumerate(lines, first):
        name = f"images/{number:06d}.png"
        upright = np.ascontiguousarray(np.rot90(line.image, -1)) if line.vertical else line.image
        (folder / name).write_bytes(png(upright))
        yield name, line
        progress(number + 1)


def write_glyphs(out: Path, recipe: SynthesisRecipe, count: int, seed: int, jobs: int, progress: Progress) -> Path:
    """`count` glyph crops of synthetic lines, with a manifest, in the new folder `out`; gives the manifest's path."""

    def crops() -> Iterator[GlyphCrop]:
        lines = synthetic_lines(line_makers(recipe)[0], count, seed, jobs)
        for number, crop in enumerate(islice((crop for line in lines for crop in glyph_crops(line, "render")), count)):
            yield crop
            progress(number + 1, count)

    return write_crops(crops(), out)
