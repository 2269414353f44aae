"""Exemplars drawn with fonts: synthetic lines that hold the wanted texts, seen as the reader would see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal, get_args

from effocr.bundle.card import Provenance
from effocr.errors import DataError
from effocr.evaluate.exemplars.lines import lesson_of_lines
from effocr.index.choosing import choose_exemplars, joined
from effocr.read.reader import Reader
from effocr.read.teaching import Lesson

if TYPE_CHECKING:
    from effocr.data.labelled import LabelledLine
    from effocr.synth.fonts import Font

TIMES = 24
Wear = Literal["clean", "light", "usual"]
WEARS: tuple[Wear, ...] = get_args(Wear)
"""Means over all degrees of wear would be like none of them."""
LONGEST_WORD = 7
SHARE_WANTED = 0.7
EM = 40
MOST_NAMED = 20
PATIENCE = 40
"""Lines without a single wanted glyph after which the rest is given up: too little of them can be drawn."""
TAUGHT_SEED = 6_000_037


def lesson_of_fonts(
    reader: Reader,
    fonts: Sequence[Font],
    texts: Sequence[str],
    *,
    most: int,
    times: int = TIMES,
    progress: Callable[[int], None] | None = None,
) -> Lesson:
    """Up to `most` exemplars a text, each the mean of glyphs in lines of one wear, amid what else the bundle reads.

    A text is drawn `times` times with each font and wear.

    Texts that no font draws as one glyph are left out; raises `DataError` where nothing is left.
    """
    each = -(-most // len(WEARS))
    lessons: list[Lesson] = []
    for wear in WEARS:
        lines = (line for font in fonts for line in lines_with(font, texts, reader, times, wear))
        lessons.append(lesson_of_lines(reader, lines, only=frozenset(texts), progress=progress))
    shown = [lesson.exemplars for lesson in lessons]
    exemplars = joined([choose_exemplars(every.vectors, every.texts, every.sources, each) for every in shown])
    if not len(exemplars):
        raise DataError(
            f"none of the {len(fonts)} fonts draws {' '.join(texts[:MOST_NAMED])} as one glyph.",
            hint="Give a font that has it, or teach it from an image: --image FILE --box x,y,w,h",
        )
    return Lesson(exemplars, sum(lesson.shown for lesson in lessons), sum(lesson.found for lesson in lessons))


def provenance_of(paths: Sequence[Path]) -> list[Provenance]:
    """The families of fonts in files and folders, and their licences, for the card of a bundle."""
    from effocr.synth.fonts import licence_of, named_fonts

    families = {font.family: font for font in named_fonts(paths)}
    return [
        Provenance(name=name, licence=licence_of(font), origin=font.path.parent.name)
        for name, font in sorted(families.items())
    ]


def lines_with(
    font: Font, texts: Sequence[str], reader: Reader, times: int, wear: Wear = "usual"
) -> Iterator[LabelledLine]:
    """Synthetic lines until each text that the font has stood on `times` of their places."""
    from effocr.synth.ink import Setting, units
    from effocr.synth.lines import LineMaker, stand_in_squares
    from effocr.synth.recipe import SynthesisRecipe

    setting = Setting(font, EM)
    missing = Counter({text: times for text in texts if _drawn_as_one(text, units(text, setting), font)})
    card = reader.bundle.card
    share = 0.5 if card.vertical == "by_shape" else float(card.vertical)
    recipe = SynthesisRecipe(fonts=(font.path,), vertical=share, degradation=wear)
    source = _Amid([*missing], card.charset)
    idle = 0
    stream = LineMaker(recipe, ((font,),), source, stand_in_squares(card.charset)).lines(TAUGHT_SEED)
    while missing and idle < PATIENCE:
        source.wanted = [*missing]
        line = next(stream)
        fresh = [text for text in line.texts if text in missing]
        idle = 0 if fresh else idle + 1
        missing.subtract(fresh)
        missing = +missing
        if fresh:
            yield line


def _drawn_as_one(text: str, drawn: Sequence[tuple[str, str]], font: Font) -> bool:
    return len(drawn) == 1 and drawn[0][0] == text and drawn[0][1] in font.coverage


class _Amid:
    """Texts of made-up words in `around`, most of them with one of the `wanted` texts, which come in turn."""

    def __init__(self, wanted: Sequence[str], around: Sequence[str]) -> None:
        self.wanted = list(wanted)
        self._around = [text for text in around if len(text) == 1]
        self._turn = 0

    def line(self, random: Random, tokens: int, coverage: frozenset[str]) -> str:
        """So many words in the characters of `coverage`."""
        covered = [text for text in self._around if text in coverage]
        kinds = (str.islower, str.islower, str.islower, str.isupper, str.isdigit, str.isalpha)
        return " ".join(self._made_up(covered, random.choice(kinds), random) for _ in range(tokens))

    def _made_up(self, covered: Sequence[str], kind: Callable[[str], bool], random: Random) -> str:
        """A word of characters of a kind, of any kind where there are none of it."""
        fitting = [text for text in covered if kind(text)] or covered
        word = [random.choice(fitting) for _ in range(random.randint(1, LONGEST_WORD))] if fitting else []
        if self.wanted and random.random() < SHARE_WANTED:
            self._turn += 1
            word.insert(random.randint(0, len(word)), self.wanted[self._turn % len(self.wanted)])
        return "".join(word)
