"""`effocr index`: exemplars taught, forgotten, built anew, shown, and exchanged with other tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.extras import extra
from effocr.cli.terminal.reading import LinesOption
from effocr.errors import DataError, UnknownNameError, unknown_name

if TYPE_CHECKING:
    from effocr.bundle.files import Bundle
    from effocr.index.glyph_index import GlyphIndex
    from effocr.page.boxes import Box
    from effocr.read.reader import Reader
    from effocr.read.teaching import Lesson

app = typer.Typer(
    help="Teach, forget, build and show exemplars: no training, effective at once.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

BundleName = Annotated[str, typer.Argument(metavar="BUNDLE", help="Name of a bundle, or path of a folder or zip.")]
Out = Annotated[Path, typer.Argument(help="Folder of the new bundle; may be that of BUNDLE.", show_default=False)]
Text = Annotated[str | None, typer.Option(help="What the glyph reads as.", show_default=False)]
Vertical = Annotated[
    bool | None, typer.Option("--vertical/--horizontal", help="How lines run.", show_default="as the bundle says")
]
ALIKE = 0.95
"""Exemplars of different texts with a higher cosine are hard to tell apart."""
MOST_SOURCES, MOST_WARNINGS = 3, 5
MOST_OF_A_FONT = 6


@app.command("teach")
def teach(
    bundle: BundleName,
    out: Out,
    text: Text = None,
    image: Annotated[Path | None, typer.Option(help="Image of a line or page, with --box.")] = None,
    box: Annotated[str | None, typer.Option(help="The glyph on IMAGE: x,y,width,height in pixels.")] = None,
    line: Annotated[Path | None, typer.Option(help="Image of a line, with --at or --line-text.")] = None,
    at: Annotated[int | None, typer.Option(min=1, help="Number of the glyph on LINE, the first is 1.")] = None,
    line_text: Annotated[
        str | None, typer.Option(help="What LINE reads as: teaches its glyphs, or those of TEXT.")
    ] = None,
    font: Annotated[Path | None, typer.Option(help="Font file to draw TEXT with.")] = None,
    vertical: Vertical = None,
) -> None:
    """Teach glyphs by example.

    Give --text with one of: --image and --box, --line and --at, --font; or --line with --line-text. The new bundle has
    the same nets and reads what was taught.
    """
    from effocr.read.reader import Reader
    from effocr.read.teaching import lesson_at, lesson_in_box, lookalikes

    reader = Reader(bundle, threads=1)
    index = reader.recognizer.index
    texts = [text] if text else []
    match (image, box, line, at, line_text, font, text):
        case (Path(), str(), None, None, None, None, str()):
            lesson = lesson_in_box(reader, image, _box(box), text, vertical=vertical)
        case (None, None, Path(), int(), None, None, str()):
            lesson = lesson_at(reader, line, at, text, vertical=vertical)
        case (None, None, Path(), None, str(), None, _):
            from effocr.evaluate.exemplars.lines import lesson_of_line

            lesson = lesson_of_line(reader, line, line_text, only=texts, vertical=vertical)
        case (None, None, None, None, None, Path(), str()):
            lesson = _drawn(reader, [font], texts, most=MOST_OF_A_FONT)
        case _:
            raise typer.BadParameter("give --text with --image and --box, --line and --at, or --font; or --line-text.")
    _warn(lesson, lookalikes(index, lesson.exemplars))
    _write(reader.bundle, index.merged(lesson.exemplars), out, fonts=[font] if font else [])
    if image or line:
        console.next_command(f"effocr read {image or line} --bundle {out}")


@app.command("forget")
def forget(
    bundle: BundleName,
    out: Out,
    text: Annotated[list[str] | None, typer.Option(help="All exemplars of this text; may be repeated.")] = None,
    row: Annotated[list[int] | None, typer.Option(min=0, help="One exemplar by its row; may be repeated.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="All exemplars of this source; may be repeated.")] = None,
) -> None:
    """Leave exemplars out.

    `effocr index show` has rows and sources. What is left out is never read, or, if its text keeps other exemplars, no
    longer read by it.
    """
    import numpy as np

    bundle_opened, index = _opened(bundle)
    texts, rows, sources = set(text or ()), set(row or ()), set(source or ())
    if not texts | sources and not rows:
        raise typer.BadParameter("give at least one of --text, --row and --source.")
    for kind, named, known in (("text", texts, index.texts), ("source", sources, index.sources)):
        for absent in sorted(named - set(known)):
            raise _not_held(kind, absent, known)
    if beyond := [number for number in rows if number >= len(index)]:
        raise DataError(f"there is no row {beyond[0]}: the index has the rows 0 to {len(index) - 1}.")
    columns = enumerate(zip(index.texts, index.sources, strict=True))
    kept = [at for at, (read, origin) in columns if not (read in texts or at in rows or origin in sources)]
    console.say(f"{len(index) - len(kept)} of {len(index)} exemplars left out")
    _write(bundle_opened, index.selected(np.array(kept, np.intp)), out)


@app.command("build")
def build(
    bundle: BundleName,
    out: Out,
    crops: Annotated[
        Path | None, typer.Option(help="Folder of crops: with a manifest.jsonl, or a folder a text.")
    ] = None,
    lines: Annotated[
        Path | None, typer.Option(help="COCO file of lines with glyph boxes, or folder with lines.jsonl.")
    ] = None,
    fonts: Annotated[Path | None, typer.Option(help="Folder of fonts, or a font, to draw CHARSET with.")] = None,
    charset: Annotated[
        str | None, typer.Option(help="Named charset, or file of characters.", show_default="the bundle's")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Most exemplars a text.")] = 32,
    extend: Annotated[bool, typer.Option("--extend", help="Keep the present exemplars, too.")] = False,
) -> None:
    """Make a new index for the nets of a bundle.

    From crops, from lines or from fonts: a typeface or a charset of one's own, without training.
    """
    from effocr.index.choosing import some_of_each
    from effocr.read.reader import Reader

    reader = Reader(bundle, threads=1, lines="none")
    match (crops, lines, fonts):
        case (Path(), None, None):
            lesson = _cut(reader, crops)
        case (None, Path(), None):
            lesson = _labelled(reader, lines)
        case (None, None, Path()):
            lesson = _drawn(reader, [fonts], _charset(charset, reader), most=most)
        case _:
            raise typer.BadParameter("give one of --crops, --lines and --fonts.")
    if not len(lesson.exemplars):
        raise DataError(f"{crops or lines or fonts}: no glyph to learn from.", hint="effocr data check DIR")
    index = some_of_each(lesson.exemplars, most)
    index = reader.recognizer.index.merged(index) if extend else index
    _warn(lesson, [])
    _write(reader.bundle, index, out, fonts=[fonts] if fonts else [])
    console.next_command(f"effocr evaluate DIR --bundle {out}")


@app.command("show")
def show(
    bundle: BundleName = "en",
    text: Annotated[str | None, typer.Option(help="Its exemplars, one by one.", show_default="all texts")] = None,
) -> None:
    """Print the texts of an index, how many exemplars each has, and where these came from.

    With --text one exemplar a row: its row, its source, and the other text that comes nearest to it.
    """
    _, index = _opened(bundle)
    if text is None:
        sources: dict[str, Counter[str]] = {}
        for read, source in zip(index.texts, index.sources, strict=True):
            sources.setdefault(read, Counter())[source] += 1
        console.result("text\texemplars\tsources")
        for read in index.distinct_texts:
            console.result(f"{read}\t{sources[read].total()}\t{_named(sources[read])}")
        return
    rows = [row for row, read in enumerate(index.texts) if read == text]
    if not rows:
        raise _not_held("text", text, index.distinct_texts)
    near = index.nearest_texts(index.vectors[rows], 2)
    console.result("row\tsource\tnearest other\tcosine")
    for row, (_, *others), (_, *cosines) in zip(rows, near.rows.tolist(), near.scores.tolist(), strict=True):
        other = f"{index.texts[others[0]]}\t{cosines[0]:.3f}" if others else "\t"
        console.result(f"{row}\t{index.sources[row]}\t{other}")


@app.command("near")
def near(
    bundle: BundleName,
    source: Annotated[
        Path, typer.Argument(help="An image, a folder of images, of lines.jsonl or of COCO.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The sheet: .html or .png.", show_default=False)],
    k: Annotated[int, typer.Option("-k", "--neighbours", min=1, help="Exemplars a glyph.")] = 10,
    text: Annotated[
        str | None, typer.Option(help="Only glyphs that read as, or are, this.", show_default="all")
    ] = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="Only glyphs that are read wrongly.")] = False,
    most: Annotated[int, typer.Option(min=1, help="Glyphs on the sheet.")] = 200,
    font: Annotated[Path | None, typer.Option(help="Font that texts are drawn with on a .png.")] = None,
    lines: LinesOption = "auto",
) -> None:
    """Draw the exemplars nearest to each glyph.

    Right and wrong are marked where the truth is known (COCO, lines.jsonl).
    """
    from itertools import islice

    from effocr.evaluate.exemplars import pictures, sheets
    from effocr.read.reader import Reader

    if output.suffix.lower() not in (".html", ".png"):
        raise unknown_name("kind of sheet", output.suffix, (".html", ".png"))
    reader = Reader(bundle, threads=1, lines=lines)
    seen = (
        sighting
        for sighting in sheets.sightings(reader, source, k)
        if (text is None or text in (sighting.read, sighting.truth))
        and not (wrong and sighting.right(sighting.read) is not False)
    )
    shown = list(islice(seen, most))
    if not shown:
        raise DataError(f"{source}: there is no such glyph to show.", hint="Leave out --text or --wrong.")
    if output.suffix.lower() == ".html":
        sheets.write_page(shown, output, f"{reader.bundle.card.title}: {source.name}")
    else:
        pictures.write_picture(shown, output, font)
    rest = f"; there are more than {most}" if next(seen, None) else ""
    console.result(f"{output}: {len(shown)} glyphs{rest}")


@app.command("export")
def export(
    bundle: BundleName,
    out: Annotated[Path, typer.Argument(help="New folder for ref.index and ref.txt.", show_default=False)],
    texts: Annotated[str, typer.Option(help="plain, or coded: the numbers of the characters, 97_98 for ab.")] = "plain",
) -> None:
    """Write an index as a flat faiss index and its texts, as EffOCR's own tools read it."""
    from effocr.data.writing import new_folder
    from effocr.index.faiss_files import INDEX_FILE, TEXT_FORMS, TEXTS_FILE, flat_index_bytes

    if texts not in TEXT_FORMS:
        raise unknown_name("form of texts", texts, TEXT_FORMS)
    _, index = _opened(bundle)
    written = TEXT_FORMS[texts](index.texts)
    with new_folder(out) as folder:
        (folder / INDEX_FILE).write_bytes(flat_index_bytes(index))
        (folder / TEXTS_FILE).write_text(written, encoding="utf-8", newline="")
    console.result(f"{out}: {len(index)} exemplars")


