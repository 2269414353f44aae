"""The repairs by the names that the command line knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from effocr.errors import unknown_name
from effocr.read.english.case import CapitalsRepair, CaseRepair, SmallCapitals
from effocr.read.english.lexicon import read_lexicon
from effocr.read.english.majority import DigitRepair
from effocr.read.english.punctuation import QuoteRepair
from effocr.read.english.revision import Repair
from effocr.read.english.spelling import SpellingRepair

LEXICON = "wordfreq:en"
NONE = "none"
"""The name of no repair at all, for where nothing said means those of the bundle."""

REPAIRS: dict[str, Callable[[str], Repair]] = {
    "quotes": lambda lexicon: QuoteRepair(),
    "case": lambda lexicon: CaseRepair(),
    "capitals": lambda lexicon: CapitalsRepair(),
    "small-capitals": lambda lexicon: SmallCapitals(),
    "digits": lambda lexicon: DigitRepair(),
    "spelling": lambda lexicon: SpellingRepair(read_lexicon(lexicon)),
}
"""How each is made, given the name of a lexicon (`read_lexicon`)."""


def repairs_of(repairs: str | Iterable[str | Repair], lexicon: str = LEXICON) -> tuple[Repair, ...]:
    """The repairs of these names, and those that are given themselves, in their order; UnknownNameError."""
    wanted = (repairs,) if isinstance(repairs, str) else repairs
    return tuple(_repair(repair, lexicon) if isinstance(repair, str) else repair for repair in wanted if repair != NONE)


def _repair(name: str, lexicon: str) -> Repair:
    if name not in REPAIRS:
        raise unknown_name("repair", name, (*REPAIRS, NONE))
    return REPAIRS[name](lexicon)
