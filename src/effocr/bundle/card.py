"""The card of a bundle: what it is, what it was made of, and what it needs to be read."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from effocr.image.preparation import CropPreparation, LinePreparation, PagePreparation, StripPreparation
from effocr.page.kinds import NUMBERS_OF_KINDS

FORMAT = 1
"""Counts up when a bundle can no longer be read by an earlier effocr."""

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")]
"""Of a file in the bundle's folder or in one below it, never outside."""
Digest = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
"""sha256 as 64 hexadecimal digits; empty only in a card that was not written yet."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Vertical = bool | Literal["by_shape"]
"""Whether lines are read from top to bottom; `by_shape` where each image shows it."""


class Detection(_Part):
    """How the boxes that a generic detector answers with are chosen."""

    rows: int = Field(default=640, ge=32)
    columns: int = Field(default=640, ge=32)
    """Size of the net's input where its file leaves that open."""
    overlap: float = Field(default=0.01, ge=0, le=1)
    """Of two boxes whose intersection over union is larger, the lower-scored is dropped."""
    agnostic: bool = False
    """Whether a char may drop a word and the other way round."""
    most: int = Field(default=1000, ge=1)
    """Boxes kept a line."""
    char_class: int = Field(default=0, ge=0)
    word_class: int | None = 1
    """None for a net that knows no words: then wide gaps are spaces."""
    word_threshold: float | None = None
    """Least score of a word; None for that of a char."""
    upright: bool = False
    """Whether the net was trained on vertical lines as they stand; otherwise it sees them turned along x."""


class QuantizedPart(_Part):
    """A net again with weights of 8 bits, which processors run faster; `effocr bundle quantize` makes it."""

    file: FileName
    sha256: Digest = ""
    net_sha256: Digest = ""
    """Of the net that it was made of: with another one it says nothing."""


class LocalizerPart(_Part):
    """The net that finds glyphs, and how a line becomes its input; `detection` is for kinds other than columns.

    The kind `detector` is whichever of the generic ones the names and shapes of the net's outputs show.
    """

    kind: Literal["columns", "yolov5", "yolov8", "mmdetection", "detectron2", "detector"] = "columns"
    file: FileName = "localizer.onnx"
    sha256: Digest = ""
    preparation: LinePreparation = LinePreparation()
    threshold: float = Field(default=0.48, gt=0, lt=1)
    columns_per_cell: int = Field(default=2, ge=1)
    detection: Detection | None = None
    quantized: QuantizedPart | None = None


class EncoderPart(_Part):
    """The net that embeds glyphs: whole strips, windows or crops at a time, and how a line is cut for it."""

    kind: Literal["strips", "windows", "crops"] = "strips"
    file: FileName = "encoder.onnx"
    sha256: Digest = ""
    preparation: StripPreparation | CropPreparation = StripPreparation()
    dimensions: int = Field(ge=1)
    quantized: QuantizedPart | None = None

    @model_validator(mode="after")
    def _prepared_as_its_kind_needs(self) -> Self:
        if (self.kind == "crops") != isinstance(self.preparation, CropPreparation):
            raise ValueError(f"an encoder of the kind {self.kind!r} has no {type(self.preparation).__name__}")
        return self


class TextsPart(_Part):
    """What exemplars read as, one a line, where the index file holds vectors alone; `coded` is "97_98" for "ab"."""

    file: FileName
    sha256: Digest = ""
    coded: bool = False


class IndexPart(_Part):
    """The exemplars; `sharpness` is the factor that turns cosines into scores by softmax."""

    kind: Literal["safetensors", "faiss"] = "safetensors"
    file: FileName = "index.safetensors"
    sha256: Digest = ""
    encoder_sha256: Digest = ""
    exemplars: int = Field(ge=1)
    sharpness: float = Field(gt=0)
    texts: TextsPart | None = None
    """Of a faiss index; the others hold their texts themselves."""

    @model_validator(mode="after")
    def _texts_stand_somewhere(self) -> Self:
        if (self.kind == "faiss") != (self.texts is not None):
            raise ValueError("an index of the kind 'faiss' names a file of texts, and no other kind does")
        return self


class Calibration(_Part):
    """How scores become chances: the weights of `effocr.read.confidence.chances.evidence`, added up, give log odds.

    None is negative, so that a better score never lowers a chance; fitted with `effocr bundle calibrate`.
    """

    start: float
    share: float = Field(ge=0)
    likeness: float = Field(ge=0)
    found: float = Field(ge=0)


