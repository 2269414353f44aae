"""The Python in the documents runs as it stands, with the bundle that ships."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    name
    for name in ("README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")))
    if "```python" in (ROOT / name).read_text(encoding="utf-8")
]


def test_the_readme_shows_how_to_read_in_python():
    assert "README.md" in DOCUMENTS


@pytest.mark.parametrize("document", DOCUMENTS)
def test_python_of_a_document_runs(document, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)
    exec(compile("\n".join(blocks), document, "exec"), {})
    assert capsys.readouterr().out.strip()
