"""Teaching by example: exemplars from regions of images, and a bundle with another index. Nothing is trained."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from effocr.bundle.card import Card, IndexPart, Provenance
from effocr.bundle.digests import sha256
from effocr.bundle.files import Bundle, write_bundle
from effocr.errors import DataError
from effocr.image.band import band_of_boxes
from effocr.image.decode import Source, source_name
from effocr.image.preparation import Grey
from effocr.image.straighten import Straight
from effocr.image.turning import Turn
from effocr.index.files import index_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.page.boxes import Box, Boxes, Floats
from effocr.read.pages.clips import Clip
from effocr.read.pages.orientation import Laid
from effocr.read.reader import Reader
from effocr.read.sockets import FoundLine, Localization

SAME = 0.5
"""A found box is the glyph that somebody marked when their extents along the line overlap by more (IoU)."""
WITHIN = 0.5
"""A found box lies in a marked region when more of its width does."""
AROUND = 0.5
"""Where no line was found, the rows around a marked region that count as its line, in heights of the region."""
FAINTEST = 8
"""Grey levels that ink stands out from paper."""
DIGITS_OF_VERSION = 8


@dataclass(frozen=True, eq=False)
class SeenLine:
    """A line as reading sees it: how it was cut out, what was found on it, and the glyphs' embeddings (N, D)."""

    clip: Clip
    cut: Straight
    found: Localization
    embeddings: Floats

    @property
    def pixels(self) -> Grey:
        """The line, read along x."""
        return self.cut.pixels

    @property
    def vertical(self) -> bool:
        """Whether it is read from top to bottom, and so was turned along x."""
        return self.clip.vertical

    @property
    def boxes(self) -> Boxes:
        """The glyphs in pixels of the image as it was given."""
        return self.clip.boxes_back(self.cut, self.found.boxes)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was learned from `shown` glyphs: new exemplars, and how many of the glyphs the localizer finds as one.

    A glyph that it finds in pieces, or not at all, will not be read however good its exemplar is.
    """

    exemplars: GlyphIndex
    shown: int
    found: int


def lines_seen(reader: Reader, image: Source, *, vertical: bool | None = None) -> list[SeenLine]:
    """The lines of an image in reading order, with what the reader's nets make of them."""
    return [_seen(reader, clip) for clip in reader.laid(image, vertical=vertical).clips]


def line_seen(reader: Reader, line: Grey, *, vertical: bool = False) -> SeenLine:
    """The same for one line that has been cut out and turned along x; its page is the line itself."""
    rows, columns = line.shape
    turn = Turn(1, rows, columns) if vertical else Turn(0, columns, rows)
    return _seen(reader, Clip(line, FoundLine(Box(0, 0, columns, rows)), turn, vertical))


def lesson_in_box(reader: Reader, image: Source, box: Box, text: str, *, vertical: bool | None = None) -> Lesson:
    """The exemplar of the glyph in `box` (pixels of the image), seen amid its line, which reads as `text` from now on.

    Raises `DataError` for a box that is empty, holds nothing but paper or lies outside of the image.
    """
    laid = reader.laid(image, vertical=vertical)
    marked = _marked(box, laid)
    line = _seen(reader, Clip(laid.page, _line_around(marked, laid), laid.turn, laid.vertical))
    rows, columns = line.pixels.shape
    within = line.cut.on_line(Boxes.of([marked])).clipped(columns, rows)[0]
    seen, row, known = _with_marked(line.found, within)
    if not known:
        vectors = reader.recognizer.embeddings([line.pixels], [seen], [line.vertical])
        line = replace(line, found=seen, embeddings=vectors)
    return Lesson(_exemplar(line, row, text, source_name(image)), 1, int(known))


def lesson_at(reader: Reader, image: Source, number: int, text: str, *, vertical: bool | None = None) -> Lesson:
    """The exemplar of the glyph `number` of an image, counted from 1 over all its lines in reading order."""
    before = 0
    for line in lines_seen(reader, image, vertical=vertical):
        if 0 < number - before <= len(line.embeddings):
            return Lesson(_exemplar(line, number - before - 1, text, source_name(image)), 1, 1)
        before += len(line.embeddings)
    raise DataError(
        f"{source_name(image)} has no glyph {number}: {before} were found, counted from 1.",
        hint=f"effocr index near BUNDLE {source_name(image)} -o sheet.html shows them with their numbers.",
    )


def teach(reader: Reader, exemplars: GlyphIndex) -> None:
    """Lets the reader know exemplars from now on; to keep them, write a bundle with `write_with_index`."""
    reader.recognizer.index = reader.recognizer.index.merged(exemplars)


def lookalikes(index: GlyphIndex, exemplars: GlyphIndex) -> list[tuple[str, str, float]]:
    """For each text of `exemplars`: the other text of `index` that comes nearest to one of them, and their cosine."""
    near = index.nearest_texts(exemplars.vectors, 2)
    nearest: dict[str, tuple[str, float]] = {}
    for text, rows, scores in zip(exemplars.texts, near.rows.tolist(), near.scores.tolist(), strict=True):
        near_texts = [(index.texts[row], score) for row, score in zip(rows, scores, strict=True)]
        others = [pair for pair in near_texts if pair[0] != text]
        if others and others[0][1] > nearest.get(text, ("", -2.0))[1]:
            nearest[text] = others[0]
    return [(text, other, cosine) for text, (other, cosine) in nearest.items()]


