"""The order in which the lines of a page are read, and the columns and blocks that they form.

Blocks are sorted topologically, in the spirit of Breuel, "High performance document layout analysis" (2003): a block is
read after all that stand above it and share columns of the page with it. Among the blocks that this leaves free, the
one below the last is next, so that columns are read to their ends, or to a headline that spans several; then the
leftmost. Breuel's second rule, left before right, as a relation of any two blocks goes round in circles on newspapers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from effocr.page.boxes import Floats
from effocr.read.sockets import FoundLine

Truths = NDArray[np.bool_]

SHARED = 0.2
"""Two stand one above the other when they share this part of the narrower one's columns."""

SAME_ROW = 0.35
"""Lines whose middles differ by less, in heights, stand beside each other."""

APART = 1.4
"""Lines with more room between them, in heights, belong to different blocks."""

LIKE_HEIGHT = 1.6
"""The lines of a block differ in height by no more."""

FLUSH = 2.5
"""The lines of a block begin no farther from each other, in heights: paragraphs are indented."""

NARROW, FEWEST_CELLS = 6.0, 3
"""Cells of tables are narrower, in heights, than any column of running text; and a table has so many rows."""

ALIGNED, CLOSELY = 0.8, 0.2
"""This part of the cells stands on a row of the block at the left, their middles differing by less, in heights."""

WIDEST_GAP = 20.0
"""Cells stand no farther, in heights, from the rows that they belong to."""

FEWEST_SLOPES = 3
"""Fewer baselines do not say how a page leans."""

SPANNING = 0.45
"""A title has this part of the page's width, and is read before the columns that stand lower."""

MARGINAL_WIDTH, MARGINAL_LINES = 0.4, 0.35
"""Notes in a margin are narrower than this part of the text beside them, and fewer than this part of its lines."""


@dataclass(frozen=True, eq=False)
class _Places:
    """N lines or blocks as columns of numbers, pixels."""

    left: Floats
    top: Floats
    right: Floats
    bottom: Floats

    @property
    def middle(self) -> Floats:
        """Of each, along y."""
        return np.asarray((self.top + self.bottom) / 2)

    @property
    def height(self) -> Floats:
        """At least a pixel."""
        return np.asarray(np.maximum(self.bottom - self.top, 1))

    @property
    def width(self) -> Floats:
        """At least a pixel."""
        return np.asarray(np.maximum(self.right - self.left, 1))

    def in_line(self) -> Truths:
        """Whether [a, b] share columns of the page."""
        shared = np.minimum(self.right[:, None], self.right) - np.maximum(self.left[:, None], self.left)
        return np.asarray(shared > SHARED * np.minimum(self.width[:, None], self.width))

    def around(self, groups: Sequence[Sequence[int]]) -> _Places:
        """The smallest rectangle around each group."""
        lows = [[side[group].min() for group in map(list, groups)] for side in (self.left, self.top)]
        highs = [[side[group].max() for group in map(list, groups)] for side in (self.right, self.bottom)]
        return _Places(*(np.array(side, np.float32) for side in (*lows, *highs)))


def in_reading_order(lines: Sequence[FoundLine]) -> list[FoundLine]:
    """The lines in the order in which they are read, with their regions numbered in that order from 0.

    Lines are read along x, columns from left to right. Vertical text is ordered after it was turned along x: what comes
    first stands there, too, at the top (the column at the right) or at the left (the upper of two tiers). Notes in a
    margin are read after the text, the cells of a table row by row.
    """
    if not lines:
        return []
    places = _levelled(lines)
    blocks = _with_tables(_chains(places), places)
    ordered = _run_on([blocks[number] for number in _sorted(blocks, places)], places)
    return [replace(lines[row], region=region) for region, block in enumerate(ordered) for row in block]


