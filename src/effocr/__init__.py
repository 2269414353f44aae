"""OCR by retrieval: a localizer finds the glyphs of a line, a recognizer reads each as its nearest exemplar."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from effocr.errors import EffocrError
    from effocr.page.boxes import Box, Boxes
    from effocr.page.result import Glyph, Line, Page, Word
    from effocr.read.reader import Reader, read

__version__ = "0.1.0"

__all__ = [
    "Box",
    "Boxes",
    "EffocrError",
    "Glyph",
    "Line",
    "Page",
    "Reader",
    "Word",
    "__version__",
    "read",
]

_HOMES = {
    "Box": "effocr.page.boxes",
    "Boxes": "effocr.page.boxes",
    "EffocrError": "effocr.errors",
    "Glyph": "effocr.page.result",
    "Line": "effocr.page.result",
    "Page": "effocr.page.result",
    "Reader": "effocr.read.reader",
    "Word": "effocr.page.result",
}


class _CallableRoom(ModuleType):
    """`effocr.read` is both the room and the function: called, it reads one source."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return import_module("effocr.read.reader").read(*args, **kwargs)


class _Package(ModuleType):
    """This package; it makes the room callable at the moment at which the import system hangs it in."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "read" and isinstance(value, ModuleType):
            value.__class__ = _CallableRoom
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name == "read":
        return import_module("effocr.read")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
