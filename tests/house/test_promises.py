"""What README, pyproject and .ci/run promise together: they must not drift apart."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import effocr

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command_block(name: str) -> list[str]:
    """The commands of the README's block that CI runs under `name`."""
    found = re.findall(rf"<!-- ci: {name} -->\s*```bash\n(.*?)```", README, re.DOTALL)
    assert len(found) == 1, f"README needs one block marked 'ci: {name}'"
    return [line for line in found[0].splitlines() if line]


def test_reading_needs_no_library_of_training_or_synthesis():
    names = {re.split(r"[<>=\[ ]", requirement)[0].lower() for requirement in PROJECT["dependencies"]}
    others = {"torch", "torchvision", "timm", "pytorch-lightning", "onnx", "fonttools"}
    assert names & (others | {"opencv-python", "opencv-python-headless"}) == set()


def test_every_requirement_has_an_upper_bound():
    extras = PROJECT["optional-dependencies"].values()
    wanted = [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]
    assert [one for one in wanted if not re.search(r"<|==", one) and not one.startswith("effocr[")] == []


def test_the_newcomer_needs_two_commands_for_reading_and_for_testing():
    assert [line.split()[:2] for line in command_block("read")] == [["pip", "install"], ["effocr", "read"]]
    assert command_block("test")[0].startswith("pip install -e")
    assert "pytest" in command_block("test")


def test_ci_runs_the_commands_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    followed = re.findall(r"^follow \S+ (\w+)$", script, re.MULTILINE)
    assert followed == ["read", "test", "check"]


def test_ci_checks_style_types_contracts_and_tests():
    checks = {" ".join(line.split()[:2]) for line in command_block("check")}
    assert checks == {"ruff check", "ruff format", "mypy src", "lint-imports"}
    assert "ruff format --check ." in command_block("check")


@pytest.mark.parametrize(
    "document",
    ["README.md", "CONTRIBUTING.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md"))],
)
def test_links_of_documents_lead_to_files_that_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    missing = [target for target in targets if not ((ROOT / document).parent / target).exists()]
    assert missing == []


def test_the_changelog_has_an_entry_for_this_version():
    assert f"## {effocr.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
