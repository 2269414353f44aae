"""Sources that wait to be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.image.decode import Source
from effocr.read.pages.sources import Task, with_more


@pytest.mark.parametrize(
    ("source", "held"),
    [
        (np.zeros((20, 30), np.uint16), 1200),
        (b"12345", 5),
        (Image.new("RGB", (10, 7)), 210),
        (Path("page.png"), 0),
        ("page.png", 0),
    ],
)
def test_what_a_source_holds(source: Source, held: int) -> None:
    assert Task(source, False).held == held


def test_tasks_are_taken_until_there_are_enough_or_they_hold_enough() -> None:
    tasks = [Task(bytes(10), False) for _ in range(9)]
    rest = iter(tasks)
    assert with_more([], rest, 4, 1000) == tasks[:4]
    assert with_more(tasks[2:4], rest, 9, 35) == tasks[2:6]
    assert with_more([], rest, 9, 1) == tasks[6:7]
    assert with_more([], rest, 9, 1000) == tasks[7:]
    assert with_more([], rest, 9, 1000) == []
