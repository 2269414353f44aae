"""Plain text and Markdown, to the letter."""

from __future__ import annotations

from dataclasses import replace

from effocr.formats.text import write_markdown, write_txt
from effocr.formats.tsv import write_tsv
from effocr.page.boxes import Box
from effocr.page.result import Glyph, Line, Page, Word


def line(text, region=0):
    words = tuple(Word((Glyph(Box(0, 0, 9, 9), word, 0.5),)) for word in text.split())
    return Line(Box(0, 0, 99, 9), words, region=region)


def page(*lines, source="a.png", number=0):
    return Page(tuple(lines), 99, 99, source, number=number)


def test_pages_of_one_document_are_divided_by_form_feeds_and_images_by_their_names():
    book = [page(line("one"), line("two"), source="b.pdf", number=1), page(line("three"), source="b.pdf", number=2)]
    assert write_txt(book) == "one\ntwo\n\fthree\n"
    assert write_txt([*book[1:], page(line("four"))]) == "b.pdf#2: three\na.png: four\n"
    assert write_txt([]) == ""


def test_markdown_is_a_paragraph_a_region_with_words_joined_over_line_ends():
    pages = [page(line("An exam-"), line("ple of"), line("Smith-"), line("Jones", 1), line("last", 1)), page(line("x"))]
    assert write_markdown(pages) == "An example of Smith-\n\nJones last\n\n---\n\nx\n"


def test_a_word_cut_by_the_end_of_a_column_keeps_the_paragraph_together():
    assert write_markdown([page(line("A col-"), line("umn ends", 1))]) == "A column ends\n"


def test_nothing_of_the_text_becomes_markup():
    marked = page(
        line("*a* [b](c) <d> _e_ `f`"), line("1. One", 1), line("# Two", 2), line("- 3", 3), line("a-b 1.5", 4)
    )
    paragraphs = write_markdown([marked]).split("\n\n")
    assert paragraphs[0] == r"\*a\* \[b\](c) \<d\> \_e\_ \`f\`"
    assert paragraphs[1:] == [r"1\. One", r"\# Two", r"\- 3", "a-b 1.5\n"]


def test_lines_without_words_and_words_that_are_not_spaced():
    together = replace(line("日 本"), spaced=False)
    failed = Line(Box(0, 0, 9, 9), error="too small")
    assert write_markdown([page(together, failed, together)]) == "日本日本\n"
    assert write_markdown([page(failed)]) == ""
    assert write_markdown([]) == ""


def test_a_table_of_words_says_page_and_region():
    book = [page(line("one"), source="b.pdf", number=7), page(line("two", 3), source="b.pdf", number=8)]
    rows = [row.split("\t") for row in write_tsv(book).splitlines()]
    assert rows[0] == ["source", "page", "region", "line", "word", "left", "top", "right", "bottom", "score", "text"]
    assert rows[1] == ["b.pdf", "7", "0", "1", "1", "0.0", "0.0", "9.0", "9.0", "0.5000", "one"]
    assert rows[2][:5] == ["b.pdf", "8", "3", "1", "1"]