class WordsPart(_Part):
    """A recognizer of whole words, asked first; words whose nearest exemplar is less like them are read by glyphs."""

    encoder: EncoderPart
    index: IndexPart
    least: float = Field(default=0.83, ge=-1, le=1)
    """Least cosine of a word that is believed."""


class LineFinderPart(_Part):
    """The net that finds the lines of pages, and the size of type for which a page becomes its input."""

    file: FileName = "line_finder.onnx"
    sha256: Digest = ""
    preparation: PagePreparation = PagePreparation()
    threshold: float = Field(default=0.5, gt=0, lt=1)


class Provenance(_Part):
    """A font or a data set that went into the bundle."""

    name: str
    licence: str
    origin: str


class Score(_Part):
    """A measured figure, and the command that measures it again."""

    set: str
    metric: str
    value: float
    command: str


class Card(_Part):
    """Everything that is said about a bundle; unknown keys are errors."""

    format: Literal[1] = 1
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    description: str = ""
    charset: list[str]
    vertical: Vertical = False
    """How its lines are read when nothing else is said."""
    spaced: bool = True
    """Whether its words are joined with spaces."""
    cased: bool = True
    """Whether its texts know upper and lower case."""
    context: list[list[int]] | None = None
    """How often one kind of character (row of `effocr.page.kinds.KINDS`) was followed by another in its lines' texts.

    It decides between texts of different kinds that are nearly equally near; None for the nearest text alone.
    """
    repairs: list[str] = []
    """What is made to its lines unless something else is asked for: names that `effocr read --repair` knows."""
    calibration: Calibration | None = None
    """None for scores as the index gives them."""
    localizer: LocalizerPart
    encoder: EncoderPart
    index: IndexPart
    words: WordsPart | None = None
    line_finder: LineFinderPart | None = None
    fonts: list[Provenance] = []
    data: list[Provenance] = []
    scores: list[Score] = []
    limits: list[str] = []
    made_with: dict[str, str] = {}

    @field_validator("context")
    @classmethod
    def _pairs_of_kinds(cls, pairs: list[list[int]] | None) -> list[list[int]] | None:
        if pairs is None:
            return None
        square = {len(row) for row in pairs} == {len(pairs)}
        if not square or len(pairs) not in NUMBERS_OF_KINDS or min(map(min, pairs)) < 0:
            raise ValueError(f"a context has {' or '.join(map(str, NUMBERS_OF_KINDS))} rows of as many counts")
        return pairs

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"

    def to_json(self) -> str:
        """The content of `card.json`."""
        return self.model_dump_json(indent=1) + "\n"


def readme_of(card: Card) -> str:
    """The card as Markdown, for whoever opens the folder."""
    sections = [
        f"# {card.title}\n\n{card.description}".rstrip(),
        f"{len(card.charset)} texts, {card.index.exemplars} exemplars; effocr bundle format {card.format}.",
        _words_line(card.words),
        "It finds the lines of whole pages." if card.line_finder else "",
        "On CPUs it reads in 8 bits." if card.encoder.quantized else "",
        "Use it: `effocr read --bundle FOLDER line.png`. Check it: `effocr bundle verify FOLDER`.",
        _table("Scores", "set | metric | value | command", [_score_row(score) for score in card.scores]),
        _table("Fonts", "name | licence | origin", [_provenance_row(font) for font in card.fonts]),
        _table("Data", "name | licence | origin", [_provenance_row(data) for data in card.data]),
        _list("Limits", card.limits),
        _list("Made with", [f"{name} {version}" for name, version in card.made_with.items()]),
        "## Charset\n\n" + " ".join(f"`{text}`" if text != "`" else "`` ` ``" for text in card.charset),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _words_line(words: WordsPart | None) -> str:
    return f"Words are asked first: {words.index.exemplars} exemplars, least cosine {words.least:g}." if words else ""


def _score_row(score: Score) -> str:
    return f"{score.set} | {score.metric} | {score.value:.4g} | `{score.command}`"


def _provenance_row(provenance: Provenance) -> str:
    return f"{provenance.name} | {provenance.licence} | {provenance.origin}"


def _table(title: str, head: str, rows: list[str]) -> str:
    rule = " | ".join("---" for _ in head.split("|"))
    return "\n".join((f"## {title}\n", *(f"| {row} |" for row in (head, rule, *rows)))) if rows else ""


def _list(title: str, entries: list[str]) -> str:
    return "\n".join((f"## {title}\n", *(f"- {entry}" for entry in entries))) if entries else ""
