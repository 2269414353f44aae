"""The colours of confidence: four steps that people who see few colours tell apart too (Okabe and Ito, 2008)."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from effocr.image.draw import Colour


class Step(NamedTuple):
    """Scores from `least` up to the next step, and how they look; `cover` is the opacity of a filled box."""

    least: float
    colour: Colour
    cover: float

    @property
    def css(self) -> str:
        return "#{:02x}{:02x}{:02x}".format(*self.colour)


STEPS = (
    Step(0.0, (213, 94, 0), 0.55),
    Step(0.5, (230, 159, 0), 0.45),
    Step(0.8, (86, 180, 233), 0.25),
    Step(0.95, (0, 114, 178), 0.12),
)
"""The less sure, the warmer and the denser."""

_LEASTS = [step.least for step in STEPS[1:]]


def step_of(score: float) -> int:
    """The place in `STEPS` of a score."""
    return bisect_right(_LEASTS, score)


def legend() -> list[str]:
    """What each step means, in words."""
    ends = [*(step.least for step in STEPS[1:]), 1.0]
    return [f"{100 * step.least:g} to {100 * end:g} %" for step, end in zip(STEPS, ends, strict=True)]
