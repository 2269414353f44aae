"""The page for people who come from EffOCR: every row names tests, and all of them exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    row
    for row in (ROOT / "docs" / "from-effocr.md").read_text(encoding="utf-8").splitlines()
    if row.startswith("| ") and not row.startswith("| original |")
]


def names_in(path: Path) -> set[str]:
    """The names of the test functions in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_the_page_has_its_rows() -> None:
    assert len(ROWS) > 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_every_row_names_tests_that_exist(row: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row.rpartition(" | ")[2])
    assert named
    for file, test in named:
        assert test in names_in(ROOT / file)


def test_all_nineteen_defects_are_named() -> None:
    text = "\n".join(ROWS)
    assert {int(number) for number in re.findall(r"defect (\d+)", text)} == set(range(1, 20))