def _levelled(lines: Sequence[FoundLine]) -> _Places:
    """The places of the lines after the page was turned so that the usual baseline is level."""
    ends = [(line.baseline[0], line.baseline[-1]) for line in lines if len(line.baseline) > 1]
    slopes = [(last[1] - first[1]) / (last[0] - first[0]) for first, last in ends if last[0] > first[0]]
    slope = median(slopes) if len(slopes) >= FEWEST_SLOPES else 0.0
    edges = np.array([line.box for line in lines], np.float32)
    # The box of a line that slopes is higher than the line.
    high = np.array([line.above + line.below or line.box.height for line in lines], np.float32)
    x, y = (edges[:, :2] + edges[:, 2:]).T / 2
    along, down = x + slope * y, y - slope * x
    half = (edges[:, 2] - edges[:, 0]) / 2
    return _Places(along - half, down - high / 2, along + half, down + high / 2)


def _chains(places: _Places) -> list[list[int]]:
    """The lines joined to blocks, each from top to bottom: near and alike, with no other line beside the two."""
    following = _following(places)
    preceding: list[list[int]] = [[] for _ in following]
    for row, below in enumerate(following):
        for other in below:
            preceding[other].append(row)
    height, top, bottom = places.height, places.top, places.bottom
    goes_on: dict[int, int] = {}
    for row, below in enumerate(following):
        if len(below) != 1 or len(preceding[below[0]]) != 1:
            continue
        low, high = sorted((height[row], height[below[0]]))
        if top[below[0]] - bottom[row] <= APART * low and high <= LIKE_HEIGHT * low:
            goes_on[row] = below[0]
    heads = sorted(set(range(len(following))) - set(goes_on.values()))
    return [_chain(head, goes_on) for head in heads]


def _chain(head: int, goes_on: dict[int, int]) -> list[int]:
    chain = [head]
    while chain[-1] in goes_on:
        chain.append(goes_on[chain[-1]])
    return chain


def _following(places: _Places) -> list[list[int]]:
    """For each line those that are next below it: no other stands between the two."""
    middle, height = places.middle, places.height
    below = places.in_line() & (middle - middle[:, None] > SAME_ROW * np.minimum(height[:, None], height))
    order = np.argsort(middle, kind="stable")
    return [_unhidden(order[below[row][order]], below) for row in range(len(middle))]


def _unhidden(candidates: NDArray[np.intp], below: Truths) -> list[int]:
    """Of lines from top to bottom those that are below no other of them."""
    found = []
    while len(candidates):
        first = int(candidates[0])
        found.append(first)
        candidates = candidates[1:][~below[first][candidates[1:]]]
    return found


def _with_tables(blocks: list[list[int]], places: _Places) -> list[list[int]]:
    """The blocks, the columns of a table joined and sorted by rows: narrow ones join the block at their left."""
    around = places.around(blocks)
    joined = list(range(len(blocks)))
    for number in np.argsort(around.left, kind="stable").tolist():
        block = blocks[number]
        if len(block) < FEWEST_CELLS or np.median((places.width / places.height)[block]) >= NARROW:
            continue
        beside = _block_beside(number, blocks, around, places)
        if beside is not None and _on_rows(block, blocks[beside], places):
            joined[number] = joined[beside]
    tables: dict[int, list[int]] = {}
    for number, root in enumerate(joined):
        tables.setdefault(root, []).extend(blocks[number])
    return [_by_rows(table, places) if len(table) > len(blocks[root]) else table for root, table in tables.items()]


def _block_beside(number: int, blocks: list[list[int]], around: _Places, places: _Places) -> int | None:
    """The nearest block at the left of the block `number`, on its rows, and not in another column of the page."""
    height = float(np.median(places.height[blocks[number]]))
    gap = around.left[number] - around.right
    shared = np.minimum(around.bottom, around.bottom[number]) - np.maximum(around.top, around.top[number])
    near = np.flatnonzero((gap > -height) & (gap < WIDEST_GAP * height) & (shared > 0.5 * around.height[number]))
    near = near[near != number]
    if not len(near):
        return None
    nearest = int(near[np.argmin(gap[near])])
    # What stands directly above and below a table spans its columns, or is one of them.
    edges = (around.top[number] - places.bottom, places.top - around.bottom[number])
    spans = np.minimum(places.right, around.right[number]) - np.maximum(places.left, around.left[number]) > height
    for room in edges:
        close = np.flatnonzero(spans & (room > -0.5 * height) & (room < APART * height))
        if len(close) and (places.left[close] > around.right[nearest]).all():
            return None
    return nearest


