"""A PDF that comes in goes out with all it had, and its text on top."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pytest

from effocr.errors import OutputError
from effocr.formats.pdf.writer import KEPT, searchable_pdf
from effocr.image.pdf.text_layer import ORIGIN
from effocr.page.boxes import Box, Boxes
from effocr.page.result import Glyph, Line, Page, Word

TITLE = "An old book"
BOX = Box(30.0, 40.0, 130.0, 60.0)


def word_page(source, text, number, size=(400, 600), **about):
    """One word in BOX."""
    step = BOX.width / len(text)
    edges = [BOX.left + step * place for place in range(len(text))]
    glyphs = (
        Glyph(Box(edge, BOX.top, edge + step, BOX.bottom), char, 1) for edge, char in zip(edges, text, strict=True)
    )
    return Page((Line(BOX, (Word(tuple(glyphs)),)),), *size, str(source), number=number, **about)


def hidden(text, mode=3):
    return f"BT /F1 12 Tf {mode} Tr 1 0 0 1 50 50 Tm ({text}) Tj ET".encode()


@pytest.fixture
def book(tmp_path):
    """Three pages with bookmarks, metadata, cut and turned pages, and a state that is left behind."""
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for _ in range(3):
        page = pdf.add_blank_page(page_size=(400, 600))
        page.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Chapter", 1))
    pdf.docinfo["/Title"] = TITLE
    path = tmp_path / "book.pdf"

    def saved(change=lambda pdf: None, **how):
        change(pdf)
        pdf.save(path, **how)
        return path

    return saved


def lies_in_box(pdf, text, number, width=400, height=600):
    found = Boxes.of(pdf.places(text, width, height, number)).union()
    return all(abs(one - two) <= 6 for one, two in zip(found, BOX, strict=True))


def test_pages_bookmarks_and_metadata_are_kept(book, look):
    path = book()
    content = searchable_pdf([word_page(path, "second", 2)])
    pdf = look(content)
    assert [pdf.text(number) for number in range(3)] == ["", "second", ""]
    out = pikepdf.open(io.BytesIO(content))
    with out.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Chapter"]
    assert out.docinfo["/Title"] == TITLE


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90])
def test_text_lies_where_it_is_seen_however_the_page_is_cut_and_turned(turn, book, look):
    def change(pdf):
        pdf.pages[0].obj["/MediaBox"] = pikepdf.Array([-20, -30, 500, 700])
        pdf.pages[0].obj["/CropBox"] = pikepdf.Array([10, 20, 410, 620])
        pdf.pages[0].obj["/Rotate"] = turn

    path = book(change)
    size = (400, 600) if turn % 180 == 0 else (600, 400)
    pdf = look(searchable_pdf([word_page(path, "turned", 1, size)]))
    assert pdf.document[0].get_size() == size
    assert lies_in_box(pdf, "turned", 0, *size)


def test_what_a_page_leaves_behind_does_not_move_the_text(book, look):
    def change(pdf):
        pdf.pages[0].contents_add(b"2 0 0 2 100 100 cm 1 0 0 rg")

    pdf = look(searchable_pdf([word_page(book(change), "still", 1)]))
    assert lies_in_box(pdf, "still", 0)


def test_pages_without_resources_and_pages_that_share_them(book, look):
    def change(pdf):
        shared = pdf.make_indirect(pikepdf.Dictionary())
        pdf.pages[0].obj["/Resources"] = pdf.pages[1].obj["/Resources"] = shared
        del pdf.pages[2].obj["/Resources"], pdf.pages[2].obj["/Contents"]

    path = book(change)
    pdf = look(
        searchable_pdf([word_page(path, text, number) for number, text in enumerate(["one", "two", "three"], 1)])
    )
    assert [pdf.text(number) for number in range(3)] == ["one", "two", "three"]


def test_an_older_invisible_layer_makes_room_and_visible_text_stays(book, look):
    def change(pdf):
        pdf.pages[0].contents_add(hidden("old") + b" q 0 Tr " + hidden("seen", 0) + b" Q " + hidden("stale"))
        pdf.pages[1].contents_add(hidden("left alone"))
        form = pdf.make_stream(hidden("inside"), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        form["/BBox"], form["/Resources"] = pikepdf.Array([0, 0, 400, 600]), pdf.pages[2].obj["/Resources"]
        pdf.pages[2].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm=form))
        pdf.pages[2].contents_add(b"/Fm Do")

    path = book(change)
    assert look(path.read_bytes()).text(2) == "inside"
    pdf = look(searchable_pdf([word_page(path, "new", number) for number in (1, 3)]))
    assert set(pdf.text(0).split()) == {"new", "seen"}
    assert pdf.text(1) == "left alone"
    assert pdf.text(2) == "new"


def test_writing_twice_leaves_one_layer(book, look):
    path = book()
    path.write_bytes(searchable_pdf([word_page(path, "first", 1), word_page(path, "stays", 2)]))
    pdf = look(searchable_pdf([word_page(path, "again", 1)]))
    assert [pdf.text(number) for number in range(3)] == ["again", "stays", ""]
    assert lies_in_box(pdf, "again", 0)


def test_text_that_was_taken_from_the_pdf_is_not_put_there_again(book, look):
    path = book(lambda pdf: pdf.pages[0].contents_add(hidden("born here", 0)))
    pdf = look(searchable_pdf([word_page(path, "twice", 1, bundle=KEPT), word_page(path, "read", 2)]))
    assert [pdf.text(number) for number in range(2)] == ["born here", "read"]


def test_both_rooms_call_kept_text_the_same():
    assert KEPT == ORIGIN


def test_images_and_pdfs_follow_each_other(book, blank, look):
    path = book()
    scan = blank(replace(word_page("", "scan", 0), lines=word_page("", "scan", 0).lines))
    pdf = look(searchable_pdf([scan, word_page(path, "one", 1), word_page(path, "three", 3), scan]))
    assert [pdf.text(number) for number in range(len(pdf))] == ["scan", "one", "", "three", "scan"]
    assert len(look(searchable_pdf([word_page(path, "one", 1), scan]))) == 4


def test_the_same_pages_give_the_same_bytes(book, blank):
    path = book()
    for page in (word_page(path, "one", 1), blank(word_page("", "scan", 0))):
        assert searchable_pdf([page]) == searchable_pdf([page])


def test_streams_of_pages_are_gone_through_once(book, look):
    path = book()
    pdf = look(searchable_pdf(word_page(path, text, number) for number, text in enumerate(["one", "two"], 1)))
    assert [pdf.text(number) for number in range(2)] == ["one", "two"]


@pytest.mark.parametrize(
    ("how", "number", "message"),
    [
        ({"encryption": pikepdf.Encryption(owner="o", user="secret")}, 1, "password"),
        ({}, 4, r"book\.pdf#4"),
    ],
    ids=["encrypted", "page that is gone"],
)
def test_pdfs_that_cannot_be_used_are_named_with_a_way_out(how, number, message, book):
    with pytest.raises(OutputError, match=message) as refused:
        searchable_pdf([word_page(book(**how), "x", number)])
    assert refused.value.hint


def test_a_damaged_pdf_is_named(tmp_path):
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.7\n%nothing follows")
    with pytest.raises(OutputError, match=r"cut\.pdf"):
        searchable_pdf([word_page(tmp_path / "cut.pdf", "x", 1)])