@app.command("import")
def import_(
    bundle: BundleName,
    folder: Annotated[Path, typer.Argument(help="Folder with ref.index and ref.txt.", show_default=False)],
    out: Out,
    texts: Annotated[str, typer.Option(help="plain, or coded: the numbers of the characters, 97_98 for ab.")] = "plain",
) -> None:
    """Put a flat faiss index into a bundle, in the place of its own.

    The vectors have to come from the bundle's encoder; only their number of dimensions can be checked.
    """
    from effocr.bundle.published import exemplar_texts
    from effocr.index.faiss_files import INDEX_FILE, TEXT_FORMS, TEXTS_FILE
    from effocr.index.published import published_index

    if texts not in TEXT_FORMS:
        raise unknown_name("form of texts", texts, TEXT_FORMS)
    opened, index = _opened(bundle)
    read = exemplar_texts(_content(folder / TEXTS_FILE), TEXTS_FILE, coded=texts == "coded")
    given = published_index(_content(folder / INDEX_FILE), read, str(folder / INDEX_FILE))
    if given.dimensions != index.dimensions:
        raise DataError(
            f"{folder / INDEX_FILE} has {given.dimensions} dimensions, the bundle's vectors have {index.dimensions}.",
            hint="Take an index that was made with the encoder of this bundle.",
        )
    _write(opened, given, out)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.", hint=f"ls {path.parent}") from None


