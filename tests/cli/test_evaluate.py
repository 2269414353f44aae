"""`effocr evaluate`: the yardstick prints what the issue of its users promised."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from PIL import Image

from effocr.data.coco import lines_of, read_coco
from effocr.evaluate.metrics import score
from effocr.evaluate.originals import OriginalScores
from effocr.testing import draw_bars, make_bundle

TEXTS = ("Bars are read", "as they stand", "over and over")

KEYS = {
    "lines",
    "chars",
    "cer",
    "cer_folded",
    "cer_uncased",
    "cer_nospace",
    "wer",
    "line_accuracy",
    "seconds",
    "lines_per_second",
    "threads",
}


def test_json_is_one_object_with_all_figures(effocr, lines, bundle):
    outcome = effocr("evaluate", lines, "--bundle", bundle, "--json", "--threads", "1")
    figures = json.loads(outcome.stdout)
    assert set(figures) >= KEYS
    assert (figures["lines"], figures["chars"], figures["threads"]) == (3, 39, 1)
    assert (figures["cer"], figures["line_accuracy"]) == (0.0, 1.0)


def test_a_part_of_the_pages_and_all_others_make_up_the_whole(effocr, lines, bundle):
    def measured(*options):
        return json.loads(effocr("evaluate", lines, "--bundle", bundle, "--json", *options).stdout)

    part, others, whole = measured("--pages", "2/3"), measured("--pages", "!2/3"), measured()
    assert (part["lines"], others["lines"], whole["lines"]) == (1, 2, 3)
    assert part["chars"] + others["chars"] == whole["chars"]
    assert effocr("evaluate", lines, "--bundle", bundle, "--pages", "2 of 3").code == 4


def test_figures_are_the_scores_of_what_is_dumped(effocr, lines, bundle, tmp_path):
    rows = [json.loads(row) for row in (lines / "lines.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[0]["text"] = "Bars were rea."
    (lines / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    dump = tmp_path / "dump.jsonl"
    figures = json.loads(effocr("evaluate", lines, "--bundle", bundle, "--json", "--dump", dump).stdout)
    dumped = [json.loads(row) for row in dump.read_text(encoding="utf-8").splitlines()]
    assert [set(row) for row in dumped] == [{"image", "text", "predicted"}] * 3
    scores = score((row["text"], row["predicted"]) for row in dumped)
    assert figures["cer"] == pytest.approx(scores.cer, abs=1e-4)
    assert figures["cer"] > 0


def test_split_and_limit_choose_lines(effocr, lines, bundle):
    def count(*options: object) -> int:
        return int(json.loads(effocr("evaluate", lines, "--bundle", bundle, "--json", *options).stdout)["lines"])

    assert (count("--split", "dev"), count("--limit", 2), count()) == (2, 2, 3)


def test_an_unknown_split_is_answered_with_the_nearest(effocr, lines, bundle):
    outcome = effocr("evaluate", lines, "--bundle", bundle, "--split", "deb")
    assert outcome.code == 2
    assert "'dev'" in outcome.stderr


def test_report_is_one_page_of_html(effocr, lines, bundle, tmp_path):
    assert effocr("evaluate", lines, "--bundle", bundle, "--report", tmp_path / "report").code == 0
    assert (
        (tmp_path / "report" / "index.html").read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    )


def test_a_folder_without_lines_jsonl_is_told_so(effocr, bundle, tmp_path):
    outcome = effocr("evaluate", tmp_path, "--bundle", bundle)
    assert outcome.code == 4
    assert "lines.jsonl" in outcome.stderr


def test_the_next_command_looks_at_the_same_lines(effocr, lines, bundle):
    outcome = effocr("evaluate", lines, "--bundle", bundle, "--split", "dev", "--limit", "1")
    assert outcome.stderr.strip() == (
        f"next: effocr evaluate {lines} --bundle {bundle} --split dev --limit 1 --report report"
    )


@pytest.fixture
def second(tmp_path):
    """The same bundle under another name."""
    return make_bundle(tmp_path / "second", name="second").path


def test_several_bundles_are_read_on_the_same_lines_and_stand_side_by_side(effocr, lines, bundle, second):
    both = ("--bundle", bundle, "--bundle", second)
    first, other = json.loads(effocr("evaluate", lines, *both, "--json").stdout)
    alone = json.loads(effocr("evaluate", lines, "--bundle", second, "--json").stdout)
    assert (first["bundle"], other["bundle"]) == ("bars 1", "second 1")
    assert {key: other[key] for key in ("lines", "chars", "cer")} == {
        key: alone[key] for key in ("lines", "chars", "cer")
    }
    rows = {row.split()[0]: row.split()[1:] for row in effocr("evaluate", lines, *both).stdout.splitlines()}
    assert set(rows) == set(alone)
    assert (rows["bundle"], rows["lines"]) == (["bars", "1", "second", "1"], ["3", "3"])


def test_files_are_of_one_bundle(effocr, lines, bundle, second, tmp_path):
    outcome = effocr("evaluate", lines, "--bundle", bundle, "--bundle", second, "--dump", tmp_path / "dump")
    assert outcome.code == 2
    assert "--dump" in outcome.stderr
    assert not (tmp_path / "dump").exists()


def test_results_are_written_as_predictions_and_as_coco(effocr, lines, bundle, tmp_path):
    files = ("--predictions", tmp_path / "p.json", "--coco", tmp_path / "coco.json")
    assert effocr("evaluate", lines, "--bundle", bundle, *files).code == 0
    predictions = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["lines"]
    assert [row["predicted"] for row in predictions] == list(TEXTS)
    assert [line.text for line in lines_of(read_coco(tmp_path))] == list(TEXTS)


def test_the_rates_of_the_originals_are_added_when_asked_for(effocr, lines, bundle):
    def figures(*options):
        return json.loads(effocr("evaluate", lines, "--bundle", bundle, "--json", *options).stdout)

    added = set(figures("--originals")) - set(figures())
    assert added == {f"original_{field.name}" for field in fields(OriginalScores)}


def test_repairs_are_made_before_errors_are_counted(effocr, lines, bundle, tmp_path):
    (tmp_path / "words").write_text("hand\n")
    rows = [json.loads(row) for row in (lines / "lines.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[1]["text"] = "as they hand"
    (lines / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    Image.fromarray(draw_bars("as they hund")).save(lines / rows[1]["image"])

    def figures(*options):
        return json.loads(effocr("evaluate", lines, "--bundle", bundle, "--json", *options).stdout)

    plain, repaired = figures(), figures("--repair", "spelling", "--lexicon", tmp_path / "words")
    assert plain["line_accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert (repaired["line_accuracy"], repaired["repairs"]) == (1, "spelling")
    assert "repairs" not in plain


def test_a_repair_that_is_not_known_and_a_lexicon_for_nothing(effocr, lines, bundle):
    unknown = effocr("evaluate", lines, "--bundle", bundle, "--repair", "speling")
    assert (unknown.code, "'spelling'" in unknown.stderr) == (2, True)
    assert effocr("evaluate", lines, "--bundle", bundle, "--lexicon", "words").code == 2
