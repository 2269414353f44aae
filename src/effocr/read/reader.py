"""`Reader`: from images to pages with one bundle, on any number of threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import chain, islice, repeat

from effocr.bundle.card import EncoderPart, IndexPart, LocalizerPart, QuantizedPart, Vertical
from effocr.bundle.files import Bundle, open_bundle
from effocr.bundle.published import exemplar_texts
from effocr.errors import BundleError, DataError, EffocrError, unknown_name
from effocr.image.decode import Scan, Source, decode, source_name
from effocr.image.folders import each_image
from effocr.image.pdf.kept import checked_text_layer
from effocr.image.preparation import Grey
from effocr.image.straighten import Straight
from effocr.index.faiss_index import SEARCHES
from effocr.index.files import index_of_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.index.published import published_index
from effocr.page.result import Line, Page
from effocr.read.confidence.strays import without_strays
from effocr.read.detectors.localizer import localizer_of_part
from effocr.read.detectors.parts import part_of_net
from effocr.read.doubt.second_look import Look, with_second_looks
from effocr.read.encoder import encoder_of
from effocr.read.english.context import Context
from effocr.read.english.revision import Repair
from effocr.read.english.table import repairs_of
from effocr.read.lines import WholeImage
from effocr.read.localizer import localizing, nothing_found
from effocr.read.nets.steps import Steps, asking, at_once, side_by_side
from effocr.read.onnx import CPU
from effocr.read.pages.clips import Clip
from effocr.read.pages.columns.edges import without_rules
from effocr.read.pages.direction import runs_down
from effocr.read.pages.finders import is_page, line_finder
from effocr.read.pages.net import line_finder_of
from effocr.read.pages.orientation import Laid, as_given, checked_orientation, likeness_to, upright
from effocr.read.pages.sources import HELD, Seen, Task, decoding, with_more
from effocr.read.recognizer import Recognizer
from effocr.read.sockets import Encoder, LineFinder, Localization, Localizer
from effocr.read.word_recognizer import WordRecognizer
from effocr.read.words import glyphs_of, words_of

FIRST_CHUNK, CHUNK, LAST_CHUNK = 12, 24, 8
"""Images that are read together: in the beginning, at most, and in the end at least, unless they are large."""

THINNEST = 1.5
"""Pixels that the box of a glyph has at least either way, so that its edges still differ where formats round them."""

MOST_LINES = 64
"""Lines that are read together, so that a page of hundreds needs no more memory than a chunk of images."""

OnError = Callable[[str, EffocrError], None]


class Reader:
    """Reads images of text with a bundle; one reader may be used from many threads.

    `threads` work together (default: one a processor), the calling one in Python and the others in nets. `lines` names
    the line finder: `auto`, `none` (every image is one line) or another of `effocr.read.pages.finders.LINE_FINDERS`.
    `providers` names what onnxruntime computes with, the best first: `cpu`, and `cuda` and others where its build has
    them. `repairs` are made to every line, in their order: names of `effocr.read.english.table.REPAIRS`, or repairs
    themselves (default: those of the bundle's card). Texts that hold one of `without`, characters or longer strings,
    are never read. `search` is `exact`, or `cells`: faiss, faster among very many exemplars. `text_layer` says which
    pages of PDFs keep the text that they carry: `auto` (those that hold no scan), `keep` (all) or `replace` (none).
    `orientation` is `auto`, which turns whole pages upright, or `given`.
    """

    def __init__(
        self,
        bundle: str | os.PathLike[str] | Bundle = "en",
        *,
        threads: int | None = None,
        lines: str = "auto",
        providers: Sequence[str] = (CPU,),
        repairs: Sequence[str | Repair] | None = None,
        without: Iterable[str] = (),
        search: str = "exact",
        text_layer: str = "auto",
        orientation: str = "auto",
    ) -> None:
        opened = bundle if isinstance(bundle, Bundle) else open_bundle(bundle)
        self.bundle = opened
        self.threads = max(1, threads or os.cpu_count() or 1)
        self.line_finder: LineFinder = line_finder(lines, partial(line_finder_of, opened, providers))
        self.localizer: Localizer = localizer_of(opened, providers)
        self.recognizer = recognizer_of(opened, providers)
        self.word_recognizer = word_recognizer_of(opened, self.recognizer, providers)
        self.repairs = repairs_of(opened.card.repairs if repairs is None else repairs)
        self.text_layer = checked_text_layer(text_layer)
        self.orientation = checked_orientation(orientation)
        self._choose_exemplars(frozenset(without), search)

    def read(
        self,
        images: Source | Iterable[Source],
        *,
        vertical: bool | Sequence[bool] | None = None,
        on_error: OnError | None = None,
    ) -> list[Page]:
        """One page an image, in their order; see `iterate`."""
        return list(self.iterate(images, vertical=vertical, on_error=on_error))

    def read_one(self, source: Source, *, vertical: bool | None = None) -> Page:
        """The page on one image; raises `ImageError` when it cannot be decoded."""
        ((_, page),) = at_once(self._chunk([Task(source, self._vertical_default(vertical))]))
        if isinstance(page, EffocrError):
            raise page
        return page

    def iterate(
        self,
        images: Source | Iterable[Source],
        *,
        vertical: bool | Sequence[bool] | None = None,
        on_error: OnError | None = None,
    ) -> Iterator[Page]:
        """Pages in the order of the images, while later ones are still being read; their number needs no memory.

        A folder stands for the images in it, sorted by name; a single image may be given as it is.
        `vertical` says of all images, or of each, whether their lines are read from top to bottom (default: as the
        bundle's card says). An image that cannot be read raises its error; with `on_error` that is called with the
        source's name and the error instead, and the image gives a page without lines.
        """
        chunks = map(self._chunk, self._chunks(self._tasks(images, vertical)))
        for task, page in chain.from_iterable(side_by_side(chunks, self.threads)):
            yield page if isinstance(page, Page) else self._failed(task, page, on_error)

    def laid(self, image: Source, *, vertical: bool | None = None) -> Laid:
        """The page on one image with its lines, turned as reading turns it; raises `ImageError`."""
        grey = decode(image)
        return self._laid(grey, runs_down(self._vertical_default(vertical), grey))

    def localize(self, lines: Sequence[Grey]) -> list[Localization]:
        """The glyphs of each line, in pixels read along x, without rules at its ends; raises `ImageError`."""
        return at_once(self._localizing(lines))

    def _choose_exemplars(self, without: frozenset[str], search: str) -> None:
        """Leaves exemplars out, of glyphs and of words, and chooses how the others are searched."""
        if search not in SEARCHES:
            raise unknown_name("search", search, SEARCHES)
        recognizer, words = self.recognizer, self.word_recognizer
        recognizer.index = SEARCHES[search](recognizer.index.without_any_of(without))
        if not len(recognizer.index):
            raise DataError(
                f"without {' '.join(sorted(without))} no exemplar is left.", hint="effocr index show BUNDLE"
            )
        if words is not None:
            words.index = SEARCHES[search](words.index.without_any_of(without))
            self.word_recognizer = words if len(words.index) else None

    def _tasks(self, images: Source | Iterable[Source], vertical: bool | Sequence[bool] | None) -> Iterator[Task]:
        sources = each_image(images)
        if vertical is None or isinstance(vertical, bool):
            flags: Iterable[Vertical] = repeat(self._vertical_default(vertical))
            return map(Task, sources, flags)
        return (Task(image, flag) for image, flag in zip(sources, vertical, strict=True))

    def _vertical_default(self, vertical: bool | None) -> Vertical:
        return self.bundle.card.vertical if vertical is None else vertical

    def _chunks(self, tasks: Iterator[Task]) -> Iterator[list[Task]]:
        """The tasks cut into chunks, the first and the last ones smaller, so that no thread waits for another long."""
        ahead, most = list[Task](), FIRST_CHUNK
        while ahead := with_more(ahead, tasks, CHUNK * self.threads, HELD * self.threads):
            fewest = 1 if ahead[0].large or LAST_CHUNK * ahead[0].held > HELD else LAST_CHUNK
            size = min(most, max(fewest, -(-len(ahead) // self.threads)))
            yield ahead[:size]
            ahead, most = ahead[size:], min(2 * most, CHUNK)

    def _failed(self, task: Task, error: EffocrError, on_error: OnError | None) -> Page:
        if on_error is None:
            raise error
        name = source_name(task.source)
        on_error(name, error)
        return Page((), 0, 0, name, bundle=self.bundle.card.title)

    def _chunk(self, tasks: Sequence[Task]) -> Steps[list[tuple[Task, Page | EffocrError]]]:
        rest, done = iter(tasks), list[tuple[Task, Page | EffocrError]]()
        while together := (yield from decoding(rest, self.text_layer)):
            pages = yield from self._pages(together)
            done += zip((task for task, _ in together), pages, strict=True)
        return done

    def _pages(self, together: list[tuple[Task, Seen]]) -> Steps[list[Page | EffocrError]]:
        found = list[tuple[Scan, Laid] | Page | EffocrError]()
        for task, seen in together:
            found.append((seen, (yield from self._laying(seen.pixels, task))) if isinstance(seen, Scan) else seen)
        clips = [clip for each in found if isinstance(each, tuple) for clip in each[1].clips]
        lines = iter((yield from self._lines(clips)))
        return [
            self._page(task, *each, lines) if isinstance(each, tuple) else each
            for (task, _), each in zip(together, found, strict=True)
        ]

    def _laying(self, grey: Grey, task: Task) -> Steps[Laid]:
        """What `_laid` gives, in steps."""
        lay = partial(self._laid, grey, runs_down(task.vertical, grey))
        return (yield from asking(lay)) if self._searched(grey) else lay()

    def _page(self, task: Task, scan: Scan, laid: Laid, following: Iterator[Line]) -> Page:
        lines = tuple(islice(following, len(laid.lines)))
        if self._searched(scan.pixels):
            lines = without_strays(lines)
        rows, columns = scan.pixels.shape
        path, number = task.origin
        title, turned = self.bundle.card.title, laid.degrees
        return Page(lines, columns, rows, path, bundle=title, number=number, dpi=scan.dpi, turned=turned)

    def _laid(self, grey: Grey, vertical: bool) -> Laid:
        """The image with its lines; a whole page is turned upright before, unless it is to be taken as given."""
        find = self.line_finder.find
        if self.orientation == "given" or not self._searched(grey):
            return as_given(grey, find, vertical=vertical)
        return upright(grey, find, likeness_to(self.localizer, self.recognizer, vertical=vertical), vertical=vertical)

    def _searched(self, grey: Grey) -> bool:
        """Whether the image is a page on which lines have to be found."""
        return is_page(grey) and not isinstance(self.line_finder, WholeImage)

    def _lines(self, clips: list[Clip]) -> Steps[list[Line]]:
        """What the clips read as; those of a large page are shared among the threads."""
        blocks = [clips[start : start + MOST_LINES] for start in range(0, len(clips), MOST_LINES)]
        if len(blocks) == 1:
            return (yield from self._block(clips))
        return list(chain.from_iterable(side_by_side(map(self._block, blocks), self.threads)))

    def _block(self, clips: list[Clip]) -> Steps[list[Line]]:
        cuts = [clip.cut() for clip in clips]
        pixels = [cut.pixels for cut in cuts]
        looks = yield from self._looking(pixels, [clip.vertical for clip in clips])
        if self.recognizer.calibration:  # else scores do not say whether a line is in doubt

            def look(lines: list[Grey], rows: Sequence[int]) -> Steps[list[Look]]:
                return self._looking(lines, [clips[row].vertical for row in rows])

            looks = yield from with_second_looks(pixels, looks, look)
        return list(map(self._line, clips, cuts, looks))

    def _looking(self, lines: list[Grey], vertical: Sequence[bool]) -> Steps[list[Look]]:
        found, errors = yield from self._localized(lines)
        words = self.word_recognizer
        if words is None:
            recognitions = yield from self.recognizer.recognizing(lines, found, vertical)
        else:
            recognitions = yield from asking(partial(words.recognize, lines, found, vertical))
        return list(map(Look, found, recognitions, errors))

    def _localizing(self, lines: Sequence[Grey]) -> Steps[list[Localization]]:
        """What `localize` gives, in steps."""
        found = yield from localizing(self.localizer, lines)
        return list(map(without_rules, lines, found))

    def _localized(self, lines: list[Grey]) -> Steps[tuple[list[Localization], list[str]]]:
        """The localizations and, where a line has none because it cannot be read, why."""
        try:
            return (yield from self._localizing(lines)), [""] * len(lines)
        except EffocrError as error:
            if len(lines) == 1:
                return [nothing_found()], [error.message]
        found, errors = list[Localization](), list[str]()
        for line in lines:
            (alone,), (error_of_line,) = yield from self._localized([line])
            found.append(alone)
            errors.append(error_of_line)
        return found, errors

    def _line(self, clip: Clip, cut: Straight, seen: Look) -> Line:
        rows, columns = cut.pixels.shape
        boxes = clip.boxes_back(cut, seen.found.boxes.stretched(THINNEST, columns, rows))
        words = words_of(glyphs_of(seen.glyphs, boxes), seen.found.space_before)
        spaced = self.bundle.card.spaced
        line = Line(clip.box, words, clip.vertical, spaced, seen.error, clip.baseline, clip.line.region)
        for repair in self.repairs:
            line = repair(line)
        return line


def read(source: Source, *, bundle: str | os.PathLike[str] = "en", vertical: bool | None = None) -> Page:
    """The page on one image; bundles stay open between calls. Many images are read faster by one `Reader`."""
    return _reader(os.fspath(bundle)).read_one(source, vertical=vertical)


def localizer_of(bundle: Bundle, providers: Sequence[str] = (CPU,)) -> Localizer:
    """The localizer of a bundle; raises `BundleError`."""
    part = bundle.card.localizer
    runs = as_run(part, providers)
    content = bundle.part(runs)
    with _naming(bundle, runs.file):
        if part.kind == "detector":
            seen = part_of_net(content, None, part.detection)
            part = part.model_copy(update={"kind": seen.kind, "preparation": seen.preparation})
        return localizer_of_part(content, part, providers)


def recognizer_of(bundle: Bundle, providers: Sequence[str] = (CPU,)) -> Recognizer:
    """The recognizer of a bundle; raises `BundleError`, also when its index was made by another encoder."""
    part = bundle.card.encoder
    index = _index(bundle, part, bundle.card.index)
    encoder = _encoder(bundle, part, providers)
    pairs = bundle.card.context
    context = Context(pairs) if pairs else None
    sharpness, calibration = bundle.card.index.sharpness, bundle.card.calibration
    return Recognizer(encoder, index, part.preparation, sharpness=sharpness, context=context, calibration=calibration)


def word_recognizer_of(bundle: Bundle, glyphs: Recognizer, providers: Sequence[str] = (CPU,)) -> WordRecognizer | None:
    """The recognizer of words of a bundle, if it has one; it leaves to `glyphs` what it does not know."""
    words = bundle.card.words
    if words is None:
        return None
    index = _index(bundle, words.encoder, words.index)
    encoder = _encoder(bundle, words.encoder, providers)
    return WordRecognizer(glyphs, encoder, index, least=words.least, sharpness=words.index.sharpness)


def as_run(net: LocalizerPart | EncoderPart, providers: Sequence[str]) -> LocalizerPart | EncoderPart | QuantizedPart:
    """The part of the card whose file is run: on CPUs the quantized net, where there is one."""
    return net.quantized if net.quantized and tuple(providers) == (CPU,) else net


def _encoder(bundle: Bundle, part: EncoderPart, providers: Sequence[str]) -> Encoder:
    runs = as_run(part, providers)
    content = bundle.part(runs)
    with _naming(bundle, runs.file):
        return encoder_of(part.kind, content, part.dimensions, part.preparation, providers)


def _index(bundle: Bundle, encoder: EncoderPart, part: IndexPart) -> GlyphIndex:
    content = bundle.index_of(encoder, part)
    if part.texts is not None:
        texts = exemplar_texts(bundle.part(part.texts), part.texts.file, coded=part.texts.coded)
        with _naming(bundle, part.file):
            return published_index(content, texts, part.file)
    with _naming(bundle, part.file):
        file = index_of_bytes(content, "the index")
    if file.encoder != encoder.sha256 or file.index.dimensions != encoder.dimensions:
        raise BundleError(
            f"{bundle.path}: the index was made by the encoder {file.encoder[:12]} with {file.index.dimensions} "
            f"dimensions, the bundle holds {encoder.sha256[:12]} with {encoder.dimensions}.",
            hint="Take encoder and index from one bundle: effocr bundle join LOCALIZER_FROM RECOGNIZER_FROM OUT",
        )
    return file.index


@contextmanager
def _naming(bundle: Bundle, file: str) -> Iterator[None]:
    """What is wrong with a part of a bundle becomes a `BundleError` that names bundle and file."""
    try:
        yield
    except (BundleError, DataError) as error:
        raise BundleError(f"{bundle.path}, {file}: {error.message}", hint=error.hint) from None


@lru_cache(maxsize=4)
def _reader(bundle: str) -> Reader:
    return Reader(bundle, threads=1)
