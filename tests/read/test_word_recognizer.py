"""Words by their own exemplars, and glyph by glyph where they are like none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from effocr.bundle.files import add_words, open_bundle
from effocr.image.crops import Strip, cut_columns
from effocr.image.preparation import CropPreparation, Grey
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Boxes, Floats
from effocr.page.serial import page_from_json, page_to_json
from effocr.read.encoder import CropsEncoder
from effocr.read.reader import Reader
from effocr.read.recognizer import Recognition, Recognizer
from effocr.read.sockets import Encoder
from effocr.read.word_recognizer import WordRecognizer, is_punctuation, spread
from effocr.testing import BARS, FakeLocalizer, bar_boxes, bar_word, crops_net, draw_bars, make_bundle, make_words

WORDS = ["Salt", "Hello", "world"]
GLYPHS = CropPreparation(48, 1, "corner", (0.5,), (0.25,))
WHOLE = CropPreparation(64, 1, "centre", (0.5,), (0.25,))


class Counted:
    """An encoder that notes how many crops it was asked for."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.asked: list[int] = []

    def encode(self, strips: Sequence[Strip], boxes: Sequence[Boxes], vertical: Sequence[bool]) -> Floats:
        self.asked.append(sum(map(len, boxes)))
        return self.encoder.encode(strips, boxes, vertical)


def recognizer(*, least: float = 0.97, texts: dict[str, str] | None = None, vertical: bool = False) -> WordRecognizer:
    """Glyphs and words in bars; `texts` are others that glyphs shall (wrongly) read as."""
    of_glyphs, of_words = CropsEncoder(crops_net(GLYPHS, 8), 64, GLYPHS), CropsEncoder(crops_net(WHOLE, 16), 256, WHOLE)
    crops = [cut_columns(draw_bars(char), *bar_boxes(char).array[0, ::2], vertical=vertical) for char in BARS]
    names = tuple((texts or {}).get(char, char) for char in BARS)
    words = [np.rot90(bar_word(word), -1) if vertical else bar_word(word) for word in WORDS]
    glyphs = Recognizer(
        Counted(of_glyphs),
        GlyphIndex(of_glyphs.encode_crops(crops), names, ("bars",) * len(BARS)),
        GLYPHS,
        sharpness=30.0,
    )
    index = GlyphIndex(of_words.encode_crops(words), tuple(WORDS), tuple(f"a list, row {row}" for row in range(3)))
    return WordRecognizer(glyphs, Counted(of_words), index, least=least, sharpness=30.0)


def read(
    recognizing: WordRecognizer | Recognizer, lines: list[Grey], vertical: bool = False
) -> list[list[Recognition]]:
    return recognizing.recognize(lines, FakeLocalizer().localize(lines), [vertical] * len(lines))


def text_of(glyphs: Sequence[Recognition]) -> str:
    return "".join(glyph.text for glyph in glyphs)


@pytest.mark.parametrize("vertical", [False, True])
def test_a_known_word_is_read_by_its_exemplar_and_says_so(vertical: bool) -> None:
    (line,) = read(recognizer(vertical=vertical), [draw_bars("Hello Salt Sale")], vertical)
    assert text_of(line) == "HelloSaltSale"
    assert [glyph.by_word for glyph in line] == [True] * 9 + [False] * 4
    assert {(glyph.exemplar, glyph.source) for glyph in line[5:9]} == {(0, "a list, row 0")}
    assert all(glyph.source == "bars" for glyph in line[9:])
    assert all(0 < glyph.score <= 1 for glyph in line)


def test_the_word_decides_where_glyphs_are_misread() -> None:
    recognizing = recognizer(texts={"a": "o", "o": "a"})
    (line,) = read(recognizing, [draw_bars("Salt Sale")])
    assert text_of(line) == "SaltSole"
    assert text_of(read(recognizing.glyphs, [draw_bars("Salt Sale")])[0]) == "SoltSole"


