"""Settings of synthetic pages."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class PageRecipe(BaseModel):
    """What pages look like; unknown keys are errors. Lengths are pixels of the page, or ems of its body type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(576, ge=128, multiple_of=32)
    height: int = Field(512, ge=128, multiple_of=32)
    smallest_x_height: float = Field(5.0, ge=3.0, description="of the body type, in pixels")
    largest_x_height: float = Field(12.0, le=60.0, description="of the body type, in pixels")
    narrowest_column: float = Field(9.0, ge=4.0, description="in ems")
    widest_column: float = Field(42.0, le=80.0, description="in ems")
    rules: float = Field(0.6, ge=0.0, le=1.0, description="chance that rules stand between the columns")
    skew: float = Field(0.7, ge=0.0, le=10.0, description="deviation of the skew in degrees")
    curvature: float = Field(0.5, ge=0.0, le=1.0, description="chance that the lines are bent")
    bleed: float = Field(0.25, ge=0.0, le=1.0, description="chance that the other side shines through")
    borders: float = Field(0.2, ge=0.0, le=1.0, description="chance that the scan shows more than the page")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.smallest_x_height > self.largest_x_height or self.narrowest_column > self.widest_column:
            raise ValueError("the smallest x-height and the narrowest column exceed the largest and the widest")
        return self
