"""`effocr adapt` and `effocr data align`, as they are typed."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from effocr.bundle.files import open_bundle
from effocr.cli.learning.adapt import quantize_again
from effocr.data.coco import read_coco
from effocr.data.lines import TextLine
from effocr.evaluate.adapting.writing import nets_of, write_adapted
from effocr.image.draw import png
from effocr.read.reader import Reader
from effocr.testing import draw_bars, make_bundle

TEXTS = ("the cat sat on it", "a dog ran off", "seven ships left", "no bird sang", "rain fell", "her hat was lost")
EXAMPLES = Path(__file__).parents[3] / "examples" / "lines"
OTHERS = ("small boats", "we saw kites", "quiet rooms", "the mill turned", "bread and salt")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder of eleven lines; the third and the fifth have changed texts."""
    folder = tmp_path / "book"
    folder.mkdir()
    texts = [*TEXTS, *OTHERS]
    said = list(texts)
    said[2], said[4] = said[4], said[2]
    rows = []
    for number, (drawn, text) in enumerate(zip(texts, said, strict=True)):
        (folder / f"{number}.png").write_bytes(png(draw_bars(drawn)))
        rows.append({"image": f"{number}.png", "text": text})
    (folder / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_adapt_teaches_what_the_bundle_lacks(effocr, bundle, book, tmp_path):
    poor = tmp_path / "poor"
    assert effocr("index", "forget", bundle, poor, "--text", "a", "--text", "t").code == 0
    out, more = tmp_path / "mine", tmp_path / "more"
    more.mkdir()
    (more / "new.png").write_bytes(png(draw_bars("QXZ")))
    done = effocr("adapt", book, "--from", poor, "-o", out, "--no-training", "--unlabelled", more)
    assert done.code == 0 and done.stdout.startswith("CER 0.") and "-> 0.0000 (exemplars" in done.stdout
    assert "new texts: a t" in done.stderr and "seems wrong" in done.stderr and "2.png" in done.stderr
    assert "transcribe next:" in done.stderr and "new.png" in done.stderr
    assert Reader(out, threads=1).read_one(book / "0.png").text == TEXTS[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book", "mine", "more", "poor"]


def test_adapt_says_so_where_nothing_gets_better(effocr, bundle, book, tmp_path):
    done = effocr("adapt", book, "--from", bundle, "-o", tmp_path / "same", "--no-training")
    assert done.code == 0 and "the bundle is kept as it was" in done.stdout
    assert Reader(tmp_path / "same", threads=1).bundle.card.title == "bars 1"


def test_a_bundle_that_was_quantized_is_so_again_where_the_lines_suffice(bundle, tmp_path, capsys):
    full = open_bundle("en").unquantized()
    out = write_adapted(full, nets_of(full), Reader(full).recognizer.index, tmp_path / "out")
    examples = [TextLine(path, "") for path in sorted(EXAMPLES.glob("*.png"))]
    quantize_again(out, examples)
    assert open_bundle(out.path).quantized().keys() == {"encoder.int8.onnx", "localizer.int8.onnx"}
    quantize_again(make_bundle(tmp_path / "bars"), examples)
    assert "the nets stay as they were trained" in capsys.readouterr().err


def test_adapt_goes_without_torch(effocr, bundle, book, tmp_path, monkeypatch):
    import_module("effocr.train")  # while it sees torch: later tests find the room as it is left here
    for name in [name for name in sys.modules if name.partition(".")[0] == "torch" or "effocr.train.adapt" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    done = effocr("adapt", book, "--from", bundle, "-o", tmp_path / "same")
    assert done.code == 0 and "torch is not installed: exemplars alone are adapted" in done.stderr


def test_adapt_needs_lines(effocr, bundle, tmp_path):
    done = effocr("adapt", tmp_path, "--from", bundle, "-o", tmp_path / "new")
    assert done.code == 4 and "holds no transcribed lines" in done.stderr
    assert not (tmp_path / "new").exists()


def test_aligned_lines_have_scores_and_doubted_ones_are_left_out(effocr, bundle, book):
    out = book / "coco.json"
    done = effocr("data", "align", book, "-o", out, "--bundle", bundle, "--threads", "1")
    assert done.code == 0 and "on 9 of 11 lines" in done.stdout
    assert "2.png; its image fits the text of 4.png" in done.stderr
    coco = read_coco(out)
    assert all(row.score is not None for row in coco.annotations if row.kind == "char")
    assert all(image.extra and image.extra["score"] > 0.5 for image in coco.images)
    again = effocr("data", "align", book, "-o", out, "--bundle", bundle, "--threads", "1", "--keep-doubted")
    assert "on 11 of 11 lines" in again.stdout