def write_with_index(
    bundle: Bundle, index: GlyphIndex, out: str | os.PathLike[str], *, fonts: Sequence[Provenance] = ()
) -> Bundle:
    """Writes `bundle` with another index to `out`, which may be its own folder: whole, or not at all."""
    if not len(index):
        raise DataError("a bundle needs at least one exemplar; none is left.", hint="effocr index show BUNDLE")
    encoder = bundle.card.encoder.sha256
    content = index_bytes(index, encoder)
    card = card_with_index(bundle.card, index, content, encoder)
    known = {(font.name, font.origin) for font in card.fonts}
    more = [font for font in fonts if (font.name, font.origin) not in known]
    card = card.model_copy(update={"fonts": [*card.fonts, *more]})
    return write_bundle(
        out,
        card,
        localizer=bundle.localizer(),
        encoder=bundle.encoder(),
        index=content,
        words=bundle.words(),
        line_finder=bundle.line_finder(),
        quantized=bundle.quantized(),
    )


def card_with_index(card: Card, index: GlyphIndex, content: bytes, encoder: str) -> Card:
    """The card of a bundle with another index, the `content` of its file, made by the encoder of that sha256.

    Charset and number of exemplars follow. The version gets the index's digest ("1+3f2a9c1b"), so that pages tell which
    index read them; the scores were measured with another index and are left out.
    """
    changed = {
        "index": IndexPart(encoder_sha256=encoder, exemplars=len(index), sharpness=card.index.sharpness),
        "charset": list(index.distinct_texts),
        "version": f"{card.version.partition('+')[0]}+{sha256(content)[:DIGITS_OF_VERSION]}",
        "scores": [],
    }
    return card.model_copy(update=changed)


def _seen(reader: Reader, clip: Clip) -> SeenLine:
    cut = clip.cut()
    (found,) = reader.localize([cut.pixels])
    vectors = reader.recognizer.embeddings([cut.pixels], [found], [clip.vertical])
    return SeenLine(clip, cut, found, vectors)


def _marked(box: Box, laid: Laid) -> Box:
    """A box of the image as given in pixels of the page as it was searched."""
    columns, rows = laid.turn.width, laid.turn.height
    inside = Boxes.of([box]).clipped(columns, rows)
    if inside[0].width < 1 or inside[0].height < 1:
        where = f"{box.left:g},{box.top:g},{box.width:g},{box.height:g}"
        raise DataError(f"the box {where} covers no pixel of an image of {columns} x {rows} pixels.", hint="x,y,w,h")
    marked = laid.turn.boxes_there(inside)[0]
    left, top, right, bottom = (round(edge) for edge in marked)
    if np.ptp(laid.page[top : max(bottom, top + 1), left : max(right, left + 1)]) < FAINTEST:
        raise DataError("there is nothing but paper in the box.", hint="x and y count from the top left.")
    return marked


def _line_around(marked: Box, laid: Laid) -> FoundLine:
    """The found line that holds most of the marked box; where none holds half of it, the rows around the box."""
    shares = [_common(marked, line.box) / (marked.width * marked.height) for line in laid.lines]
    if shares and max(shares) > WITHIN:
        return laid.lines[int(np.argmax(shares))]
    rows, columns = laid.page.shape
    more = AROUND * marked.height
    return FoundLine(Box(0, max(0, marked.top - more), columns, min(rows, marked.bottom + more)))


def _common(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, width) * max(0.0, height)


def _with_marked(found: Localization, marked: Box) -> tuple[Localization, int, bool]:
    """The localization with the marked glyph in it, its row, and whether it was found as it was marked."""
    boxes = found.boxes
    both = np.maximum(0, np.minimum(boxes.right, marked.right) - np.maximum(boxes.left, marked.left))
    either = (boxes.right - boxes.left) + marked.width - both
    if len(boxes) and (both / either).max() > SAME:
        return found, int((both / either).argmax()), True
    apart = both <= WITHIN * (boxes.right - boxes.left)
    kept = np.flatnonzero(apart)
    row = int((boxes.centre[kept] < (marked.left + marked.right) / 2).sum())
    placed = np.insert(boxes.array[kept], row, np.array(marked, np.float32), axis=0)
    scores, spaces = (np.insert(values[kept], row, 1) for values in (found.scores, found.space_before))
    return Localization(Boxes(placed), scores, spaces, found.band or band_of_boxes(Boxes.of([marked]))), row, False


def _exemplar(line: SeenLine, row: int, text: str, name: str) -> GlyphIndex:
    """The exemplar of one glyph; its source is a media fragment (www.w3.org/TR/media-frags), so that it can be seen."""
    return GlyphIndex(line.embeddings[row : row + 1], (text,), (fragment(name, line.boxes[row]),))


def fragment(name: str, box: Box) -> str:
    """The source of an exemplar: the name of the image and the glyph's region, "name#xywh=10,5,20,30"."""
    left, top = round(box.left), round(box.top)
    return f"{name}#xywh={left},{top},{max(1, round(box.right) - left)},{max(1, round(box.bottom) - top)}"