def _on_rows(cells: list[int], rows: list[int], places: _Places) -> bool:
    apart = np.abs(places.middle[cells][:, None] - places.middle[rows]).min(axis=1)
    return bool(np.mean(apart < CLOSELY * places.height[cells]) >= ALIGNED)


def _by_rows(cells: Iterable[int], places: _Places) -> list[int]:
    """Cells by rows from top to bottom, those of a row from left to right."""
    middle, height = places.middle, places.height
    rows: list[list[int]] = []
    for cell in sorted(cells, key=lambda each: float(middle[each])):
        if rows and middle[cell] - middle[rows[-1][0]] < SAME_ROW * height[cell]:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [cell for row in rows for cell in sorted(row, key=lambda each: float(places.left[each]))]


def _sorted(blocks: list[list[int]], places: _Places) -> list[int]:
    """The numbers of the blocks in reading order: down a column as far as it goes, then the next column."""
    around = places.around(blocks)
    lower = SAME_ROW * np.minimum(float(np.median(places.height)), around.height)
    above = around.in_line() & (around.middle - around.middle[:, None] > np.minimum(lower[:, None], lower))
    waiting_for = above.sum(axis=0)
    later = _marginal(blocks, around)
    left = np.ones(len(blocks), np.bool_)
    order: list[int] = []
    while left.any():
        free = left & (waiting_for == 0)
        free = free & ~later if (free & ~later).any() else free
        below = free & above[order[-1]] if order else ~left
        following = _leftmost(below, around) if below.any() else _column_head(free, around)
        order.append(following)
        left[following] = False
        waiting_for = waiting_for - above[following]
    return order


def _run_on(ordered: list[list[int]], places: _Places) -> list[list[int]]:
    """The blocks, those joined that a speck or a word apart has parted: near, alike, and flush at the left."""
    joined = [list(ordered[0])]
    for block in ordered[1:]:
        last, first = joined[-1][-1], block[0]
        low, high = sorted((places.height[last], places.height[first]))
        near = abs(places.top[first] - places.bottom[last]) <= APART * low
        flush = abs(places.left[first] - places.left[last]) <= FLUSH * low
        if near and flush and high <= LIKE_HEIGHT * low:
            joined[-1] += block
        else:
            joined.append(list(block))
    return joined


def _leftmost(chosen: Truths, around: _Places) -> int:
    rows = np.flatnonzero(chosen)
    return int(rows[np.lexsort((around.top[rows], around.left[rows]))[0]])


def _column_head(free: Truths, around: _Places) -> int:
    """The leftmost block that may come next, or else what stands over it and spans most of the page."""
    head = _leftmost(free, around)
    wide = around.width >= SPANNING * (around.right.max() - around.left.min())
    over = free & wide & (around.bottom <= around.top[head])
    return int(np.flatnonzero(over)[np.argmin(around.top[over])]) if over.any() else head


def _marginal(blocks: list[list[int]], around: _Places) -> Truths:
    """Which blocks are notes beside the text: narrow, and little else stands in their columns."""
    number = np.array([len(block) for block in blocks])
    in_columns = around.in_line() & (around.width <= 2 * around.width[:, None])
    stack = in_columns @ number  # lines in the columns of each
    main = int(np.argmax(number * around.width))
    outside = (around.right <= around.left[main]) | (around.left >= around.right[main])
    narrow = around.width < MARGINAL_WIDTH * around.width[main]
    return np.asarray(outside & narrow & (stack < MARGINAL_LINES * stack[main]))
