"""Documents: pages of PDFs and TIFFs at their own resolution, ranges of pages, and the text that PDFs carry."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from effocr.errors import DataError, ImageError, UnknownNameError
from effocr.image.decode import decode, scan_of, source_name
from effocr.image.documents import DocumentPage, PageRange, document_at
from effocr.image.folders import documents, each_image, paths_in_list
from effocr.image.pdf.kept import checked_text_layer, kept_page
from effocr.page.result import Page


def levels(number: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """A picture that tells its number: a dark square at another place on each, on a smooth ground."""
    picture = np.tile(np.linspace(200, 250, 170, dtype=np.uint8), (220, 1))
    picture[20 * number : 20 * number + 20, 40:80] = 10
    return picture


def with_pages(path: Path, count: int, dpi: float = 100) -> Path:
    first, *others = (Image.fromarray(levels(number)) for number in range(count))
    first.save(path, save_all=True, append_images=others, resolution=dpi, dpi=(dpi, dpi), quality=98)
    return path


def text_pdf(path: Path, rows: list[str], *, mode: int = 0, scan: int = 0) -> Path:
    """A page of 400 x 300 points with rows of text, drawn in a mode, over a scan of so many dots an inch if any."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(400, 300))
    page = pdf.pages[0]
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    content = ""
    if scan:
        columns, height = 400 * scan // 72, 300 * scan // 72
        image = pdf.make_stream(bytes([255]) * columns * height)
        image.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": columns})
        image.update({"/Height": height, "/ColorSpace": pikepdf.Name.DeviceGray, "/BitsPerComponent": 8})
        page.Resources.XObject = pikepdf.Dictionary(I=image)
        content = "q 400 0 0 300 0 0 cm /I Do Q "
    texts = "".join(f"1 0 0 1 30 {250 - 40 * place} Tm ({row}) Tj " for place, row in enumerate(rows))
    page.Contents = pdf.make_stream(f"{content}BT /F1 20 Tf {mode} Tr {texts}ET".encode())
    pdf.save(path)
    return path


@pytest.mark.parametrize("dpi", [72, 100, 200, 347])
@pytest.mark.parametrize("suffix", [".pdf", ".tif"])
def test_pages_have_the_pixels_and_the_resolution_of_their_images(suffix: str, dpi: float, tmp_path: Path) -> None:
    document = document_at(with_pages(tmp_path / f"book{suffix}", 4, dpi))
    assert list(document.numbers) == [1, 2, 3, 4]
    for number, source in enumerate(document.sources):
        scan = scan_of(source)
        assert scan.dpi == pytest.approx(dpi, rel=0.01)
        assert scan.pixels.shape == (220, 170)
        assert np.abs(scan.pixels.astype(int) - levels(number)).mean() < 2
        assert source_name(source) == f"{tmp_path / 'book'}{suffix}#{number + 1}"


def test_a_file_of_several_pages_given_as_an_image_is_its_first_page(tmp_path: Path) -> None:
    for path in (with_pages(tmp_path / "book.pdf", 2), with_pages(tmp_path / "book.tif", 2)):
        for source in (path, str(path), path.read_bytes()):
            assert np.abs(decode(source).astype(int) - levels(0)).mean() < 2


def test_pages_without_a_scan_are_drawn_at_300_dpi(tmp_path: Path) -> None:
    drawn = scan_of(DocumentPage(text_pdf(tmp_path / "text.pdf", ["Hello"]), 1))
    assert (drawn.dpi, drawn.pixels.shape) == (300, (1250, 1667))
    assert drawn.pixels.min() < 50
    assert scan_of(DocumentPage(text_pdf(tmp_path / "over.pdf", ["Hello"], scan=72), 1)).dpi == 300


def test_sheets_too_large_are_drawn_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("effocr.image.pdf.drawing.MOST_PIXELS", 10_000)
    pixels = decode(DocumentPage(with_pages(tmp_path / "book.pdf", 1), 1))
    assert 9_500 < pixels.size < 10_100


def test_image_files_say_their_resolution(tmp_path: Path) -> None:
    image = Image.fromarray(levels(0))
    for name in ("a.png", "a.jpg", "a.tif", "a.bmp"):
        image.save(tmp_path / name, dpi=(240, 240))
        assert scan_of(tmp_path / name).dpi == pytest.approx(240, rel=0.01)
    image.save(tmp_path / "none.png")
    assert scan_of(tmp_path / "none.png").dpi == scan_of(image).dpi == scan_of(levels(0)).dpi == 0


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1-3,7,10-", [1, 2, 3, 7, 10, 11, 12]), ("-2", [1, 2]), ("5, 3,3-4", [3, 4, 5]), ("12-99", [12]), ("13-", [])],
)
def test_ranges_of_pages(text: str, numbers: list[int]) -> None:
    assert PageRange.of(text).within(12) == numbers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "missing"),
        ("1,,2", "missing"),
        ("0", "no page 0"),
        ("3-1", "3-1 runs backwards"),
        ("a-b", "'a-b' is no number"),
        ("-", "'-' is no number"),
        ("1-2-3", "no range"),
    ],
)
def test_ranges_that_say_nothing_are_refused(text: str, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        PageRange.of(text)
    assert "1-3,7,10-" in caught.value.hint


def test_a_range_beyond_the_end_is_said_when_it_is_read(tmp_path: Path) -> None:
    Image.fromarray(levels(0)).save(tmp_path / "one.png")
    for path in (with_pages(tmp_path / "b.pdf", 2), with_pages(tmp_path / "b.tif", 2), tmp_path / "one.png"):
        (source,) = document_at(path, PageRange.of("7-9")).sources
        with pytest.raises(ImageError, match=r"has [12] pages?; there is no page 7") as caught:
            decode(source)
        assert caught.value.hint == (
            "Leave the choice of pages out." if path.suffix == ".png" else "Pages 1 to 2 can be read."
        )


def encrypted(path: Path) -> None:
    with pikepdf.open(with_pages(path.with_name("open.pdf"), 1)) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="secret", owner="other"))


