"""Bundles: whole or not at all, and no part that does not belong."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from effocr.bundle.card import Card, Provenance, Score
from effocr.bundle.files import (
    Bundle,
    join,
    open_bundle,
    shipped_bundles,
    verify,
    with_quantized,
    write_bundle,
)
from effocr.errors import BundleError, EffocrError, OutputError, UnknownNameError
from effocr.read.reader import Reader
from effocr.testing import draw_bars, make_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return make_bundle(tmp_path / "bars")


def altered_card(bundle: Bundle, change: dict[str, Any]) -> Path:
    path = bundle.path / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    return bundle.path


def rewritten(bundle: Bundle, **changes: Any) -> Bundle:
    card = bundle.card.model_copy(update=changes)
    return write_bundle(bundle.path, card, localizer=bundle.localizer(), encoder=bundle.encoder(), index=bundle.index())


def test_what_was_written_is_opened(bundle: Bundle) -> None:
    opened = open_bundle(bundle.path)
    assert opened.card == bundle.card
    verify(opened)
    assert sorted(os.listdir(bundle.path)) == [
        "README.md",
        "card.json",
        "encoder.onnx",
        "index.safetensors",
        "localizer.onnx",
    ]
    assert os.listdir(bundle.path.parent) == ["bars"]


def test_a_zip_reads_like_its_folder(bundle: Bundle, tmp_path: Path) -> None:
    for base in (bundle.path, bundle.path.parent):  # with the files at the top, and inside a folder
        packed = shutil.make_archive(str(tmp_path / f"packed-{base.name}"), "zip", base)
        opened = open_bundle(packed)
        verify(opened)
        assert Reader(opened, threads=1).read_one(draw_bars("zipped")).text == "zipped"
        os.remove(packed)


def test_the_readme_says_what_the_card_says(bundle: Bundle) -> None:
    score = Score(set="dev", metric="cer", value=0.0312, command="effocr evaluate dev")
    rewritten(bundle, scores=[score], limits=["No cursive."], made_with={"torch": "2"})
    readme = (bundle.path / "README.md").read_text()
    for said in ("# bars 1", "0.0312", "`effocr evaluate dev`", "- No cursive.", "- torch 2", "effocr.testing"):
        assert said in readme


@pytest.mark.parametrize("part", ["localizer.onnx", "encoder.onnx", "index.safetensors"])
def test_an_altered_or_missing_part_is_named(bundle: Bundle, part: str) -> None:
    path = bundle.path / part
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=f"{part} has the sha256") as caught:
        Reader(bundle.path)
    assert str(bundle.path) in caught.value.message and caught.value.hint and caught.value.exit_code == 5
    path.unlink()
    with pytest.raises(BundleError, match=f"has no {part}"):
        verify(open_bundle(bundle.path))


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_another_format_number_is_refused(bundle: Bundle, number: object) -> None:
    with pytest.raises(BundleError, match="reads format 1") as caught:
        open_bundle(altered_card(bundle, {"format": number}))
    assert "pip install --upgrade effocr" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "colour"),
        ({"version": ""}, "version"),
        ({"spaced": "yes"}, "spaced"),
        ({"localizer": {"file": "../../etc/passwd"}}, "localizer.file"),
        ({"localizer": {"preparation": {"hight": 48}}}, "localizer.preparation.hight"),
    ],
)
def test_a_wrong_card_says_where(bundle: Bundle, change: dict[str, Any], message: str) -> None:
    with pytest.raises(BundleError, match=message):
        open_bundle(altered_card(bundle, change))


def test_the_index_of_another_encoder_is_refused(bundle: Bundle) -> None:
    other = "00" * 32
    index = bundle.card.index.model_copy(update={"encoder_sha256": other})
    with pytest.raises(BundleError, match="belongs to the encoder 000000000000"):
        rewritten(bundle, index=index)
    with pytest.raises(BundleError, match="belongs to the encoder 000000000000") as caught:
        Reader(altered_card(bundle, {"index": index.model_dump()}))
    assert "effocr bundle join" in caught.value.hint


def test_a_card_that_lies_about_the_index_is_found_out(bundle: Bundle) -> None:
    """The card may claim the pair; the index file still knows which encoder made it."""
    encoder = bundle.encoder() + b"\x00"
    with_claim = bundle.card.model_copy(
        update={"index": bundle.card.index.model_copy(update={"encoder_sha256": sha(encoder)})}
    )
    lying = write_bundle(bundle.path, with_claim, localizer=bundle.localizer(), encoder=encoder, index=bundle.index())
    verify(lying)
    with pytest.raises(BundleError, match="the index was made by the encoder"):
        Reader(lying)


def sha(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def test_missing_bundles(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown bundle 'emm'"):
        open_bundle("emm")
    with pytest.raises(BundleError, match="no such bundle"):
        open_bundle(tmp_path / "none")
    with pytest.raises(BundleError, match=r"has no card\.json"):
        open_bundle(tmp_path)
    stray = tmp_path / "stray.zip"
    stray.write_bytes(b"PK no zip")
    with pytest.raises(BundleError, match="neither a folder nor a whole zip"):
        open_bundle(stray)


def test_shipped_bundles_open_by_name() -> None:
    for name in shipped_bundles():
        verify(open_bundle(name))


def test_a_full_disk_leaves_nothing(bundle: Bundle, tmp_path: Path, disk_full_at: Callable[[str], None]) -> None:
    parts = bundle.localizer(), bundle.encoder(), bundle.index()
    disk_full_at("encoder.onnx")
    before = {path.name: path.read_bytes() for path in bundle.path.iterdir()}
    newer = bundle.card.model_copy(update={"version": "2"})
    for out in (tmp_path / "new", bundle.path):
        with pytest.raises(OutputError, match="No space left on device") as caught:
            write_bundle(out, newer, localizer=parts[0], encoder=parts[1], index=parts[2])
        assert caught.value.exit_code == 9 and "df -h" in caught.value.hint
    assert os.listdir(tmp_path) == ["bars"]
    assert {path.name: path.read_bytes() for path in bundle.path.iterdir()} == before


def test_a_bundle_replaces_a_bundle_but_nothing_else(bundle: Bundle, tmp_path: Path) -> None:
    assert open_bundle(rewritten(bundle, version="2").path).card.version == "2"
    thesis = tmp_path / "documents" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    for out in (thesis.parent, thesis):
        with pytest.raises(OutputError):
            make_bundle(out)
    assert thesis.read_text() == "years of work"


def test_join_takes_the_localizer_of_one_and_the_rest_of_the_other(tmp_path: Path) -> None:
    finder, reader = (make_bundle(tmp_path / name, name=name) for name in ("finder", "reader"))
    part = finder.card.localizer.model_copy(update={"threshold": 0.7})
    finder = rewritten(finder, localizer=part, fonts=[Provenance(name="serif", licence="OFL", origin="here")])
    reader = rewritten(reader, scores=[Score(set="dev", metric="cer", value=0.5, command="c")])
    joined = join(finder.path, reader.path, tmp_path / "joined")
    verify(joined)
    assert joined.card.name == "reader" and joined.card.localizer.threshold == 0.7
    assert joined.card.encoder == reader.card.encoder and joined.card.index == reader.card.index
    assert [font.name for font in joined.card.fonts] == ["bars", "serif"]
    assert joined.card.scores == []
    assert Reader(joined, threads=1).read_one(draw_bars("joined")).text == "joined"


def test_quantized_nets_stay_beside_their_own_and_go_with_them(bundle: Bundle, tmp_path: Path) -> None:
    both = with_quantized(bundle, tmp_path / "both", encoder=bundle.encoder(), localizer=bundle.localizer())
    eight = {"encoder.int8.onnx": bundle.encoder(), "localizer.int8.onnx": bundle.localizer()}
    assert both.quantized() == eight and both.encoder() == bundle.encoder() and both.localizer() == bundle.localizer()
    assert "reads in 8 bits" in (both.path / "README.md").read_text()
    assert not bundle.quantized() and not both.unquantized().quantized()
    again = with_quantized(both, tmp_path / "again", encoder=bundle.encoder())
    assert again.quantized().keys() == {"encoder.int8.onnx"}
    joined = join(both.path, bundle.path, tmp_path / "joined")
    assert joined.localizer() == both.localizer() and not joined.quantized()
    joined = join(make_bundle(tmp_path / "finder").path, again.path, tmp_path / "other")
    assert joined.quantized() == again.quantized()


@pytest.mark.parametrize("name", ["encoder", "localizer"])
def test_a_quantized_net_of_another_is_not_written(bundle: Bundle, tmp_path: Path, name: str) -> None:
    both = with_quantized(bundle, tmp_path / "both", encoder=bundle.encoder(), localizer=bundle.localizer())
    net = getattr(both.card, name)
    part = net.model_copy(update={"quantized": net.quantized.model_copy(update={"net_sha256": "00" * 32})})
    with pytest.raises(
        BundleError, match=rf"{name}\.int8\.onnx was made of another {name}\.onnx, 000000000000, not of"
    ):
        write_bundle(
            tmp_path / "new",
            both.card.model_copy(update={name: part}),
            localizer=both.localizer(),
            encoder=both.encoder(),
            index=both.index(),
            quantized=both.quantized(),
        )


@pytest.mark.parametrize("name", ["encoder", "localizer"])
def test_reading_takes_the_quantized_nets_and_says_when_one_is_altered(
    bundle: Bundle, tmp_path: Path, name: str
) -> None:
    nets = {"encoder": bundle.encoder(), "localizer": bundle.localizer()}
    both = with_quantized(bundle, tmp_path / "both", **nets)
    assert Reader(both, threads=1).read_one(draw_bars("fast")).text == "fast"
    (both.path / f"{name}.int8.onnx").write_bytes(b"altered")
    for fails in (Reader, verify):
        with pytest.raises(BundleError, match=rf"{name}\.int8\.onnx has the sha256"):
            fails(both)
    assert Reader(both.unquantized(), threads=1).read_one(draw_bars("slow")).text == "slow"
    no_net = with_quantized(bundle, tmp_path / "none", **nets | {name: b"no net"})
    with pytest.raises(BundleError, match=rf"none, {name}\.int8\.onnx: .*not an ONNX net"):
        Reader(no_net)


def test_a_net_that_is_none_is_refused(bundle: Bundle) -> None:
    broken = write_bundle(bundle.path, bundle.card, localizer=b"no net", encoder=bundle.encoder(), index=bundle.index())
    with pytest.raises(EffocrError, match="the localizer is not an ONNX net") as caught:
        Reader(broken)
    assert isinstance(caught.value, BundleError)


def test_a_card_round_trips(bundle: Bundle) -> None:
    assert Card.model_validate_json(bundle.card.to_json()) == bundle.card
