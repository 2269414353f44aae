"""What to synthesise: fonts, texts, setting, scan; one class holds every setting with its bounds and default."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from effocr.errors import RecipeError, unknown_name


class SynthesisRecipe(BaseModel):
    """Settings of synthetic lines; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fonts: tuple[Path, ...] = Field(min_length=1, description="folders of font files")
    charset: str = Field(
        "english", description="a named charset, or the path of a file with its characters; several: a+b"
    )
    mix: dict[str, float] = Field({}, description="charsets, and in which proportion characters are drawn from each")
    texts: Literal["print", "words", "characters", "corpus"] = Field(
        "print",
        description="print: words, numbers, dates, abbreviations, random strings as in old print; words: nothing but "
        "words; characters: strings drawn from the charsets; corpus: stretches of a text",
    )
    words: str = Field("wordfreq:en", description="word list or plain text: a file, or wordfreq:LANGUAGE")
    corpus: Path | None = Field(None, description="a text file to cut stretches from")
    favoured: tuple[str, ...] = Field((), description="parts of font family names that are drawn four times as often")
    least_coverage: float = Field(1.0, ge=0.0, le=1.0, description="share of the charset that a font has to cover")
    held_out: float = Field(0.1, ge=0.0, lt=1.0, description="share of font families kept for validation")
    seed: int = Field(0, ge=0, description="decides the split of the fonts")
    fewest_words: int = Field(1, ge=1, description="in a line of print or of words")
    most_words: int = Field(10, ge=1, le=40, description="in a line of print or of words")
    fewest_characters: int = Field(1, ge=1, description="of lines of characters or of a corpus")
    most_characters: int = Field(20, ge=1, le=200, description="of lines of characters or of a corpus")
    most_spaces: int = Field(5, ge=0, le=100, description="spaces strewn into a line of characters")
    most_numbers: int = Field(2, ge=0, le=20, description="numbers strewn into a line of characters")
    number_p: float = Field(0.005, gt=0.0, lt=1.0, description="numbers follow the geometric law of mean 1/p")
    sequences: tuple[str, ...] = Field((), description="texts that shall come up often")
    sequence_chance: float = Field(0.5, ge=0.0, le=1.0, description="chance that a line gets sequences")
    sequence_count: int = Field(1, ge=1, le=20, description="how many such a line gets")
    recased: float = Field(0.0, ge=0.0, le=1.0, description="chance of a word to be put in lower, upper or title case")
    vertical: float = Field(0.0, ge=0.0, le=1.0, description="share of the blocks whose lines run from top to bottom")
    ruby: float = Field(0.0, ge=0.0, le=1.0, description="chance of small kana over (right of) a line")
    tracking: float | None = Field(
        None, ge=-0.3, le=2.0, description="letter spacing in ems; left out: as print has it"
    )
    tracking_deviation: float = Field(0.0, ge=0.0, le=1.0, description="its deviation from letter to letter, in ems")
    font_sizes: tuple[int, ...] = Field((), description="pixels of an em in the scan; left out: by the ascenders")
    smallest_ascender: float = Field(7.0, ge=4.0, description="height of ascenders in pixels of the scan")
    largest_ascender: float = Field(36.0, le=80.0, description="height of ascenders in pixels of the scan")
    scans: int = Field(1, ge=1, le=10, description="times that each drawn line is scanned, ever differently")
    neighbours: float = Field(
        0.75, ge=0.0, le=1.0, description="chance that the line above (below) is there to reach in"
    )
    degradation: Literal["clean", "light", "usual", "heavy"] = Field(
        "usual", description="what press, paper and scanner do to the line"
    )
    joined: tuple[str, ...] = Field((), description="letters that stand in one box, as ch and ck of Fraktur do")
    weight: float = Field(1.0, gt=0, description="how often these lines are drawn against those of `also`")
    also: tuple[SynthesisRecipe, ...] = Field((), description="lines of other fonts and charsets to draw as well")

    @property
    def charset_names(self) -> tuple[str, ...]:
        """The charsets that `charset` names; a file may have a + in its path."""
        return (self.charset,) if Path(self.charset).is_file() else tuple(self.charset.split("+"))

    @model_validator(mode="before")
    @classmethod
    def _with_kind_of_texts(cls, settings: Any) -> Any:
        """A mix without a kind of texts asks for characters, and a corpus for stretches of it."""
        if not isinstance(settings, dict) or "texts" in settings:
            return settings
        kind = "corpus" if settings.get("corpus") else "characters" if settings.get("mix") else None
        return settings if kind is None else {**settings, "texts": kind}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.fewest_words > self.most_words:
            raise ValueError(f"fewest_words {self.fewest_words} is more than most_words {self.most_words}")
        if self.fewest_characters > self.most_characters:
            bounds = f"fewest_characters {self.fewest_characters} is more than most_characters"
            raise ValueError(f"{bounds} {self.most_characters}")
        if self.smallest_ascender > self.largest_ascender:
            bounds = f"smallest_ascender {self.smallest_ascender:g} is more than largest_ascender"
            raise ValueError(f"{bounds} {self.largest_ascender:g}")
        return self

    @model_validator(mode="after")
    def _texts_have_a_source(self) -> Self:
        if (self.texts == "corpus") != (self.corpus is not None):
            raise ValueError(f"texts {self.texts!r} and corpus {self.corpus} do not go together")
        if self.mix and self.texts != "characters":
            raise ValueError(f"a mix is for texts 'characters', not {self.texts!r}")
        if any(share <= 0 for share in self.mix.values()):
            raise ValueError("the shares of a mix must be positive")
        if any(not 8 <= size <= 200 for size in self.font_sizes):
            raise ValueError("font_sizes must lie in 8..200")
        return self


def synthesis_recipe(path: Path | None, changes: Mapping[str, object]) -> SynthesisRecipe:
    """The recipe in a TOML file, at its top or under [synthesis], with `changes`; these alone without a file.

    Raises RecipeError naming file and setting, UnknownNameError for a kind that there is not.
    """
    settings = {**({} if path is None else _settings(path)), **changes}
    try:
        return SynthesisRecipe.model_validate(settings)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "literal_error":
            field = str(first["loc"][0])
            known = get_args(SynthesisRecipe.model_fields[field].annotation)
            raise unknown_name(f"kind of {field}", str(first["input"]), known) from error
        name = ".".join(map(str, first["loc"])) or "the recipe"
        what = first["msg"].removeprefix("Value error, ")
        got = f", got {first['input']!r}" if first["loc"] and first["type"] != "missing" else ""
        raise RecipeError(f"{path or 'synthesis'}: {name}: {what}{got}.") from error


def _settings(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror or error}.", hint="Name a TOML file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not TOML: {error}.", hint="One setting a row: most_words = 8") from error
    settings: dict[str, Any] = content.get("synthesis", content)
    return settings
