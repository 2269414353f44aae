"""Training a line finder in small: targets come back as lines, and a run leaves a net that reading opens."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.bundle.card import LineFinderPart
from effocr.errors import DataError
from effocr.evaluate.pages.lines import line_counts
from effocr.page.boxes import Floats
from effocr.read.onnx import session
from effocr.read.pages.maps import lines_of_maps
from effocr.read.pages.net import NetLineFinder
from effocr.synth.pages.truth import LabelledPage, PageLine
from effocr.train.line_finder import training
from effocr.train.line_finder.real import real_pages
from effocr.train.line_finder.targets import page_targets
from effocr.train.line_finder.training import box_of, train_line_finder
from effocr.train.recipes import LineFinderRecipe
from effocr.train.running import LAST, steps_done


def drawn(lines: list[tuple[float, float, float]]) -> LabelledPage:
    """A blank page with truth for level lines (baseline, left, right)."""
    return LabelledPage(
        np.full((192, 320), 255, np.uint8),
        tuple(
            PageLine(np.array([(left, y), (right, y)], np.float32), x_height=8, above=12, below=4)
            for y, left, right in lines
        ),
    )


def perfect_maps(page: LabelledPage) -> Floats:
    """The maps of a net that answers what it should."""
    targets = page_targets(page)
    sure = [np.where(each > 0.5, 8, -8) for each in (targets.kernel, targets.separator)]
    return np.concatenate([np.stack(sure), targets.levels]).astype(np.float32)


def test_what_should_be_answered_is_read_as_the_lines() -> None:
    page = drawn([(40, 10, 150), (40, 162, 300), (58, 10, 150), (100, 20, 310)])
    found = lines_of_maps(perfect_maps(page))
    assert len(found) == 4
    wanted = [box_of(line.baseline, line.above, line.below) for line in page.lines]
    counts = line_counts(wanted, [box_of(line.baseline, line.above, line.below) for line in found])
    assert (counts.recall, counts.precision) == (1, 1)
    for line in found:
        nearest = min(abs(float(line.baseline[0, 1]) - float(each.baseline[0, 1])) for each in page.lines)
        assert nearest < 0.3 and line.above == pytest.approx(12, rel=1e-3)


def test_nothing_is_known_where_boxes_say_so() -> None:
    page = drawn([(40, 10, 150)])
    unknown = np.array([(0, 100, 320, 140)], np.float32)
    known = page_targets(LabelledPage(page.image, page.lines, unknown=unknown)).known
    assert known[:50].all() and not known[50:70].any() and known[71:].all()


@pytest.fixture
def recipe(fonts: Path, words: Path) -> dict[str, Any]:
    return {
        "kind": "line_finder",
        "synthesis": {"fonts": [str(fonts)], "words": str(words), "charset": "ascii", "held_out": 0.0},
        "pages": {"width": 128, "height": 128},
        "channels": (4, 4, 4, 4, 4),
        "joined": 8,
        "running": {"steps": 3, "batch": 1, "workers": 0, "accelerator": "cpu", "validate_every": 2},
    }


def test_a_run_leaves_a_net_and_goes_on(
    recipe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "VALIDATION_PAGES", 2)
    Image.fromarray(np.full((200, 180), 250, np.uint8)).save(tmp_path / "page.png")
    line = {"baseline": [[10, 40], [150, 42]], "x_height": 8, "above": 12, "below": 4}
    (tmp_path / "pages.jsonl").write_text(json.dumps({"image": "page.png", "lines": [line]}) + "\n")
    real = {"sources": [str(tmp_path / "pages.jsonl")], "share": 0.5}
    product = train_line_finder(LineFinderRecipe.model_validate(recipe), tmp_path / "run", lambda *_: None)
    finder = NetLineFinder(session(product), LineFinderPart())
    assert isinstance(finder.find(np.full((300, 200), 255, np.uint8)), list)
    again = recipe | {"real": real, "start": str(tmp_path / "run" / "first" / LAST), "second_run": 1.0}
    train_line_finder(LineFinderRecipe.model_validate(again), tmp_path / "more", lambda *_: None)
    assert steps_done(tmp_path / "more" / "second" / LAST) == 3
    assert not (tmp_path / "more" / "first").exists()


def test_windows_of_real_pages_have_the_size_asked_for(tmp_path: Path) -> None:
    Image.fromarray(np.full((90, 400), 250, np.uint8)).save(tmp_path / "page.png")
    line = {"baseline": [[10, 40], [390, 40]], "x_height": 16, "above": 24, "below": 8}
    (tmp_path / "pages.jsonl").write_text(json.dumps({"image": "page.png", "lines": [line]}) + "\n")
    pages = real_pages([tmp_path / "pages.jsonl"])
    for seed in range(5):
        window = pages.draw(Random(seed), (128, 160))
        assert window.image.shape == (160, 128)
        assert 5.4 < window.lines[0].x_height < 11.1


def test_a_file_that_holds_no_pages_is_named(tmp_path: Path) -> None:
    Image.fromarray(np.full((90, 400), 250, np.uint8)).save(tmp_path / "page.png")
    (tmp_path / "pages.jsonl").write_text('{"image": "page.png"}\n')
    with pytest.raises(DataError, match=r"pages\.jsonl"):
        real_pages([tmp_path / "pages.jsonl"])