def cut_off(path: Path) -> None:
    path.write_bytes(with_pages(path.with_name("whole.pdf"), 1).read_bytes()[:900])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (encrypted, "is encrypted"),
        (cut_off, "is damaged"),
        (lambda path: path.write_bytes(b"rubbish"), "is damaged, or no PDF"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: None, "no such file"),
    ],
)
def test_bad_pdfs_are_named_with_a_remedy(make: object, says: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.pdf"
    make(path)  # type: ignore[operator]
    (source,) = document_at(path).sources
    with pytest.raises(ImageError, match=says) as caught:
        decode(source)
    assert "bad.pdf" in caught.value.message and caught.value.hint


def test_pages_are_drawn_from_many_threads(tmp_path: Path) -> None:
    path = with_pages(tmp_path / "book.pdf", 8)
    drawn: dict[int, float] = {}

    def draw(number: int) -> None:
        for _ in range(5):
            pixels = decode(DocumentPage(path, number)).astype(int)
            drawn[number] = max(drawn.get(number, 0), np.abs(pixels - levels(number - 1)).mean())

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 8 and max(drawn.values()) < 2


def kept(path: Path, text_layer: str) -> Page | None:
    return kept_page(DocumentPage(path, 1), text_layer)


def test_born_digital_text_is_kept_with_its_boxes(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "text.pdf", ["Hello, world", "cut off-", "here"])
    page = kept(path, "auto")
    assert page is not None and page.to_text() == "Hello, world\ncut off-\nhere"
    assert (page.source, page.number, page.dpi, page.bundle) == (str(path), 1, 300, "text layer")
    ink = decode(DocumentPage(path, 1)) < 128
    assert (page.height, page.width) == ink.shape
    for line in page.lines:
        for glyph in line.glyphs:
            left, top, right, bottom = (round(edge) for edge in glyph.box)
            assert ink[top:bottom, left:right].any()
            ink[top - 2 : bottom + 2, left - 2 : right + 2] = False
    assert not ink.any()


def test_scans_are_read_anew_unless_their_layer_is_to_be_kept(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "scan.pdf", ["bad OCR"], mode=3, scan=200)
    assert kept(path, "auto") is None and kept(path, "replace") is None
    page = kept(path, "keep")
    assert page is not None and (page.to_text(), round(page.dpi)) == ("bad OCR", 200)
    assert kept(with_pages(tmp_path / "no-text.pdf", 1), "keep") is None
    assert kept(text_pdf(tmp_path / "digital.pdf", ["text"]), "replace") is None


def test_a_rule_for_text_layers_that_is_not_known() -> None:
    assert checked_text_layer("keep") == "keep"
    with pytest.raises(UnknownNameError, match="replase"):
        checked_text_layer("replase")


def test_folders_patterns_and_names_give_documents_in_order(tmp_path: Path) -> None:
    with_pages(tmp_path / "b.pdf", 2)
    with_pages(tmp_path / "c.tif", 1)
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    found = documents([tmp_path / "c.tif", tmp_path, tmp_path / "*.p?f", tmp_path / "gone.png"])
    assert [(document.path.name, list(document.numbers)) for document in found] == [
        *[("c.tif", []), ("a.png", []), ("b.pdf", [1, 2]), ("gone.png", [])]
    ]
    assert [source_name(source) for source in each_image(tmp_path)] == [
        str(tmp_path / name) for name in ("a.png", "b.pdf#1", "b.pdf#2", "c.tif")
    ]
    with pytest.raises(DataError, match="no file has such a name"):
        documents([tmp_path / "*.jp2"])


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "scan[1].png").write_bytes(b"")
    assert [document.path.name for document in documents([tmp_path / "scan[1].png"])] == ["scan[1].png"]


def test_lists_of_paths() -> None:
    assert (
        paths_in_list(b"a b.png\r\n\nc.tif") == paths_in_list(b"a b.png\0c.tif\0") == [Path("a b.png"), Path("c.tif")]
    )
    assert paths_in_list(b"") == []
    with pytest.raises(DataError, match="holds an image") as caught:
        paths_in_list(b"\x89PNG\r\n")
    assert "effocr read -" in caught.value.hint
