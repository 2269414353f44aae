"""Synthetic lines and glyphs as files, the same from any number of processes: COCO, and crops with a manifest."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count as numbers
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from threading import current_thread, main_thread

from PIL import Image

from effocr.data.coco import COCO_FILE, to_coco, write_coco
from effocr.data.glyphs import GlyphCrop, glyph_crops
from effocr.data.glyphs import write_glyphs as write_crops
from effocr.data.labelled import LabelledLine
from effocr.data.writing import new_folder
from effocr.synth.lines import LineMaker, line_makers
from effocr.synth.recipe import SynthesisRecipe

Progress = Callable[[int, int], None]
BLOCKS_AHEAD = 16


def synthetic_lines(recipe: SynthesisRecipe, count: int, seed: int, jobs: int) -> Iterator[LabelledLine]:
    """`count` lines; the same for the same recipe and seed, whatever the number of processes."""
    maker, _ = line_makers(recipe)
    make = partial(_block, maker, seed)
    if jobs == 1:
        yield from islice((line for number in numbers() for line in make(number)), count)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from islice((line for block in _in_order(pool, make) for line in block), count)


def _in_order(pool: ProcessPoolExecutor, make: Callable[[int], list[LabelledLine]]) -> Iterator[list[LabelledLine]]:
    for first in numbers(0, BLOCKS_AHEAD):
        with _deaf_to_ctrl_c():
            blocks = pool.map(make, range(first, first + BLOCKS_AHEAD))
        yield from blocks


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes that are started inside ignore Ctrl-C, which a terminal sends to all: their parent alone answers it."""
    if current_thread() is not main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _block(maker: LineMaker, seed: int, number: int) -> list[LabelledLine]:
    return maker.block(f"{seed}/{number}")


def write_lines(out: Path, recipe: SynthesisRecipe, count: int, seed: int, jobs: int, progress: Progress) -> Path:
    """`count` lines as PNG files and `coco.json` in the new folder `out`; gives the path of the latter."""
    with new_folder(out) as folder:
        (folder / "images").mkdir()
        named: list[tuple[str, LabelledLine]] = []
        for number, line in enumerate(synthetic_lines(recipe, count, seed, jobs)):
            name = f"images/{number:06d}.png"
            Image.fromarray(line.image).save(folder / name)
            named.append((name, line))
            progress(number + 1, count)
        write_coco(to_coco(named), folder / COCO_FILE)
    return out / COCO_FILE


def write_glyphs(out: Path, recipe: SynthesisRecipe, count: int, seed: int, jobs: int, progress: Progress) -> Path:
    """`count` glyph crops of synthetic lines, with a manifest, in the new folder `out`; gives the manifest's path."""

    def crops() -> Iterator[GlyphCrop]:
        lines = synthetic_lines(recipe, count, seed, jobs)
        for number, crop in enumerate(islice((crop for line in lines for crop in glyph_crops(line)), count)):
            yield crop
            progress(number + 1, count)

    return write_crops(crops(), out)
