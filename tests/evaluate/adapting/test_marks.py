"""Letters with the marks of others: bodies stay, what is above them changes, texts and boxes follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from effocr.bundle.files import Bundle
from effocr.data.labelled import LabelledLine
from effocr.evaluate.adapting.glyphs import exemplars_of_grafted
from effocr.evaluate.adapting.marks import grafted, marked, marks_above
from effocr.image.band import Band
from effocr.page.boxes import Boxes
from effocr.read.reader import Reader

HEIGHT, BASE, BODY, PITCH, WIDE = 44, 36, 14, 18, 10
TALL = 20
KNOWN = ("a", "á", "à", "e", "é", "è", "l")
TILTED = {"\u0301": 1, "\u0300": -1}


def line(texts: str, *, ink: int = 20, paper: int = 240, source: str = "book", times: int = 1) -> LabelledLine:
    """Blocks as letters, those of e with a hole; as marks three dots that rise to the right (acute) or fall."""
    image = np.full((HEIGHT, 6 + PITCH * len(texts)), paper, np.uint8)
    boxes = []
    for number, text in enumerate(texts):
        left, top = 6 + PITCH * number, BASE - (TALL if text == "l" else BODY)
        image[top:BASE, left : left + WIDE] = ink
        if marked(text, "") == "e":
            image[BASE - 8 : BASE - 5, left + 3 : left + 7] = paper
        for mark in marks_above(text):
            top = BASE - BODY - 8
            for step in (-1, 0, 1):
                row, column = top + 2 - 2 * step * TILTED[mark], left + 4 + 2 * step
                image[row : row + 2, column : column + 2] = ink
        boxes.append((left, top, left + WIDE, BASE))
    nowhere = np.zeros(len(texts), bool)
    made = LabelledLine(image, tuple(texts), Boxes.of(boxes), nowhere, exact_band=Band(BASE, TALL), source=source)
    return replace(
        made,
        image=image.repeat(times, 0).repeat(times, 1),
        boxes=made.boxes.scaled(times, times),
        exact_band=made.band.scaled(times, times),
    )


def test_letters_get_the_marks_of_others_and_look_as_if_they_were_printed_so() -> None:
    made = grafted([line("eléaèele")], KNOWN, 40, 1)
    assert len(made) == 40
    assert {text for each in made for text in each.texts} == set(KNOWN)
    for each in made:
        assert np.abs(each.image.astype(int) - line("".join(each.texts)).image).max() <= 2


def test_boxes_reach_up_to_the_marks() -> None:
    for each in grafted([line("eléaèele")], KNOWN, 20, 1):
        truth = line("".join(each.texts)).boxes.array
        assert np.abs(each.boxes.array - truth).max() <= 1


def test_marks_take_the_ink_and_the_paper_of_their_line() -> None:
    pale = line("aaeeale", ink=90, paper=180, source="other")
    drawn = [each for each in grafted([line("aelèeéea"), pale], KNOWN, 40, 1) if each.source == "other"]
    assert {text for each in drawn for text in each.texts} > {"á", "è"}
    for each in drawn:
        truth = line("".join(each.texts), ink=90, paper=180).image
        assert np.abs(each.image.astype(int) - truth).max() <= 2


def test_marks_of_much_larger_print_are_not_taken() -> None:
    large = line("aelèeéea", times=2)
    drawn = grafted([large, line("aaeeale", source="other")], KNOWN, 40, 1)
    assert {text for each in drawn if each.source == "other" for text in each.texts} == {"a", "e", "l"}


@pytest.mark.parametrize("known", [KNOWN, ("a", "á", "e", "é", "è")])
def test_only_known_texts_and_those_of_the_lines_come_up(known: tuple[str, ...]) -> None:
    texts = {text for each in grafted([line("eléaèele")], known, 40, 1) for text in each.texts}
    assert texts == {*known, "l"}


def test_marks_that_touch_their_letter_are_not_cut_off() -> None:
    touching = line("eleéaele")
    left, top, right, _ = (round(each) for each in touching.boxes.array[3].tolist())
    touching.image[top:BASE, (left + right) // 2 - 1] = 20
    assert grafted([touching], KNOWN, 4, 1) == ()


def test_marks_are_not_set_where_something_stands() -> None:
    crowded = line("aeeéeèaa")
    crowded.image[: BASE - BODY - 3, :] = np.where(crowded.image[: BASE - BODY - 3, :] < 100, 20, 240)
    left = round(float(crowded.boxes.left[0]))
    crowded.image[BASE - BODY - 8 : BASE - BODY - 4, left - 3 : left + WIDE + 3] = 20
    assert all(each.texts[0] == "a" for each in grafted([crowded], KNOWN, 20, 1))


def test_the_seed_decides_and_without_marks_there_is_nothing() -> None:
    first, again, other = (grafted([line("eléaèele")], KNOWN, 6, seed) for seed in (1, 1, 2))
    assert [each.text for each in first] == [each.text for each in again] != [each.text for each in other]
    assert grafted([line("ealaee")], KNOWN, 6, 1) == ()
    assert grafted([replace(line("eléaèele"), vertical=True)], KNOWN, 6, 1) == ()
    assert grafted([], KNOWN, 6, 1) == ()


def test_marks_below_stay() -> None:
    assert marked("ᾠ", marks_above("ἁ")) == "ᾡ"
    assert marked("ç", "\u0301") == "ḉ"
    assert marks_above("ᾧ") == "\u0314\u0342" and marks_above("ç") == ""


def test_rare_letters_become_exemplars_and_frequent_ones_do_not(bars: Bundle) -> None:
    reader = Reader(bars, threads=1, lines="none")
    lines = [line("eleéaèleéé"), line("eéaleeéée")]
    found = exemplars_of_grafted(reader, lines, KNOWN)
    assert set(found.texts) == {"á", "à", "è"}
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-4)
    assert exemplars_of_grafted(reader, [line("eleae")], KNOWN).texts == ()
