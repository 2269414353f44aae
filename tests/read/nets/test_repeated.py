"""Nets of one line, asked about many at once."""

from pathlib import Path

import numpy as np
import pytest

from effocr.bundle.files import open_bundle
from effocr.errors import BundleError
from effocr.read.nets.line_net import LineNet
from effocr.read.nets.repeated import fixed_sides, repeated
from effocr.read.onnx import session

SHIPPED = open_bundle("en")
WIDTHS = (64, 640, 8, 64)


def some_lines(rows: int) -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [random.standard_normal((1, 1, rows, width), np.float32) for width in WIDTHS]


def test_many_lines_at_once_are_answered_as_one_by_one() -> None:
    alone = session(SHIPPED.localizer())
    lines = some_lines(SHIPPED.card.localizer.preparation.height)
    together = LineNet(SHIPPED.localizer(), ["line"], "columns", name="the localizer").answers(lines)
    for line, answer in zip(lines, together, strict=True):
        np.testing.assert_array_equal(answer, alone.run(["columns"], {"line": line})[0])


def test_nets_of_two_inputs_keep_them_together() -> None:
    alone = session(SHIPPED.encoder())
    strips = some_lines(SHIPPED.card.encoder.preparation.size)
    extents = [np.array([[0, 5], [4, 8]], np.float32)[:count] for count in (2, 1, 1, 2)]
    net = LineNet(SHIPPED.encoder(), ["strip", "extents"], "embeddings", name="the encoder")
    for strip, on_line, answer in zip(strips, extents, net.answers(strips, extents), strict=True):
        np.testing.assert_array_equal(answer, alone.run(["embeddings"], {"strip": strip, "extents": on_line})[0])


def test_no_lines_have_no_answers() -> None:
    assert LineNet(SHIPPED.localizer(), ["line"], "columns", name="the localizer").answers([]) == []


def test_the_file_is_what_onnx_itself_accepts() -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(repeated(SHIPPED.encoder(), ["strip", "extents"], "embeddings"))
    onnx.checker.check_model(model, full_check=True)
    assert [value.name for value in model.graph.input] == ["strip", "extents"]
    assert [value.name for value in model.graph.output] == ["embeddings"]


def test_sides_that_a_net_fixes_are_known() -> None:
    assert fixed_sides(SHIPPED.localizer(), "line") == [1, 1, SHIPPED.card.localizer.preparation.height, None]


@pytest.mark.parametrize("damaged", [b"", b"\x3a\xff", b"no net", bytes(20)])
def test_what_is_no_net_is_refused(damaged: bytes) -> None:
    with pytest.raises(BundleError, match="damaged"):
        repeated(damaged, ["line"], "columns")


def test_a_net_cut_short_is_refused(tmp_path: Path) -> None:
    net = tmp_path / "net.onnx"
    net.write_bytes(SHIPPED.localizer()[:-9])
    with pytest.raises(BundleError, match=r"^the localizer is not an ONNX net"):
        LineNet(net, ["line"], "columns", name="the localizer")


def test_a_net_with_other_tensors_is_refused() -> None:
    with pytest.raises(BundleError, match="its tensors are strip, extents, embeddings; line, columns are needed"):
        repeated(SHIPPED.encoder(), ["line"], "columns")


def test_lines_of_another_height_are_refused_when_they_come() -> None:
    net = LineNet(SHIPPED.localizer(), ["line"], "columns", name="the localizer")
    with pytest.raises(BundleError, match=r"^the localizer cannot run"):
        net.answers([np.zeros((1, 1, 7, 64), np.float32)])
