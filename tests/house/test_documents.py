"""The Python in the documents runs as it stands, with the bundle that ships; the recipes in them are valid."""

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


def test_recipes_of_the_documents_are_valid(tmp_path):
    from effocr.train.recipes import load_recipe

    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")]
    recipes = [block for text in texts for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    assert recipes
    for recipe in recipes:
        (tmp_path / "recipe.toml").write_text(recipe, encoding="utf-8")
        load_recipe(tmp_path / "recipe.toml")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_python_of_a_document_runs(document, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)
    exec(compile("\n".join(blocks), document, "exec"), {})
    assert capsys.readouterr().out.strip()
