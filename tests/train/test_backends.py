"""Generic detectors through libraries of others: what these are asked for, and what becomes of their products."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from effocr.bundle.card import Detection
from effocr.bundle.lone import part_beside
from effocr.cli.main import run
from effocr.data.coco import lines_of, read_coco, to_coco, write_coco
from effocr.data.labelled import LabelledLine
from effocr.errors import MissingExtraError, RecipeError
from effocr.page.boxes import Boxes
from effocr.read.detectors.parts import given_localizer
from effocr.testing import bar_boxes, bar_line, draw_bars, make_bundle
from effocr.train.backends import data as room
from effocr.train.backends import detectron2, mmdetection, ultralytics
from effocr.train.backends.choice import BACKENDS, train_detector
from effocr.train.backends.data import DetectorData, data_of, lines_for, shown_line
from effocr.train.recipes import LocalizerRecipe, load_recipe

TEXTS = ("Bars are read", "a b", "Zebra", "of the", "one", "two words", "x.y", "more of it", "nine", "ten bars")


def no_progress(done: int, total: int, figures: dict[str, float]) -> None:
    """Shows nothing."""


@pytest.fixture(scope="session")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten lines of bars with their boxes; the second has a region that is not known."""
    folder = tmp_path_factory.mktemp("lines")
    named = []
    for number, text in enumerate(TEXTS):
        Image.fromarray(draw_bars(text)).save(folder / f"{number}.png")
        unknown = Boxes.of([(0, 0, 6, 48)] if number == 1 else [])
        named.append((f"{number}.png", replace(bar_line(text), unknown=unknown)))
    return write_coco(to_coco(named), folder / "coco.json")


def recipe_of(coco: Path, backend: str = "ultralytics", **settings: Any) -> LocalizerRecipe:
    detector = {"epochs": 2, "batch": 4, "rows": 64, "columns": 320} | settings.pop("detector", {})
    running = {"workers": 0, "accelerator": "cpu", "seed": 3}
    given = {"kind": "localizer", "backend": backend, "detector": detector, "running": running}
    return LocalizerRecipe.model_validate(given | {"real": {"sources": [{"coco": str(coco)}]}} | settings)


