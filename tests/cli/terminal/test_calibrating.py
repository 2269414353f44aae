"""`effocr bundle calibrate`."""

from __future__ import annotations

import json

import pytest

from effocr.bundle.files import open_bundle, verify
from effocr.image.draw import png
from effocr.page.serial import page_from_dict
from effocr.testing import draw_bars

TEXTS = ("Salt", "Tallow", "Linen", "Copper")


@pytest.fixture
def sets(tmp_path):
    """Two sets of lines, in which every third text is not what its image says."""
    for name, step in (("first", 3), ("second", 4)):
        folder = tmp_path / name
        folder.mkdir()
        rows = []
        for number in range(12):
            text = TEXTS[number % len(TEXTS)]
            (folder / f"{number}.png").write_bytes(png(draw_bars(text)))
            rows.append(
                {"image": f"{number}.png", "text": text if number % step else text.swapcase(), "page": str(number % 3)}
            )
        (folder / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path / "first", tmp_path / "second"


def test_a_calibrated_bundle_is_whole_and_reads_the_same_texts_with_other_scores(effocr, bundle, sets, tmp_path):
    out = tmp_path / "calibrated"
    outcome = effocr("bundle", "calibrate", bundle, *sets, "-o", out)
    assert outcome.code == 0, outcome.stderr
    names = [row.split()[:2] for row in outcome.stdout.splitlines()[1:]]
    assert names[0] == ["first", "index"] and names[3] == ["second", "index"] and len(names) == 6
    opened = open_bundle(out)
    verify(opened)
    assert opened.card.calibration is not None and open_bundle(bundle).card.calibration is None
    image = sets[0] / "0.png"
    pages = [
        page_from_dict(json.loads(effocr("read", image, "--bundle", of, "--format", "jsonl").stdout))
        for of in (bundle, out)
    ]
    assert pages[0].text == pages[1].text == "Salt"
    assert pages[1].lines[0].score < pages[0].lines[0].score < 1.001


def test_without_out_nothing_is_written_and_a_perfect_reading_is_refused(effocr, bundle, sets, tmp_path):
    before = sorted(tmp_path.iterdir())
    assert effocr("bundle", "calibrate", bundle, sets[0]).code == 0
    assert sorted(tmp_path.iterdir()) == before
    folder = sets[1]
    rows = [json.dumps({"image": f"{number}.png", "text": TEXTS[number % len(TEXTS)]}) + "\n" for number in range(12)]
    (folder / "lines.jsonl").write_text("".join(rows), encoding="utf-8")
    refused = effocr("bundle", "calibrate", bundle, folder)
    assert refused.code == 4 and "wrong glyphs" in refused.stderr
