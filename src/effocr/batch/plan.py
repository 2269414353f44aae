"""How a batch reads, as plain values that any process can open a reader from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from effocr.bundle.digests import sha256
from effocr.bundle.files import open_bundle

if TYPE_CHECKING:
    from effocr.read.reader import Reader


@dataclass(frozen=True)
class Plan:
    """The options of `Reader`, repairs by their names, and `vertical` as for `Reader.iterate`."""

    bundle: str = "en"
    lines: str = "auto"
    providers: tuple[str, ...] = ("cpu",)
    repairs: tuple[str, ...] | None = None
    lexicon: str = ""
    without: str = ""
    search: str = "exact"
    text_layer: str = "auto"
    orientation: str = "auto"
    vertical: bool | None = None

    def reader(self, threads: int = 1) -> Reader:
        """A reader with these options; raises the errors of `Reader`."""
        from effocr.read.english.table import LEXICON, repairs_of
        from effocr.read.reader import Reader

        return Reader(
            self.bundle,
            threads=threads,
            lines=self.lines,
            providers=self.providers,
            repairs=None if self.repairs is None else repairs_of(self.repairs, self.lexicon or LEXICON),
            without=self.without,
            search=self.search,
            text_layer=self.text_layer,
            orientation=self.orientation,
        )

    def means(self) -> str:
        """What changes with the way of reading: the bundle's title, a digest of its card, every option that is set."""
        card = open_bundle(self.bundle).card
        digest = sha256(card.model_dump_json().encode())[:16]
        mine = [field for field in fields(self) if field.name not in ("bundle", "providers")]
        options = [f"{field.name}={getattr(self, field.name)!r}" for field in mine if self._is_set(field.name)]
        return " ".join([card.title, digest, *options])

    def _is_set(self, name: str) -> bool:
        return bool(getattr(self, name) != getattr(Plan, name))
