"""`effocr data`: what a set's owner does with it, from check to conversion."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from effocr.data.coco import lines_of, read_coco
from effocr.testing import bar_boxes, draw_bars


@pytest.fixture
def coco(coco_of: Callable[[Sequence[str]], Path]) -> Path:
    """A COCO file of six lines on three pages."""
    return coco_of([f"line{number}" for number in range(6)])


@pytest.mark.parametrize(("pages", "count"), [("all", 3), ("1/3", 1), ("!1/3", 2)])
def test_align_gives_lines_with_a_text_their_boxes(effocr, lines, bundle, tmp_path, pages, count):
    out = tmp_path / "aligned.json.gz"
    outcome = effocr("data", "align", lines, "-o", out, "--bundle", bundle, "--pages", pages, "--threads", "1")
    assert outcome.code == 0
    aligned = read_coco(out, lines)
    texts = {row["image"]: row["text"] for row in map(json.loads, (lines / "lines.jsonl").read_text().splitlines())}
    assert {image.file_name: image.text for image in aligned.images}.items() <= texts.items()
    assert len(aligned.images) == count
    assert effocr("data", "check", out, "--images", lines).code == 0


def test_align_believes_a_noisy_text_where_it_has_a_word_and_the_reading_none(effocr, bundle, tmp_path):
    Image.fromarray(draw_bars("befcre")).save(tmp_path / "line.png")
    (tmp_path / "lines.jsonl").write_text(json.dumps({"image": "line.png", "text": "before"}))
    (tmp_path / "words.txt").write_text("before 3\n")
    out, align = tmp_path / "a.json", ("data", "align", tmp_path, "--bundle", bundle, "-o")
    assert effocr(*align, out, "--texts", "noisy").code == 0
    assert [line.texts for line in lines_of(read_coco(out, tmp_path))] == [tuple("befre")]
    assert effocr(*align, out, "--texts", "noisy", "--words", tmp_path / "words.txt").code == 0
    assert [line.texts for line in lines_of(read_coco(out, tmp_path))] == [tuple("before")]
    refused = effocr(*align, out, "--words", tmp_path / "words.txt")
    assert refused.code == 2 and "exact texts are believed" in refused.stderr


def test_align_refuses_an_unknown_kind_of_texts(effocr, lines, bundle, tmp_path):
    outcome = effocr("data", "align", lines, "-o", tmp_path / "a.json", "--bundle", bundle, "--texts", "exakt")
    assert outcome.code == 2
    assert "'exact'" in outcome.stderr and not (tmp_path / "a.json").exists()


def test_check_passes_a_good_set(effocr, coco):
    outcome = effocr("data", "check", coco)
    assert outcome.code == 0
    assert "6 images" in outcome.stdout


def test_check_names_what_is_wrong_and_where(effocr, coco):
    content = json.loads(coco.read_text(encoding="utf-8"))
    content["images"][1]["text"] = "too short"
    coco.write_text(json.dumps(content), encoding="utf-8")
    (coco.parent / "page2_5.png").unlink()
    outcome = effocr("data", "check", coco)
    assert outcome.code == 4
    assert "page0_1.png" in outcome.stdout
    assert "page2_5.png" in outcome.stdout


def test_split_keeps_pages_together(effocr, coco, tmp_path):
    options = ["--part", "train=0.6", "--part", "dev=0.4"]
    assert effocr("data", "split", coco, tmp_path / "parts", *options).code == 0
    parts = {name: read_coco(tmp_path / "parts" / f"{name}.json") for name in ("train", "dev")}
    pages = {
        name: {image.file_name[-len("page0_0.png") :][:5] for image in part.images} for name, part in parts.items()
    }
    assert pages["train"] & pages["dev"] == set()
    assert sum(len(part.images) for part in parts.values()) == 6


def test_a_part_that_is_no_share_is_refused(effocr, coco, tmp_path):
    outcome = effocr("data", "split", coco, tmp_path / "parts", "--part", "train")
    assert outcome.code == 4
    assert "'train'" in outcome.stderr


def test_subset_keeps_so_many(effocr, coco, tmp_path):
    assert effocr("data", "subset", coco, tmp_path / "small.json", "--count", 2).code == 0
    kept = read_coco(tmp_path / "small.json")
    assert len(kept.images) == 2
    assert all(kept.image_path(image).is_file() for image in kept.images)


def test_combine_makes_one_sound_set(effocr, coco, tmp_path):
    assert effocr("data", "combine", coco, coco.parent, "-o", tmp_path / "both").code == 0
    assert effocr("data", "check", tmp_path / "both").code == 0
    assert len(read_coco(tmp_path / "both").images) == 12


def test_convert_to_lines_and_evaluate_them(effocr, coco, bundle, tmp_path):
    assert effocr("data", "convert", coco, "-o", tmp_path / "lines").code == 0
    figures = json.loads(effocr("evaluate", tmp_path / "lines", "--bundle", bundle, "--json").stdout)
    assert (figures["lines"], figures["cer"]) == (6, 0.0)


def test_align_takes_bundle_and_threads_from_the_environment(effocr, lines, bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("EFFOCR_BUNDLE", str(bundle))
    assert effocr("data", "align", lines, "-o", tmp_path / "aligned.json").code == 0
    assert len(read_coco(tmp_path / "aligned.json", lines).images) == 3
    monkeypatch.setenv("EFFOCR_THREADS", "none")
    assert effocr("data", "align", lines, "-o", tmp_path / "again.json").code == 1


def test_combine_takes_a_folder_of_images_for_every_file(effocr, coco, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    coco.rename(elsewhere / "a.json")
    options = ["-o", tmp_path / "both", "--images", coco.parent]
    refused = effocr("data", "combine", elsewhere / "a.json", elsewhere / "a.json", *options)
    assert refused.code == 2 and "1 folders for 2 COCO files" in refused.stderr
    assert effocr("data", "combine", elsewhere / "a.json", *options).code == 0
    assert len(read_coco(tmp_path / "both").images) == 6


def test_convert_cuts_lines_out_of_foreign_pages(effocr, tmp_path):
    folder = tmp_path / "boxes"
    folder.mkdir()
    image = draw_bars("so")
    Image.fromarray(image).save(folder / "page.png")
    rows = zip("so", bar_boxes("so").array.astype(int).tolist(), strict=True)
    height = image.shape[0]
    boxes = [f"{text} {left} {height - bottom} {right} {height - top} 0" for text, (left, top, right, bottom) in rows]
    (folder / "page.box").write_text("\n".join(boxes))
    (folder / "lost.box").write_text(boxes[0])
    outcome = effocr("data", "convert", folder, "-o", tmp_path / "lines")
    assert outcome.code == 4 and "lost.box: its image" in outcome.stderr and not (tmp_path / "lines").exists()
    outcome = effocr("data", "convert", folder, "-o", tmp_path / "lines", "--faults", "skip")
    assert outcome.code == 0 and "1 lines, 1 of them" in outcome.stdout and "left out: " in outcome.stderr
    assert effocr("data", "check", tmp_path / "lines").code == 0
    assert effocr("data", "convert", folder).code == 2
    assert effocr("data", "convert", folder, "-o", tmp_path / "more", "--faults", "hide").code == 2


def test_drafts_of_a_document_of_several_pages_are_refused_with_a_way_out(effocr, bundle, tmp_path):
    page = Image.fromarray(draw_bars("page"))
    page.save(tmp_path / "book.pdf", save_all=True, append_images=[page])
    outcome = effocr("data", "draft", tmp_path / "book.pdf", "-o", tmp_path / "drafts", "--bundle", bundle)
    assert outcome.code == 3 and "book.pdf has 2 pages" in outcome.stderr and "pdftoppm" in outcome.stderr
    assert not (tmp_path / "drafts").exists()


def test_draft_reads_lines_without_labels(effocr, lines, bundle, tmp_path):
    (lines / "lines.jsonl").unlink()
    options = ["--bundle", bundle, "--threads", 1, "--lines", "none"]
    outcome = effocr("data", "draft", lines, "-o", tmp_path / "drafts", *options)
    assert outcome.code == 0 and "3 lines" in outcome.stdout
    assert {image.text for image in read_coco(tmp_path / "drafts").images} >= {"over and over"}
    assert effocr("data", "check", tmp_path / "drafts").code == 0
    (lines / "bad.png").write_bytes(b"no image")
    assert effocr("data", "draft", lines, "-o", tmp_path / "more", *options).code == 8
    assert effocr("data", "draft", lines, "-o", tmp_path / "drafts", *options).code == 9
    assert effocr("data", "draft", lines, "-o", tmp_path / "no", "--reader", "tesserakt").code == 2