def test_below_the_least_cosine_glyphs_decide() -> None:
    recognizing = recognizer(least=1.0, texts={"a": "o"})
    recognizing.index = GlyphIndex(-recognizing.index.vectors, recognizing.index.texts, recognizing.index.sources)
    assert text_of(read(recognizing, [draw_bars("Salt")])[0]) == "Solt"
    assert text_of(read(recognizer(least=-1.0), [draw_bars("Salz")])[0]) == "Salt"


def test_punctuation_is_cut_from_the_words_crop() -> None:
    """Defect 10 of the original: it never was, so that "Salt," was like no word."""
    (line,) = read(recognizer(), [draw_bars("'Salt', (Hello!?".replace("(", ":"))])
    assert text_of(line) == "'Salt',:Hello!?"
    assert [glyph.by_word for glyph in line] == [False] + [True] * 4 + [False] * 3 + [True] * 5 + [False] * 2


def test_words_of_punctuation_or_of_one_glyph_are_read_by_glyphs() -> None:
    recognizing = recognizer()
    (line,) = read(recognizing, [draw_bars("?! a ... 'I'")])
    assert text_of(line) == "?!a...'I'" and not any(glyph.by_word for glyph in line)
    assert recognizing.encoder.asked == [0]  # type: ignore[attr-defined]


def test_lines_without_words_or_glyphs_keep_their_place() -> None:
    """Defect 17 of the original: pages without glyphs, or on which every word was known, raised."""
    blank = np.full((48, 120), 255, np.uint8)
    recognizing = recognizer()
    assert read(recognizing, []) == []
    assert read(recognizing, [blank]) == [[]]
    assert [text_of(line) for line in read(recognizing, [blank, draw_bars("Salt"), blank])] == ["", "Salt", ""]


def test_glyphs_of_known_words_are_not_read_but_for_their_ends() -> None:
    recognizing = recognizer()
    read(recognizing, [draw_bars("Hello, world"), draw_bars("Salt Zz9.")])
    # First and last glyphs of four words, then what stands beside the two marks; the rest of the unknown word.
    assert recognizing.glyphs.encoder.asked == [8, 2, 1]  # type: ignore[attr-defined]
    assert recognizing.encoder.asked == [4]  # type: ignore[attr-defined]


def test_all_words_of_many_lines_are_read_as_line_by_line() -> None:
    texts = ["Hello world", "Salt, 1859", "", "a Salt Sal world.", "nothing known"] * 3
    lines = [draw_bars(text) for text in texts]
    together, alone = read(recognizer(), lines), [read(recognizer(), [line])[0] for line in lines]
    assert [text_of(line) for line in together] == [text.replace(" ", "") for text in texts]
    for line, other in zip(together, alone, strict=True):
        assert [glyph[0] for glyph in line] == [glyph[0] for glyph in other]
        assert [glyph[3:] for glyph in line] == [glyph[3:] for glyph in other]


def test_a_second_exemplar_of_the_same_word_takes_nothing_from_the_score() -> None:
    recognizing = recognizer()
    recognizing.sharpness = 3.0
    (before,) = read(recognizing, [draw_bars("Salt")])
    recognizing.index = recognizing.index.merged(recognizing.index)
    (after,) = read(recognizing, [draw_bars("Salt")])
    assert after[0].score == pytest.approx(before[0].score, abs=1e-6) and before[0].score < 1


def test_broken_and_joined_glyphs_get_their_parts_of_the_word() -> None:
    line = draw_bars("Salt")
    (found,) = FakeLocalizer().localize([line])
    joined = Boxes(
        np.concatenate((found.boxes.array[:1], [Boxes(found.boxes.array[1:3]).union()], found.boxes.array[3:]))
    )
    fewer = replace(found, boxes=joined, scores=found.scores[:3], space_before=found.space_before[:3])
    (read_line,) = recognizer().recognize([line], [fewer])
    assert [glyph.text for glyph in read_line] == ["S", "al", "t"]


