"""Nets that answer line by line, asked about many lines at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from effocr.errors import BundleError
from effocr.page.boxes import Floats
from effocr.read.nets.repeated import fixed_sides, repeated
from effocr.read.onnx import CPU, answers, session

Model = bytes | str | os.PathLike[str]


class LineNet:
    """An ONNX net with the tensors `inputs` and `output`, each of one line; raises `BundleError` for any other.

    Line goes through it after line, with nothing in between that would push it out of the processor's caches.
    """

    def __init__(
        self, model: Model, inputs: Sequence[str], output: str, *, name: str, providers: Sequence[str] = (CPU,)
    ) -> None:
        content = model if isinstance(model, bytes) else Path(model).read_bytes()
        try:
            many = repeated(content, inputs, output)
        except BundleError as error:
            reason = f"{name} is not an ONNX net that can be used here: {error.message}"
            raise BundleError(reason, hint=error.hint) from None
        self.name = name
        self.inputs, self.output = tuple(inputs), output
        self.sides = fixed_sides(content, self.inputs[0])
        """Of the first input; None for those that the net leaves open."""
        self._session = session(many, name=name, providers=providers)

    def answers(self, *columns: Sequence[Floats]) -> list[Floats]:
        """One answer a line; `columns` has for each input its values, line by line. Raises `BundleError`."""
        if not columns[0]:
            return []
        given = {name: list(values) for name, values in zip(self.inputs, columns, strict=True)}
        found: list[Floats] = answers(self._session, given, [self.output], complaint=f"{self.name} cannot run")[0]
        return found
