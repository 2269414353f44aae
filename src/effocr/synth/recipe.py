"""What to synthesise: fonts, charset, words; one class holds every setting with its bounds and default."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class SynthesisRecipe(BaseModel):
    """Settings of synthetic lines; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fonts: tuple[Path, ...] = Field(min_length=1, description="folders of font files")
    charset: str = Field("english", description="a named charset, or the path of a file with its characters")
    words: str = Field("wordfreq:en", description="word list: a file, or wordfreq:LANGUAGE")
    favoured: tuple[str, ...] = Field((), description="parts of font family names that are drawn four times as often")
    held_out: float = Field(0.1, ge=0.0, lt=1.0, description="share of font families kept for validation")
    seed: int = Field(0, ge=0, description="decides the split of the fonts")
    fewest_words: int = Field(1, ge=1)
    most_words: int = Field(10, ge=1, le=40)
    smallest_ascender: float = Field(7.0, ge=4.0, description="height of ascenders in pixels of the scan")
    largest_ascender: float = Field(36.0, le=80.0)
    neighbours: float = Field(
        0.75, ge=0.0, le=1.0, description="chance that the line above (below) is there to reach in"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.fewest_words > self.most_words:
            raise ValueError(f"fewest_words {self.fewest_words} is more than most_words {self.most_words}")
        if self.smallest_ascender > self.largest_ascender:
            bounds = f"smallest_ascender {self.smallest_ascender:g} is more than largest_ascender"
            raise ValueError(f"{bounds} {self.largest_ascender:g}")
        return self