def test_as_many_characters_as_boxes_are_one_each() -> None:
    assert spread("word", np.array([1, 50, 2, 3], np.float32)) == list("word")


@pytest.mark.parametrize(
    ("text", "widths", "parts"),
    [
        ("office", [10, 22, 10, 10], ["o", "ffi", "c", "e"]),
        ("abcd", [10, 20, 10], ["a", "bc", "d"]),
        ("mi", [15, 3, 5], None),
        ("a", [1, 1], None),
        ("abc", [30], ["abc"]),
        ("ab", [0, 0, 0], None),
    ],
)
def test_other_numbers_are_cut_by_width(text: str, widths: list[float], parts: list[str] | None) -> None:
    given = spread(text, np.array(widths, np.float32))
    assert "".join(given) == text and len(given) == len(widths)
    assert parts is None or given == parts


def test_the_cut_is_the_best_of_all() -> None:
    from effocr.read.word_recognizer import _width

    random = np.random.default_rng(5)
    for _ in range(30):
        chars, boxes = int(random.integers(2, 8)), int(random.integers(1, 6))
        if chars <= boxes:
            continue
        text = "".join(random.choice(list("abimWl."), chars))
        widths = random.uniform(1, 30, boxes).astype(np.float32)
        share = np.array([_width(char) for char in text]) / sum(_width(char) for char in text)

        def cost(parts: Sequence[tuple[int, int]], share: Floats = share, widths: Floats = widths) -> float:
            return float(
                sum((share[a:b].sum() - w / widths.sum()) ** 2 for (a, b), w in zip(parts, widths, strict=True))
            )

        all_cuts = ([0, *cuts, chars] for cuts in combinations(range(1, chars), boxes - 1))
        best = min(cost(list(pairwise(cuts))) for cuts in all_cuts)
        lengths = np.cumsum([0, *map(len, spread(text, widths))]).tolist()
        assert cost(list(pairwise(lengths))) == pytest.approx(best, abs=1e-6)


def test_what_counts_as_punctuation() -> None:
    assert all(map(is_punctuation, [".", ",”", "—", "$", "§", "«"]))
    assert not any(map(is_punctuation, ["a", "9", "ﬁ", "½", "七", "é", "a."]))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("words")
    make_bundle(folder / "bars")
    return Reader(add_words(folder / "bars", make_words(folder / "words", WORDS), folder / "both"), threads=1)


def test_a_bundle_with_words_reads_them_first(reader: Reader) -> None:
    """Here glyphs are read on strips, all at once, and words beside them."""
    page = reader.read_one(draw_bars("'Hello', Sale world."))
    (line,) = page.lines
    assert page.text == "'Hello', Sale world."
    assert np.allclose(Boxes.of(glyph.box for glyph in line.glyphs).array, bar_boxes(page.text).array, atol=1.01)
    assert [any(glyph.by_word for glyph in word.glyphs) for word in line.words] == [True, False, True]
    assert reader.read_one(np.full((48, 300), 255, np.uint8)).text == ""


def test_that_a_word_decided_is_written_and_read_again(reader: Reader) -> None:
    page = reader.read_one(draw_bars("Hello Sale"))
    written = page_to_json(page)
    assert written.count('"by_word": true') == 5
    again = page_from_json(written)
    assert page_to_json(again) == written
    assert [glyph.by_word for glyph in again.lines[0].glyphs] == [True] * 5 + [False] * 4


def test_without_words_a_bundle_reads_as_before(reader: Reader, tmp_path: Path) -> None:
    plain = Reader(make_bundle(tmp_path / "bars"), threads=1)
    assert plain.word_recognizer is None and open_bundle(plain.bundle.path).card.words is None
    text = "Hello, Salt 1859"
    assert plain.read_one(draw_bars(text)).text == reader.read_one(draw_bars(text)).text == text
