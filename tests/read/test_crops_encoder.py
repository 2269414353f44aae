"""Crops: how they are prepared, by the published formulas written out, and the encoders that look at them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from effocr.errors import BundleError
from effocr.image.crops import cut_columns, prepared_crops
from effocr.image.preparation import CropPreparation, Grey
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes, Floats
from effocr.read.encoder import PUBLISHED_BATCH, CropsEncoder, encoder_of
from effocr.read.recognizer import Recognizer, whole_line
from effocr.testing import BARS, FakeLocalizer, bar_boxes, crops_net, draw_bars

MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
GREY = CropPreparation(32, 1, "corner", (0.5,), (0.25,))
CELLS = 16


def a_crop(rows: int, columns: int, seed: int = 0) -> Grey:
    """Smooth enough for the ways to round to differ by little."""
    random = np.random.default_rng(seed).integers(0, 256, (rows // 4 + 2, columns // 4 + 2), np.uint8)
    return np.ascontiguousarray(np.kron(random, np.ones((4, 4), np.uint8))[:rows, :columns])


def as_published(colours: Any, size: int = 224) -> Any:
    """The published transform of a padded picture (rows, columns, 3), in torch: to 0..1, resized, normalised."""
    torch = pytest.importorskip("torch")
    pixels = torch.from_numpy(np.ascontiguousarray(colours)).permute(2, 0, 1)[None].float() / 255
    small = torch.nn.functional.interpolate(pixels, size=(size, size), mode="bilinear", antialias=True)
    return (small[0].numpy() - np.array(MEANS)[:, None, None]) / np.array(DEVIATIONS)[:, None, None]


@pytest.mark.parametrize(("rows", "columns"), [(48, 20), (20, 48), (300, 90), (7, 7), (1, 1)])
def test_a_glyph_is_padded_with_white_at_the_right_and_the_bottom(rows: int, columns: int) -> None:
    crop = a_crop(rows, columns)
    side = max(rows, columns)
    square = np.full((side, side, 3), 255, np.uint8)
    square[:rows, :columns] = crop[..., None]
    (prepared,) = prepared_crops([crop], CropPreparation())
    assert prepared.shape == (3, 224, 224) and prepared.dtype == np.float32
    assert np.abs(prepared - as_published(square)).max() < 1.01 / 255 / min(DEVIATIONS)


@pytest.mark.parametrize(("rows", "columns"), [(40, 133), (41, 20), (33, 33)])
def test_a_word_stands_in_the_middle_of_the_median_of_its_border(rows: int, columns: int) -> None:
    crop = a_crop(rows, columns, seed=1)
    side = max(rows, columns)
    x, y = round((10 + side - columns) / 2), round((5 + side - rows) / 2)
    border = [*crop[:, -1], *crop[:, 0], *crop[0], *crop[-1]]
    padded = np.full((rows + 2 * y, columns + 2 * x, 3), int(np.median(border)), np.uint8)
    padded[y : y + rows, x : x + columns] = crop[..., None]
    (prepared,) = prepared_crops([crop], CropPreparation(padding="centre"))
    assert np.abs(prepared - as_published(padded)).max() < 1.01 / 255 / min(DEVIATIONS)


def test_red_and_blue_in_either_order_are_the_same_for_grey_images() -> None:
    """The published package feeds blue first, the research code red first: (v / 255 - mean[c]) / deviation[c]."""
    crop = np.full((8, 8), 200, np.uint8)
    (prepared,) = prepared_crops([crop], CropPreparation())
    red_first = np.stack([crop, crop, crop], axis=-1)
    blue_first = red_first[..., ::-1]
    for colours in (red_first, blue_first):
        by_hand = (colours[0, 0] / 255 - np.array(MEANS)) / np.array(DEVIATIONS)
        assert np.allclose(prepared[:, 100, 100], by_hand, atol=1e-6)


def test_one_channel_has_its_own_mean_and_deviation() -> None:
    (prepared,) = prepared_crops([np.full((5, 5), 51, np.uint8)], GREY)
    assert prepared.shape == (1, 32, 32) and np.allclose(prepared, (0.2 - 0.5) / 0.25, atol=1e-6)


def test_no_crops_and_wrong_preparations() -> None:
    assert prepared_crops([], CropPreparation()).shape == (0, 3, 224, 224)
    for wrong in ((0, 3), (32, 2), (32, 1)):  # the last with three means for one channel
        with pytest.raises(ValueError):
            CropPreparation(*wrong)


def test_crops_span_the_full_height_and_stand_upright() -> None:
    line = a_crop(20, 60)
    assert np.array_equal(cut_columns(line, 10.4, 19.2), line[:, 10:20])
    assert np.array_equal(cut_columns(line, 10, 20, vertical=True), np.rot90(line[:, 10:20], -1))
    for left, right in ((-5, 0), (59.9, 70), (80, 90), (30, 30)):
        assert cut_columns(line, left, right).shape[1] == 1


def encoder(batch: int | str = "n", *, given: str = "imgs") -> CropsEncoder:
    net = crops_net(GREY, CELLS, batch).replace(b"imgs", given.encode())
    return CropsEncoder(net, CELLS * CELLS, GREY)


class Watched:
    """A session that notes the shapes it is given."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.shapes: list[tuple[int, ...]] = []

    def run(self, names: list[str], given: dict[str, Floats]) -> Any:
        self.shapes += [array.shape for array in given.values()]
        return self.session.run(names, given)


