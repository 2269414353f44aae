from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.data.coco import line_of, lines_of, read_coco, runs_down, to_coco, write_coco, write_set
from effocr.data.labelled import LabelledLine
from effocr.errors import DataError, ImageError
from effocr.image.band import Band
from effocr.page.boxes import Boxes

WIDTH, HEIGHT = 90, 30


def picture(path: Path, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    pixels = np.random.default_rng(width).integers(0, 256, (height, width), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return pixels


def document(text: str | None = "ab c", labels: str = "", **image: Any) -> dict[str, Any]:
    """Three boxes of 20 x 20 pixels, side by side, on one image."""
    boxes = [[5 + 25 * i, 4, 20, 20] for i in range(3)]
    rows = [{"id": i + 1, "image_id": 7, "category_id": 0, "bbox": box} for i, box in enumerate(boxes)]
    for row, label in zip(rows, labels, strict=False):
        row["text"] = label
    entry = {"id": 7, "width": WIDTH, "height": HEIGHT, "file_name": "images/p1_001.png"} | image
    return {"images": [entry | ({} if text is None else {"text": text})], "annotations": rows}


@pytest.fixture
def save(tmp_path: Path) -> Any:
    picture(tmp_path / "images/p1_001.png")

    def saved(content: dict[str, Any]) -> Path:
        (tmp_path / "coco.json").write_text(json.dumps(content), encoding="utf-8")
        return tmp_path / "coco.json"

    return saved


def only_line(path: Path) -> LabelledLine:
    (line,) = lines_of(read_coco(path))
    return line


def test_boxes_without_texts_are_spelled_by_the_text_of_the_image(save: Any) -> None:
    line = only_line(save(document("ab  c")))
    assert line.texts == ("a", "b", "c")
    assert line.text == "ab c"
    assert line.boxes.array.tolist() == [[5, 4, 25, 24], [30, 4, 50, 24], [55, 4, 75, 24]]
    assert line.image.shape == (HEIGHT, WIDTH)


def test_boxes_in_any_order_are_read_along_the_line(save: Any) -> None:
    content = document("ab c", "abc")
    content["annotations"].reverse()
    assert only_line(save(content)).text == "ab c"


def test_overhanging_glyphs_keep_the_order_that_spells_the_text(save: Any) -> None:
    content = document("fij", "fij")
    content["annotations"][2]["bbox"][0] = 29
    assert only_line(save(content)).texts == ("f", "i", "j")


def test_words_give_the_spaces_where_the_image_has_no_text(save: Any) -> None:
    content = document(None, "abc")
    for number, (x, width) in enumerate(((5, 46), (54, 22))):
        row = {"id": 10 + number, "image_id": 7, "category_id": 1, "bbox": [x, 4, width, 20]}
        content["annotations"].append(row)
    assert only_line(save(content)).text == "ab c"


def test_a_combining_mark_belongs_to_the_letter_before_it(save: Any) -> None:
    assert only_line(save(document("ax\u0331 c"))).texts == ("a", "x\u0331", "c")


def test_a_ligature_is_one_glyph_with_a_longer_text(save: Any) -> None:
    content = document("chw er")
    for row, text in zip(content["annotations"], ("ch", "w", "er"), strict=True):
        row["text"] = text
    line = only_line(save(content))
    assert line.texts == ("ch", "w", "er")
    assert line.text == "chw er"


def test_crowd_annotations_are_unknown_regions(save: Any) -> None:
    content = document()
    content["annotations"].append({"id": 9, "image_id": 7, "category_id": 0, "bbox": [78, 0, 12, 30], "iscrowd": 1})
    line = only_line(save(content))
    assert len(line.texts) == 3
    assert line.unknown.array.tolist() == [[78, 0, 90, 30]]


def test_categories_go_by_their_names(save: Any) -> None:
    content = document() | {"categories": [{"id": 1, "name": "character"}, {"id": 5, "name": "stain"}]}
    for row in content["annotations"]:
        row["category_id"] = 1
    content["annotations"].append({"id": 9, "image_id": 7, "category_id": 5, "bbox": [0, 0, 9, 9]})
    assert only_line(save(content)).text == "ab c"


def labelled(vertical: bool, band: Band | None = None) -> LabelledLine:
    pixels = np.random.default_rng(3).integers(0, 256, (20, 80), np.uint8)
    boxes = Boxes.of([(2, 3, 12.25, 17), (14, 2, 30, 18), (40, 5, 55, 15.5), (56, 1, 79, 19)])
    unknown = Boxes.of([(30, 0, 39, 20)])
    spaces = np.array([False, False, True, False])
    return LabelledLine(pixels, ("a", "ffi", "—", "Ω"), boxes, spaces, unknown, band, vertical, "Font")


@pytest.mark.parametrize("name", ["coco.json", "coco.json.gz"])
@pytest.mark.parametrize("vertical", [False, True])
def test_lines_come_back_from_coco_as_they_went(vertical: bool, name: str, tmp_path: Path) -> None:
    line = labelled(vertical, Band(15.5, 11.25, 0.01))
    upright = np.rot90(line.image, -1) if vertical else line.image
    Image.fromarray(upright).save(tmp_path / "a_1.png")
    back = only_line(write_coco(to_coco([("a_1.png", line)]), tmp_path / name))
    assert back.image.tolist() == line.image.tolist()
    assert back.texts == line.texts
    assert back.boxes.array.tolist() == line.boxes.array.tolist()
    assert back.unknown.array.tolist() == line.unknown.array.tolist()
    assert back.spaces.tolist() == line.spaces.tolist()
    assert (back.exact_band, back.vertical, back.source) == (line.exact_band, vertical, "Font")


def test_words_written_are_the_glyphs_between_spaces() -> None:
    content = to_coco([("x.png", labelled(False))])
    words = [(row["text"], row["bbox"]) for row in content["annotations"] if row["category_id"] == 1]
    assert words == [("affi", [2, 2, 28, 16]), ("—Ω", [40, 1, 39, 18])]


def test_a_tall_image_is_vertical_only_where_its_glyphs_follow_each_other_down(tmp_path: Path) -> None:
    content = document("ab", width=30, height=90)
    column = [[5, 5, 20, 20], [5, 40, 20, 20]]
    for row, box in zip(content["annotations"], column, strict=False):
        row["bbox"] = box
    content["annotations"].pop()
    write_coco(content, tmp_path / "coco.json")
    coco = read_coco(tmp_path)
    assert runs_down(coco.images[0], list(coco.annotations))
    assert not runs_down(coco.images[0], list(coco.annotations[:1]))


def test_a_set_saved_elsewhere_still_finds_its_images(save: Any, tmp_path: Path) -> None:
    coco = read_coco(save(document()))
    moved = write_set(coco, tmp_path / "elsewhere/part.json")
    assert only_line(moved).text == "ab c"


def test_keys_that_are_not_known_here_are_kept(save: Any, tmp_path: Path) -> None:
    path = write_set(read_coco(save(document(book="Betrayed Armenia"))), tmp_path / "again.json")
    assert json.loads(path.read_text())["images"][0]["book"] == "Betrayed Armenia"


@pytest.mark.parametrize(
    ("text", "labels", "what"),
    [
        ("abcd", "", "3 boxes, but 4 characters"),
        ("abd", "abc", "they part at character 3"),
        ("ab", "abc", r"\(3 characters\), the text says 'ab' \(2\)"),
        (None, "ab", "1 of 3 boxes have no text"),
    ],
)
def test_boxes_that_disagree_with_the_text(text: str | None, labels: str, what: str, save: Any) -> None:
    path = save(document(text, labels))
    with pytest.raises(DataError, match=what) as caught:
        only_line(path)
    assert str(path) in caught.value.message
    assert "p1_001.png" in caught.value.message
    assert "effocr data check" in caught.value.hint


@pytest.mark.parametrize(
    ("bbox", "what"),
    [
        ([80, 4, 20, 20], "outside the image of 90 x 30"),
        ([-9, 4, 20, 20], "outside"),
        ([5, 4, 0, 20], "no area"),
        ([25, 4, -20, 20], "no area"),
        ([90, 4, 1, 20], "on the border"),
    ],
)
def test_boxes_that_do_not_fit_the_image(bbox: list[int], what: str, save: Any) -> None:
    content = document()
    content["annotations"][2]["bbox"] = bbox
    with pytest.raises(DataError, match=what):
        only_line(save(content))


def test_a_box_less_than_a_pixel_outside_is_cut_at_the_border(save: Any) -> None:
    content = document()
    content["annotations"][2]["bbox"] = [70, 4, 20.8, 26.5]
    assert only_line(save(content)).boxes[2] == (70, 4, 90, 30)


def test_images_that_share_an_id(save: Any) -> None:
    content = document()
    content["images"].append(content["images"][0] | {"file_name": "other.png"})
    with pytest.raises(DataError, match=r"p1_001\.png' and 'other\.png' share the id 7"):
        only_line(save(content))


def test_an_image_that_is_missing(save: Any) -> None:
    with pytest.raises(ImageError, match=r"gone\.png"):
        only_line(save(document(file_name="gone.png")))


def test_an_image_of_another_size_than_its_entry_says(save: Any) -> None:
    with pytest.raises(DataError, match="the file is 90 x 30 pixels, the entry says 180 x 60"):
        only_line(save(document(width=180, height=60)))


def test_lines_that_cannot_be_used_are_left_out_when_they_are_reported(save: Any, tmp_path: Path) -> None:
    content = document()
    picture(tmp_path / "images/p1_002.png")
    content["images"].append(content["images"][0] | {"id": 8, "file_name": "images/p1_002.png", "text": "xyz?"})
    content["annotations"] += [row | {"id": row["id"] + 3, "image_id": 8} for row in content["annotations"]]
    reported: list[DataError] = []
    lines = list(lines_of(read_coco(save(content)), on_error=reported.append))
    assert [line.text for line in lines] == ["ab c"]
    assert [("p1_002" in error.message) for error in reported] == [True]


def test_decoding_waits_until_a_line_is_asked_for(save: Any, tmp_path: Path) -> None:
    coco = read_coco(save(document()))
    lines = lines_of(coco)
    white = np.full((HEIGHT, WIDTH), 255, np.uint8)
    Image.fromarray(white).save(tmp_path / "images/p1_001.png")
    assert next(lines).image.tolist() == white.tolist() == line_of(coco, coco.images[0]).image.tolist()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{'images': []", "not JSON"),
        ("\x00\x01", "not JSON"),
        ("[" * 200_000, "not JSON"),
        ("[]", "holds a list, not an object"),
        ('{"images": []}', "no list 'annotations'"),
        ('{"images": [3], "annotations": []}', r"images\[0\]: an object is wanted"),
        ('{"images": [{"id": "a"}], "annotations": []}', r"images\[0\]: 'id' must be of type int"),
        ('{"images": [], "annotations": [{"bbox": [1, 2, 3]}]}', r"annotations\[0\]: 'bbox' must be a list of 4"),
        ('{"images": [], "annotations": [{"bbox": [1, 2, NaN, 3]}]}', "finite"),
        ('{"images": [], "annotations": [{"bbox": [1, 2, 3, 4], "id": 1}]}', "'image_id' is missing"),
    ],
)
def test_files_of_another_form(content: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    path.write_text(content)
    with pytest.raises(DataError, match=what) as caught:
        read_coco(path)
    assert str(path) in caught.value.message


def test_a_compressed_file_is_smaller_and_the_same_every_time(tmp_path: Path) -> None:
    content = to_coco([("a_1.png", labelled(False))] * 20)
    plain, packed, again = (write_coco(content, tmp_path / name) for name in ("a.json", "a.json.gz", "b.json.gz"))
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert packed.stat().st_size < plain.stat().st_size / 2
    assert packed.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("damage", ["plain text", "cut off", "overwritten"])
def test_a_compressed_file_that_cannot_be_unpacked_is_named(damage: str, tmp_path: Path) -> None:
    whole = gzip.compress(json.dumps(document()).encode())
    damaged = {"plain text": b"{}", "cut off": whole[:-20], "overwritten": whole[:20] + b"effocr" * 5 + whole[50:]}
    (tmp_path / "coco.json.gz").write_bytes(damaged[damage])
    with pytest.raises(DataError, match=r"coco\.json\.gz"):
        read_coco(tmp_path / "coco.json.gz")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(DataError, match="not JSON"):
        read_coco(tmp_path)


def test_no_file_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"coco\.json: cannot be read: No such file"):
        read_coco(tmp_path)
