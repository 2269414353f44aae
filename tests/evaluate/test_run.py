from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from effocr.data.lines import TextLine
from effocr.errors import DataError, EffocrError, ImageError
from effocr.evaluate.metrics import score
from effocr.evaluate.report import marked, worst_lines, write_report
from effocr.evaluate.run import Evaluation, Row, evaluate
from effocr.image.decode import decode
from effocr.image.draw import png
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word

READINGS = {"a": "good", "b": 'b<d & "x"', "c": "n0t so good", "d": ""}


class FakeReader:
    """Reads what `READINGS` says of an image's name; fails on names it does not know."""

    threads = 3

    def __init__(self) -> None:
        self.vertical: list[bool] = []

    def iterate(
        self, images: Iterable[Path], *, vertical: Sequence[bool], on_error: Callable[[str, EffocrError], None]
    ) -> Iterator[Page]:
        self.vertical = list(vertical)
        for image in images:
            if image.stem in READINGS:
                glyphs = [Glyph(Box(4 * i, 2, 4 * i + 3, 9), text, 0.9) for i, text in enumerate(READINGS[image.stem])]
                words = (Word(tuple(glyphs)),) if glyphs else ()
                yield Page((Line(Box(0, 0, 60, 12), words),), 60, 12, str(image), bundle="fake 1")
            else:
                on_error(str(image), ImageError(f"{image} is <not> an image."))
                yield Page((), 0, 0, str(image), bundle="fake 1")


@pytest.fixture
def lines(tmp_path: Path) -> list[TextLine]:
    texts = {"a": "good", "b": 'b<d & "x"', "c": "not so good", "d": "<script>", "z": "gone"}
    for name in texts:
        (tmp_path / f"{name}.png").write_bytes(png(np.full((12, 60), 200, np.uint8)))
    return [TextLine(tmp_path / f"{name}.png", text, vertical=name == "b") for name, text in texts.items()]


@pytest.fixture
def evaluation(lines: list[TextLine]) -> Evaluation:
    return evaluate(lines, FakeReader())


def test_scores_are_those_of_truths_and_readings(evaluation: Evaluation, lines: list[TextLine]) -> None:
    assert evaluation.scores == score((line.text, READINGS.get(line.image.stem, "")) for line in lines)
    assert [row.predicted for row in evaluation.rows] == [*READINGS.values(), ""]
    assert evaluation.threads == 3
    assert evaluation.bundle == "fake 1"
    assert evaluation.lines_per_second == pytest.approx(5 / evaluation.seconds)


def test_rows_keep_the_glyphs_and_their_boxes(evaluation: Evaluation) -> None:
    glyphs = evaluation.rows[0].glyphs
    assert [glyph.box for glyph in glyphs] == [Box(4 * i, 2, 4 * i + 3, 9) for i in range(4)]
    assert "".join(glyph.text for glyph in glyphs) == "good"


def test_an_image_that_cannot_be_read_counts_as_read_as_nothing(evaluation: Evaluation) -> None:
    (row,) = evaluation.failed
    assert (row.text, row.predicted, row.glyphs) == ("gone", "", ())
    assert "is <not> an image" in row.error


def test_each_line_is_read_in_its_own_direction(lines: list[TextLine]) -> None:
    reader = FakeReader()
    evaluate(lines, reader)
    assert reader.vertical == [False, True, False, False, False]


def test_progress_is_told_line_by_line(lines: list[TextLine]) -> None:
    told: list[tuple[int, int]] = []
    evaluate(lines, FakeReader(), progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 5) for i in range(1, 6)]


def test_no_lines_are_an_error() -> None:
    with pytest.raises(DataError, match="no lines"):
        evaluate([], FakeReader())


class Outline(HTMLParser):
    """Collects what an HTML file points at, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "data", "action")]


@pytest.fixture
def report(evaluation: Evaluation, tmp_path: Path) -> str:
    path = write_report(evaluation, tmp_path / "report")
    assert [file.name for file in path.parent.iterdir()] == ["index.html"]
    return path.read_text(encoding="utf-8")


def test_a_report_points_at_nothing_outside_itself(report: str) -> None:
    outline = Outline()
    outline.feed(report)
    assert outline.links
    assert all(link.startswith("data:image/png;base64,") for link in outline.links)
    assert "@import" not in report
    assert "url(" not in report


def test_a_report_shows_texts_and_never_takes_them_for_html(report: str) -> None:
    outline = Outline()
    outline.feed(report)
    assert "script" not in outline.tags
    assert "not" not in outline.tags
    assert "&lt;script&gt;" in report
    assert "is &lt;not&gt; an image" in report


def test_a_report_holds_the_images_and_a_frame_for_each_glyph(report: str, lines: list[TextLine]) -> None:
    images = re.findall(r"data:image/png;base64,([\w+/=]+)", report)
    assert [decode(base64.b64decode(image)).tolist() for image in images] == [decode(lines[0].image).tolist()] * 2
    assert report.count("<rect ") == len(READINGS["c"])


def test_a_report_without_errors_says_so(lines: list[TextLine], tmp_path: Path) -> None:
    report = write_report(evaluate(lines[:2], FakeReader()), tmp_path).read_text()
    assert "Nothing was confused." in report
    assert "Every line was read without error." in report


def test_the_worst_lines_come_first(evaluation: Evaluation) -> None:
    worst = worst_lines(evaluation.rows)
    assert [(row.text, rate) for row, rate in worst] == [("<script>", 1.0), ("not so good", pytest.approx(1 / 11))]


def test_a_line_whose_image_has_gone_is_still_reported(tmp_path: Path) -> None:
    row = Row(tmp_path / "gone.png", "a", "b")
    report = write_report(Evaluation(score([("a", "b")]), 1.0, 1, (row,)), tmp_path).read_text()
    assert "gone.png: no such file" in report


@pytest.mark.parametrize(
    ("truth", "read", "expected"),
    [
        ("not", "n0t", ("n<mark>o</mark>t", "n<mark>0</mark>t")),
        ("a b", "ab", ("a<mark>␣</mark>b", "a<mark></mark>b")),
        ("<b>", "<i>", ("&lt;<mark>b</mark>&gt;", "&lt;<mark>i</mark>&gt;")),
        ("same", "same", ("same", "same")),
    ],
)
def test_differences_are_marked_on_both_sides(truth: str, read: str, expected: tuple[str, str]) -> None:
    assert marked(truth, read) == expected