def watched(encoding: CropsEncoder) -> list[tuple[int, ...]]:
    session = Watched(encoding._session)
    encoding._session = session
    return session.shapes


CROPS = [a_crop(30, 10 + 3 * seed, seed) for seed in range(5)]


def test_names_of_inputs_are_the_graphs_own() -> None:
    assert np.allclose(encoder(given="pict").encode_crops(CROPS), encoder().encode_crops(CROPS))


def test_embeddings_have_the_length_one_whatever_the_net_answers() -> None:
    vectors = encoder().encode_crops(CROPS)
    raw = encoder()._session.run(None, {"imgs": prepared_crops(CROPS, GREY)})[0]
    assert not np.allclose(np.linalg.norm(raw, axis=1), 1, atol=0.1)
    assert np.allclose(vectors, raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-6)


def test_nothing_is_padded_to_a_fixed_batch() -> None:
    """Defect 16 of the original: every batch was padded to 64 images."""
    encoding = encoder()
    shapes = watched(encoding)
    encoding.encode_crops(CROPS)
    assert shapes == [(5, 1, 32, 32)]


@pytest.mark.parametrize("batch", [1, 3, 5, 64])
def test_a_graph_with_a_fixed_batch_is_padded_and_only_then(batch: int) -> None:
    encoding = encoder(batch)
    shapes = watched(encoding)
    assert np.allclose(encoding.encode_crops(CROPS), encoder().encode_crops(CROPS), atol=1e-6)
    assert shapes == [(batch, 1, 32, 32)] * -(-5 // batch)


def test_a_graph_that_needs_64_without_saying_so() -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(crops_net(GREY, CELLS, "n"))
    flatten = next(node for node in model.graph.node if node.op_type == "Flatten")
    flatten.CopyFrom(onnx.helper.make_node("Reshape", ["cells", "shape"], ["flat"]))
    shape = onnx.numpy_helper.from_array(np.array([PUBLISHED_BATCH, CELLS * CELLS]), "shape")
    model.graph.initializer.append(shape)
    encoding = CropsEncoder(model.SerializeToString(), CELLS * CELLS, GREY)
    assert np.allclose(encoding.encode_crops(CROPS), encoder().encode_crops(CROPS), atol=1e-6)


def test_no_crops_no_embeddings() -> None:
    """Defect 17 of the original: an empty list of crops raised."""
    assert encoder().encode_crops([]).shape == (0, 256)
    assert encoder().encode([], [], []).shape == (0, 256)
    assert encoder(64).encode([whole_line(CROPS[0])], [Boxes.of(())], [False]).shape == (0, 256)


def test_nets_of_other_sizes_are_refused() -> None:
    net = crops_net(GREY, CELLS)
    for other in (CropPreparation(64, 1, "corner", (0.5,), (0.25,)), CropPreparation(32)):
        with pytest.raises(BundleError, match="takes crops of the shape"):
            encoder_of("crops", net, 256, other)
    with pytest.raises(BundleError, match=r"\(N, 99\) is needed"):
        encoder_of("crops", net, 99, GREY).encode([whole_line(CROPS[0])], [Boxes.of([(0, 0, 5, 9)])], [False])


@pytest.mark.parametrize("vertical", [False, True])
def test_bars_are_read_by_their_crops(vertical: bool) -> None:
    text = "Salt,1859"
    encoding = encoder()
    crops = [cut_columns(draw_bars(char), *bar_boxes(char).array[0, ::2], vertical=vertical) for char in BARS]
    index = GlyphIndex(encoding.encode_crops(crops), tuple(BARS), ("bars",) * len(BARS))
    lines = [np.full((48, 99), 255, np.uint8), draw_bars(text)]
    found = FakeLocalizer().localize(lines)
    read = Recognizer(encoding, index, GREY, sharpness=10.0).recognize(lines, found, [vertical] * 2)
    assert [len(line) for line in read] == [0, len(text)]
    assert "".join(glyph.text for glyph in read[1]) == text
