"""The house keeps its bounds: small files, short functions, few files a folder, empty rooms' doors, fast imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "effocr"
MOST_LINES = 400
MOST_FUNCTION_LINES = 60
MOST_FILES = 12
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "core", "base"}
HEAVY = {"torch", "cv2", "onnxruntime", "rich", "PIL", "fastapi"}
LEARNING = {"cv2", "fontTools", "onnx", "pytorch_lightning", "timm", "torch", "torchvision", "wordfreq"}
PUBLIC_NAMES = {"read", "Reader", "Page", "Line", "Word", "Glyph", "Box", "Boxes", "EffocrError", "__version__"}

FILES = sorted(path for folder in ("src", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def heavy_modules_after(code: str) -> set[str]:
    """Which heavy packages a fresh interpreter has loaded once `code` has run."""
    told = f"import sys\n{code}\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "effocr" in loaded
    return loaded & HEAVY


def test_the_bounds_look_at_the_whole_house():
    assert {SOURCES / "errors.py", SOURCES / "page" / "boxes.py", Path(__file__).resolve()} <= set(FILES)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_file_and_its_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert len(text.splitlines()) <= MOST_LINES
    assert {name: length for name, length in lengths.items() if length > MOST_FUNCTION_LINES} == {}


def test_no_folder_holds_more_files_than_a_person_oversees():
    counts = Counter(relative(path.parent) for path in FILES)
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


def test_no_file_has_a_name_that_says_nothing():
    assert [relative(path) for path in FILES if path.stem in FORBIDDEN_NAMES] == []


def test_rooms_re_export_nothing():
    # What train's door does has to happen before any of its files imports timm.
    doors = sorted(path for path in SOURCES.glob("*/__init__.py") if path.parent.name != "train")
    assert len(doors) >= 11
    for door in doors:
        body = ast.parse(door.read_text(encoding="utf-8")).body
        assert len(body) == 1 and isinstance(body[0], ast.Expr), f"{relative(door)} holds more than its docstring"


def test_src_holds_no_assert():
    def asserts(path: Path) -> bool:
        return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))

    assert [relative(path) for path in SOURCES.rglob("*.py") if asserts(path)] == []


def test_only_synth_and_train_need_the_libraries_of_synthesis_and_training():
    paths = [path.relative_to(SOURCES.parent).with_suffix("") for path in SOURCES.rglob("*.py")]
    # The plug-in is loaded by the program that it is for, and by nothing else.
    others = ("synth", "train", "__main__", "ocrmypdf")
    names = sorted(".".join(path.parts) for path in paths if path.parts[1] not in others)
    assert {"effocr.read.reader", "effocr.evaluate.run", "effocr.cli.train"} <= set(names)
    absent = f"sys.modules.update(dict.fromkeys({sorted(LEARNING)!r}))"
    done = f"import sys, importlib\n{absent}\nfor name in {names!r}: importlib.import_module(name)"
    subprocess.run([sys.executable, "-c", done], check=True)


def test_opencv_is_imported_in_synth_and_train_only():
    def imports(path: Path) -> set[str]:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
        parts = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        return {name.partition(".")[0] for name in plain | parts}

    rooms = {path.relative_to(SOURCES).parts[0] for path in SOURCES.rglob("*.py") if "cv2" in imports(path)}
    assert rooms == {"synth", "train"}


def test_public_names_are_these():
    import effocr

    assert set(effocr.__all__) == PUBLIC_NAMES
    assert {name for name in PUBLIC_NAMES if not hasattr(effocr, name)} == set()


def test_importing_effocr_loads_nothing_heavy():
    assert heavy_modules_after("import effocr") == set()


@pytest.mark.parametrize("arguments", [["--help"], ["read", "--help"], ["train", "--help"]], ids=" ".join)
def test_help_loads_nothing_heavy(arguments):
    code = f"from effocr.cli.main import run\ntry:\n    run({arguments!r})\nexcept SystemExit:\n    pass"
    assert heavy_modules_after(code) == set()