def _opened(bundle: str) -> tuple[Bundle, GlyphIndex]:
    from effocr.read.reader import Reader

    reader = Reader(bundle, threads=1)
    return reader.bundle, reader.recognizer.index


def _not_held(kind: str, name: str, held: Iterable[str]) -> UnknownNameError:
    """The error for a text or source that the index does not hold; it may hold thousands, so they are not listed."""
    near = get_close_matches(name, set(held), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "effocr index show BUNDLE"
    return UnknownNameError(f"the index has no exemplar of the {kind} {name!r}.", hint=hint)


def _box(numbers: str) -> Box:
    from effocr.page.boxes import Box

    try:
        x, y, width, height = map(float, numbers.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"--box is x,y,width,height, got {numbers!r}.") from error
    return Box(x, y, x + width, y + height)


def _drawn(reader: Reader, fonts: list[Path], texts: list[str], *, most: int) -> Lesson:
    with extra("synth"):
        from effocr.evaluate.exemplars.fonts import lesson_of_fonts
        from effocr.synth.fonts import named_fonts

        found = named_fonts(fonts)
        with console.progress("lines") as progress:
            lesson = lesson_of_fonts(reader, found, texts, most=most, progress=lambda done: progress(done, 0))
    absent = sorted(set(texts) - set(lesson.exemplars.distinct_texts))
    if absent:
        console.say(f"{len(absent)} of {len(texts)} texts are drawn as one glyph by no font here: {_some(absent)}")
    return lesson


def _cut(reader: Reader, folder: Path) -> Lesson:
    from effocr.data.glyphs.files import MANIFEST_FILE, read_glyphs
    from effocr.data.glyphs.imagefolder import read_imagefolder
    from effocr.evaluate.exemplars.crops import lesson_of_crops

    crops = read_glyphs(folder) if (folder / MANIFEST_FILE).is_file() else read_imagefolder(folder)
    with console.progress("crops") as progress:
        return lesson_of_crops(reader, crops, progress=lambda done: progress(done, len(crops)))


def _labelled(reader: Reader, source: Path) -> Lesson:
    from effocr.data.coco import COCO_FILE, lines_of, read_coco
    from effocr.data.lines import LINES_FILE, read_lines
    from effocr.evaluate.exemplars.lines import lesson_of_lines, lesson_of_texts

    with console.progress("lines") as progress:
        if (source / LINES_FILE).is_file() and not (source / COCO_FILE).is_file():
            texts = read_lines(source)
            return lesson_of_texts(reader, texts, progress=lambda done: progress(done, len(texts)))
        lines = lines_of(read_coco(source, None), on_error=lambda error: console.say(error.message))
        return lesson_of_lines(reader, lines, progress=lambda done: progress(done, 0))


def _charset(name: str | None, reader: Reader) -> list[str]:
    from effocr.page.charset import charset

    return list(charset(name).texts) if name else reader.bundle.card.charset


def _warn(lesson: Lesson, alike: Iterable[tuple[str, str, float]]) -> None:
    """What may keep a lesson from being read: glyphs that are found in pieces, shapes that are hard to tell apart."""
    if lesson.found < lesson.shown:
        console.say(f"the localizer finds {lesson.found} of {lesson.shown} of these glyphs as one; others stay unread")
    near = sorted((pair for pair in alike if pair[2] > ALIKE), key=lambda pair: -pair[2])
    for text, other, cosine in near[:MOST_WARNINGS]:
        console.say(f"{text!r} looks much like {other!r} to the encoder (cosine {cosine:.3f}): they may be mixed up")


def _write(bundle: Bundle, index: GlyphIndex, out: Path, *, fonts: list[Path] | None = None) -> None:
    from effocr.read.teaching import write_with_index

    provenances = []
    if fonts:
        from effocr.evaluate.exemplars.fonts import provenance_of

        provenances = provenance_of(fonts)
    written = write_with_index(bundle, index, out, fonts=provenances)
    card = written.card
    console.result(f"{out}: {card.title}, {len(card.charset)} texts, {card.index.exemplars} exemplars")


def _named(sources: Counter[str]) -> str:
    """The sources of a text, the most frequent first."""
    named = [f"{source or 'unknown'} ({count})" for source, count in sources.most_common(MOST_SOURCES)]
    return ", ".join([*named, *([f"{len(sources) - MOST_SOURCES} more"] if len(sources) > MOST_SOURCES else [])])


def _some(texts: list[str]) -> str:
    return " ".join(texts[:20]) + (" ..." if len(texts) > 20 else "")
