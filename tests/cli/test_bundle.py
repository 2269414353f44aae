"""`effocr bundle`: show, verify, join."""

from __future__ import annotations

import json
from pathlib import Path

from effocr.bundle.digests import sha256
from effocr.bundle.files import open_bundle, verify, write_bundle
from effocr.testing import make_bundle


def test_show_prints_the_readme_or_the_card(effocr, bundle):
    assert effocr("bundle", "show", bundle).stdout.startswith("# bars 1\n")
    assert json.loads(effocr("bundle", "show", bundle, "--json").stdout)["name"] == "bars"


def test_verify_says_that_a_good_bundle_is_whole(effocr, bundle):
    outcome = effocr("bundle", "verify", bundle)
    assert outcome.code == 0
    assert outcome.stdout.startswith(f"{bundle}: bars 1, ")


def test_verify_refuses_an_altered_part(effocr, tmp_path):
    broken = make_bundle(tmp_path / "bars").path
    with (broken / "encoder.onnx").open("ab") as file:
        file.write(b"!")
    outcome = effocr("bundle", "verify", broken)
    assert outcome.code == 5
    assert "encoder.onnx" in outcome.stderr


def test_a_missing_bundle_is_named(effocr, tmp_path):
    outcome = effocr("bundle", "verify", tmp_path / "nowhere")
    assert outcome.code == 5
    assert "nowhere" in outcome.stderr


def test_join_takes_localizer_and_recognizer_from_two_bundles(effocr, bundle, lines, tmp_path):
    other = make_bundle(tmp_path / "other", name="other").path
    outcome = effocr("bundle", "join", bundle, other, tmp_path / "joined")
    assert outcome.code == 0
    assert open_bundle(tmp_path / "joined").card.name == "other"
    assert effocr("read", lines / "0.png", "--bundle", tmp_path / "joined").stdout == "Bars are read\n"


def test_verify_asks_the_index_itself_which_encoder_made_it(effocr, tmp_path):
    bundle = make_bundle(tmp_path / "bars")
    encoder = bundle.encoder() + b"\x00"
    claim = bundle.card.index.model_copy(update={"encoder_sha256": sha256(encoder)})
    card = bundle.card.model_copy(update={"index": claim})
    parts = {"localizer": bundle.localizer(), "encoder": encoder, "index": bundle.index()}
    verify(write_bundle(bundle.path, card, **parts))
    outcome = effocr("bundle", "verify", bundle.path)
    assert (outcome.code, outcome.stdout) == (5, "")
    assert "the index was made by the encoder" in outcome.stderr


def test_quantize_writes_second_nets(effocr, tmp_path):
    examples = Path(__file__).parents[2] / "examples" / "lines"
    outcome = effocr("bundle", "quantize", "en", examples, "-o", tmp_path / "en8")
    assert outcome.code == 0 and outcome.stdout.endswith("finds lines, quantized\n")
    assert open_bundle(tmp_path / "en8").quantized().keys() == {"encoder.int8.onnx", "localizer.int8.onnx"}
    refused = effocr("bundle", "quantize", "en", examples.parent / "newspaper-line.png", "-o", tmp_path / "few")
    assert refused.code != 0 and "glyphs; 200 are needed" in refused.stderr and not (tmp_path / "few").exists()