def yolo(path: Path) -> Path:
    """A YOLO that finds one char everywhere."""
    table = np.array([[[20], [30], [10], [40], [0.9], [0.1]]], np.float32)
    node = helper.make_node("Identity", ["table"], ["output0"])
    given = [helper.make_tensor_value_info("images", TensorProto.FLOAT, (1, 3, "height", "width"))]
    answers = [helper.make_tensor_value_info("output0", TensorProto.FLOAT, None)]
    graph = helper.make_graph([node], "yolo", given, answers, [numpy_helper.from_array(table, "table")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


class FakeYolo:
    """Stands for `ultralytics.YOLO`: notes what it is asked for, and leaves behind what that leaves behind."""

    calls: ClassVar[list[tuple[str, Any]]] = []
    stop_after_training: ClassVar[bool] = False

    def __init__(self, model: str) -> None:
        self.model = model
        self.callbacks: list[Any] = []
        self.calls.append(("made", model))

    def add_callback(self, event: str, function: Any) -> None:
        self.callbacks.append((event, function))

    def train(self, **settings: Any) -> None:
        self.calls.append(("train", settings))
        sys.stdout.write("what a library prints\n")
        if settings.get("resume"):
            return
        weights = Path(settings["project"]) / settings["name"] / "weights"
        weights.mkdir(parents=True)
        for name in ("last.pt", "best.pt"):
            (weights / name).touch()
        if self.stop_after_training:
            raise KeyboardInterrupt

    def export(self, **settings: Any) -> str:
        self.calls.append(("export", settings))
        return str(yolo(Path(self.model).with_suffix(".onnx")))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeYolo]:
    module = ModuleType("ultralytics")
    module.__spec__ = ModuleSpec("ultralytics", None)
    module.YOLO = FakeYolo  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ultralytics", module)
    monkeypatch.setattr(FakeYolo, "calls", [])
    monkeypatch.setattr(FakeYolo, "stop_after_training", False)
    return FakeYolo


def test_ultralytics_is_asked_for_what_the_recipe_says(coco: Path, fake: type[FakeYolo], tmp_path: Path) -> None:
    recipe = recipe_of(coco, detector={"model": "yolo11n", "options": {"mosaic": 0.5, "close_mosaic": 1}})
    product = train_detector(recipe, tmp_path / "run", no_progress)
    assert [name for name, _ in fake.calls] == ["made", "train", "made", "export"]
    assert fake.calls[0][1] == "yolo11n.yaml"
    settings = fake.calls[1][1]
    asked = {"epochs": 2, "batch": 4, "imgsz": 320, "device": "cpu", "workers": 0, "seed": 3, "fliplr": 0.0}
    assert asked.items() <= settings.items() and (settings["mosaic"], settings["close_mosaic"]) == (0.5, 1)
    assert fake.calls[3][1]["imgsz"] == (64, 320) and fake.calls[3][1]["format"] == "onnx"
    part = part_beside(product)
    assert part is not None and part.kind == "yolov8"
    assert part.detection == Detection(rows=64, columns=320, overlap=0.3, word_class=1)
    assert "what a library prints" in (tmp_path / "run" / "training.log").read_text()
    assert set(json.loads((tmp_path / "run" / "validation.json").read_text())) == {"precision", "recall", "iou"}


def test_labels_of_ultralytics_are_the_boxes(coco: Path, tmp_path: Path) -> None:
    data = data_of(recipe_of(coco), tmp_path / "data")
    named = ultralytics.write_labels(data)
    assert f"path: {tmp_path / 'data'}" in named.read_text() and "  1: word" in named.read_text()
    rows = [row.split() for row in (data.folder / "labels/train/000000.txt").read_text().splitlines()]
    image = np.asarray(Image.open(data.images("train") / "000000.png"))
    high, wide = image.shape
    chars = np.array([row[1:] for row in rows if row[0] == "0"], float) * (wide, high, wide, high)
    wanted = bar_boxes(TEXTS[0]).array
    np.testing.assert_allclose(chars[:, :2], (wanted[:, :2] + wanted[:, 2:]) / 2, atol=0.01)
    np.testing.assert_allclose(chars[:, 2:], wanted[:, 2:] - wanted[:, :2], atol=0.01)
    assert sum(row[0] == "1" for row in rows) == 3


def test_a_run_that_was_stopped_goes_on_and_a_finished_one_is_left_alone(
    coco: Path, fake: type[FakeYolo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipe_of(coco)
    monkeypatch.setattr(fake, "stop_after_training", True)
    with pytest.raises(KeyboardInterrupt):
        train_detector(recipe, tmp_path, no_progress)
    fake.calls.clear()
    train_detector(recipe, tmp_path, no_progress)
    assert fake.calls[0] == ("made", str(tmp_path / "ultralytics" / "run" / "weights" / "last.pt"))
    assert fake.calls[1] == ("train", {"resume": True})
    fake.calls.clear()
    train_detector(recipe, tmp_path, no_progress)
    assert fake.calls == []


def test_a_yolo_is_trained_and_joined_from_the_command_line(
    coco: Path, fake: type[FakeYolo], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'kind = "localizer"\nbackend = "ultralytics"\n[[real.sources]]\ncoco = "{coco}"\n'
    (tmp_path / "yolo.toml").write_text(text)
    bars = make_bundle(tmp_path / "bars").path
    with pytest.raises(SystemExit) as left:
        run(["train", "localizer", str(tmp_path / "yolo.toml"), "--out", str(tmp_path / "run")])
    shown = capsys.readouterr()
    assert left.value.code == 0 and shown.out.strip() == str(tmp_path / "run" / "localizer.onnx")
    assert f"effocr bundle join {tmp_path / 'run' / 'localizer.onnx'}" in shown.err
    with pytest.raises(SystemExit) as left:
        run(["bundle", "join", str(tmp_path / "run" / "localizer.onnx"), str(bars), str(tmp_path / "joined")])
    assert left.value.code == 0
    assert given_localizer(tmp_path / "joined").part.kind == "yolov8"


def test_the_device_and_the_net_are_named_as_ultralytics_names_them() -> None:
    assert [ultralytics.device(name) for name in ("auto", "gpu", "cpu", "mps")] == [None, 0, "cpu", "mps"]
    names = ("", "yolov5nu", "mine/net.yaml", "yolov8s.pt")
    assert [ultralytics.model_file(name) for name in names] == [
        "yolov8n.yaml",
        "yolov5nu.yaml",
        "mine/net.yaml",
        "yolov8s.pt",
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_library_that_is_missing_is_named_with_the_command_that_installs_it(
    backend: str, coco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in BACKENDS[backend].modules:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=f"needs {BACKENDS[backend].modules[0]}") as caught:
        train_detector(recipe_of(coco, backend), tmp_path / "run", no_progress)
    assert "pip install" in caught.value.hint
    assert ("AGPL" in caught.value.hint) is (backend == "ultralytics")
    assert not (tmp_path / "run").exists()


def test_a_part_of_a_library_that_is_missing_is_named(
    coco: Path, fake: type[FakeYolo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(self: FakeYolo, **settings: Any) -> None:
        raise ModuleNotFoundError("No module named 'polars'", name="polars")

    monkeypatch.setattr(fake, "train", lacking)
    with pytest.raises(MissingExtraError, match="needs polars"):
        train_detector(recipe_of(coco), tmp_path, no_progress)


def test_what_is_unknown_is_covered_with_paper(coco: Path) -> None:
    line = list(lines_of(read_coco(coco)))[1]
    dirty = LabelledLine(line.image.copy(), line.texts, line.boxes, line.spaces, unknown=Boxes.of([(0, 4, 30, 44)]))
    shown = shown_line(dirty)
    assert (dirty.image[4:44, :30] < 128).any() and (shown.image[4:44, :30] == 255).all()
    assert (shown.image[:, 30:] == dirty.image[:, 30:]).all() and len(shown.unknown) == 0


def test_the_last_lines_are_validated_on_where_no_set_is_given_for_it(coco: Path) -> None:
    early, late = lines_for(recipe_of(coco))
    assert [line.text for line in (*early, *late)] == list(TEXTS) and len(late) == 1
    early, late = lines_for(recipe_of(coco, validate_on=[{"coco": str(coco)}]))
    assert len(early) == len(late) == len(TEXTS)


def test_synthetic_lines_are_added(coco: Path, fonts: Path, words: Path) -> None:
    synthesis = {"fonts": [str(fonts)], "words": str(words), "held_out": 0.0, "most_words": 2}
    recipe = recipe_of(coco, synthesis=synthesis, detector={"synthetic": 7}, real={})
    early, late = lines_for(recipe)
    assert (len(early), len(late)) == (7, 1)


def test_a_data_set_without_words_names_chars_alone(coco: Path, tmp_path: Path) -> None:
    data = data_of(recipe_of(coco, detector={"words": False}), tmp_path / "data")
    document = json.loads(data.coco("train").read_text())
    assert [row["name"] for row in document["categories"]] == ["char"]
    assert {row["category_id"] for row in document["annotations"]} == {0}
    assert len(data.names("train")) == 9 and sorted(p.name for p in data.folder.iterdir()) == [
        "images",
        "train.json",
        "val.json",
    ]
    for image in document["images"]:
        assert Image.open(data.folder / image["file_name"]).size == (image["width"], image["height"])


def test_a_data_set_that_cannot_be_written_whole_is_not_there(
    coco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(line: LabelledLine) -> LabelledLine:
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "shown_line", stopped)
    with pytest.raises(KeyboardInterrupt):
        data_of(recipe_of(coco), tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_heads_of_mmdetection_get_our_classes_and_fetch_no_weights() -> None:
    model = {
        "backbone": {"init_cfg": {"type": "Pretrained", "checkpoint": "https://x"}},
        "roi_head": {"bbox_head": [{"num_classes": 80}, {"num_classes": 80}]},
        "test_cfg": {"rcnn": {"max_per_img": 100}},
    }
    mmdetection.fit_model(model, 2)
    assert model["backbone"]["init_cfg"] is None
    assert [head["num_classes"] for head in model["roi_head"]["bbox_head"]] == [2, 2]  # type: ignore[index]
    assert model["test_cfg"]["rcnn"]["max_per_img"] == mmdetection.MOST  # type: ignore[index]


def test_mmdeploy_is_asked_for_the_outputs_that_are_read(coco: Path) -> None:
    wanted = mmdetection.deployment_of(recipe_of(coco, "mmdetection"), "localizer.onnx")
    assert wanted["onnx_config"]["output_names"] == ["dets", "labels"]
    assert wanted["onnx_config"]["input_shape"] == [320, 64]


class Settings:
    """Stands for a configuration of Detectron2, which takes dotted names and values in turn."""

    def merge_from_list(self, flat: list[Any]) -> None:
        self.values = dict(zip(flat[::2], flat[1::2], strict=True))


def test_detectron2_is_asked_for_what_the_recipe_says(
    coco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, zoo = ModuleType("detectron2"), ModuleType("detectron2.model_zoo")
    zoo.get_config = lambda name: Settings()  # type: ignore[attr-defined]
    library.model_zoo = zoo  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "detectron2", library)
    monkeypatch.setitem(sys.modules, "detectron2.model_zoo", zoo)
    recipe = recipe_of(coco, "detectron2", detector={"options": {"SOLVER.BASE_LR": 0.5}})
    data = data_of(recipe, tmp_path / "data")
    values = detectron2.settings_of(data, recipe, tmp_path).values
    assert values["SOLVER.MAX_ITER"] == 2 * 2 and values["SOLVER.BASE_LR"] == 0.5
    assert values["MODEL.ROI_HEADS.NUM_CLASSES"] == 2 and values["MODEL.DEVICE"] == "cpu"
    assert values["INPUT.MIN_SIZE_TRAIN"] == (64,) and values["INPUT.MAX_SIZE_TRAIN"] == 320


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"backend": "caffe"}, "backend"),
        ({"detector": {"rows": 100}}, "detector.rows"),
        ({"detector": {"epoch": 3}}, "detector.epoch"),
        ({"real": {}}, "there is nothing to learn from"),
    ],
)
def test_recipes_that_cannot_be_are_refused(changes: dict[str, Any], says: str, coco: Path, tmp_path: Path) -> None:
    tables = {"backend": "ultralytics", "real": {"sources": [{"coco": str(coco)}]}} | changes
    text = f'kind = "localizer"\nbackend = "{tables["backend"]}"\n'
    text += "".join(f"[[real.sources]]\ncoco = '{each['coco']}'\n" for each in tables["real"].get("sources", ()))
    text += "".join(f"[detector]\n{key} = {value}\n" for key, value in tables.get("detector", {}).items())
    (tmp_path / "recipe.toml").write_text(text)
    with pytest.raises(RecipeError, match=says):
        load_recipe(tmp_path / "recipe.toml")


def test_a_checkpoint_that_is_not_there_is_named(coco: Path, fake: type[FakeYolo], tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"gone\.pt: no such checkpoint"):
        train_detector(recipe_of(coco, start=str(tmp_path / "gone.pt")), tmp_path, no_progress)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["yolov8n", "yolov5n", "yolo11n"])
def test_a_real_yolo_is_read_as_it_answers(
    model: str, coco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = pytest.importorskip("ultralytics")
    import torchvision
    from ultralytics.data.augment import LetterBox

    from effocr.read.detectors.heads import detections_of
    from effocr.read.detectors.inputs import LETTERBOX
    from effocr.read.detectors.localizer import DetectorLocalizer
    from effocr.read.detectors.suppression import survivors

    def nms(boxes: torch.Tensor, scores: torch.Tensor, overlap: float) -> torch.Tensor:
        """Suppression where torchvision's own library does not load."""
        of_one = np.zeros(len(scores), np.intp)
        rows = survivors(boxes.detach().numpy(), scores.detach().numpy(), of_one, overlap, len(scores))
        return torch.from_numpy(rows)

    monkeypatch.setattr(torchvision.ops, "nms", nms)
    recipe = recipe_of(coco, detector={"model": model, "epochs": 1, "columns": 160})
    product = train_detector(recipe, tmp_path, no_progress)
    localizer = given_localizer(product)
    assert localizer.part.kind == "yolov8"
    net = DetectorLocalizer(localizer.content, "yolov8", 0.35, localizer.part.detection).net
    trained = library.YOLO(str(tmp_path / "ultralytics" / "run" / "weights" / "best.pt")).model.float().eval()
    for text in TEXTS[:4]:
        image = draw_bars(text)
        shown = LETTERBOX.show(image, net.size, net.fixed)
        letterbox = LetterBox(shown.pixels.shape[1:], auto=False)(image=np.stack([image] * 3, axis=-1))
        np.testing.assert_allclose(shown.pixels, letterbox.transpose(2, 0, 1) / 255, atol=1.01 / 255)
        with torch.no_grad():
            wanted = trained(torch.from_numpy(shown.pixels)[None])[0].numpy()
        (answer,) = net.answers(shown.pixels)
        np.testing.assert_allclose(answer, wanted, rtol=1e-3, atol=1e-2)
        theirs, ours = detections_of("yolov8", [wanted]), detections_of("yolov8", [answer])
        np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-4)


def test_the_data_of_a_run_is_made_once(coco: Path, tmp_path: Path) -> None:
    first = data_of(recipe_of(coco), tmp_path / "data")
    stamp = first.coco("train").stat().st_mtime_ns
    assert data_of(recipe_of(coco), tmp_path / "data") == DetectorData(tmp_path / "data", ("char", "word"))
    assert first.coco("train").stat().st_mtime_ns == stamp
