"""PAGE XML and ALTO: lines are cut from pages, and come with the boxes and texts that their files give them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effocr.data.check import problems
from effocr.data.coco import lines_of, read_coco
from effocr.data.foreign.conversion import foreign_to_lines
from effocr.data.lines import read_lines
from effocr.errors import DataError, EffocrError, ImageError, UnknownNameError
from effocr.image.decode import decode
from effocr.testing import bar_boxes, draw_bars

TEXT = "to be"
LEFT, TOP = 30, 50
WIDTH, HEIGHT = 400, 300
PAGE_SPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
ALTO_SPACE = "http://www.loc.gov/standards/alto/ns-v4#"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page image on which `TEXT` is printed in bars at (`LEFT`, `TOP`)."""
    folder = tmp_path / "marked"
    folder.mkdir()
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    bars = draw_bars(TEXT)
    page[TOP : TOP + bars.shape[0], LEFT : LEFT + bars.shape[1]] = bars
    Image.fromarray(page).save(folder / "scan.png")
    return folder


def corners() -> list[tuple[int, int, int, int]]:
    """Where the glyphs of `TEXT` stand on the page."""
    boxes = bar_boxes(TEXT).array + np.array([LEFT, TOP, LEFT, TOP], np.float32)
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in boxes.tolist()]


def union(boxes: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def line_box() -> tuple[int, int, int, int]:
    bars = draw_bars(TEXT)
    return LEFT, TOP, LEFT + bars.shape[1], TOP + bars.shape[0]


def coords(box: tuple[int, int, int, int]) -> str:
    left, top, right, bottom = box
    return f'<Coords points="{left},{top} {right},{top} {right},{bottom} {left},{bottom}"/>'


def said(text: str) -> str:
    return f"<TextEquiv><Unicode>{text}</Unicode></TextEquiv>"


def page_xml(line: str, *, size: tuple[int, int] = (WIDTH, HEIGHT), image: str = "scan.png", head: str = "") -> str:
    page = f'<Page imageFilename="{image}" imageWidth="{size[0]}" imageHeight="{size[1]}">'
    region = f'<TextRegion id="r"><Coords points="0,0 9,9 0,9"/>{line}</TextRegion>'
    return f'<?xml version="1.0"?>{head}<PcGts xmlns="{PAGE_SPACE}"><Metadata/>{page}{region}</Page></PcGts>'


def page_line(glyphs: bool = True, attributes: str = "", text: str = TEXT) -> str:
    glyph_boxes = corners()
    words, at = [], 0
    for word in TEXT.split():
        inside = "".join(
            f"<Glyph>{coords(glyph_boxes[at + place])}{said(letter)}</Glyph>" for place, letter in enumerate(word)
        )
        box = union(glyph_boxes[at : at + len(word)])
        words.append(f"<Word>{coords(box)}{inside if glyphs else ''}{said(word)}</Word>")
        at += len(word)
    inside = f'{coords(line_box())}<Baseline points="0,0 1,1"/>{"".join(words)}{said(text)}'
    return f'<TextLine id="l1"{attributes}>{inside}</TextLine>'


def place(box: tuple[int, int, int, int], factor: float = 1) -> str:
    left, top, right, bottom = (edge * factor for edge in box)
    return f'HPOS="{left}" VPOS="{top}" WIDTH="{right - left}" HEIGHT="{bottom - top}"'


def alto(
    line: str,
    *,
    unit: str = "pixel",
    factor: float = 1,
    space: str = ALTO_SPACE,
    image: str = "scan.png",
    order: int = 1,
) -> str:
    about = f"<MeasurementUnit>{unit}</MeasurementUnit>"
    about += f"<sourceImageInformation><fileName>{image}</fileName></sourceImageInformation>"
    block = f"<PrintSpace><TextBlock>{line}</TextBlock></PrintSpace>"
    page = f'<Page PHYSICAL_IMG_NR="{order}" WIDTH="{WIDTH * factor}" HEIGHT="{HEIGHT * factor}">{block}</Page>'
    return f'<alto xmlns="{space}"><Description>{about}</Description><Layout>{page}</Layout></alto>'


def alto_line(factor: float = 1, glyphs: bool = True) -> str:
    boxes = corners()
    strings, at = [], 0
    for word in TEXT.split():
        own = boxes[at : at + len(word)]
        inside = "".join(f'<Glyph CONTENT="{a}" {place(b, factor)}/>' for a, b in zip(word, own, strict=True))
        strings.append(f'<String CONTENT="{word}" {place(union(own), factor)}>{inside if glyphs else ""}</String>')
        at += len(word)
    return f'<TextLine ID="l1" {place(line_box(), factor)}>{"<SP/>".join(strings)}</TextLine>'


def check_boxed(folder: Path, out: Path) -> None:
    """The one line is what was printed on the page, glyph by glyph."""
    coco = read_coco(out)
    assert problems(coco) == []
    (line,) = lines_of(coco)
    assert line.text == TEXT
    np.testing.assert_array_equal(line.image, draw_bars(TEXT))
    np.testing.assert_allclose(line.boxes.array, bar_boxes(TEXT).array, atol=0.01)
    words = [row for row in coco.annotations if row.kind == "word"]
    assert [row.text for row in words] == TEXT.split()
    assert coco.images[0].page == "p"


def test_glyphs_of_page_xml_become_boxes_of_line_images(folder: Path, tmp_path: Path) -> None:
    (folder / "p.xml").write_text(page_xml(page_line()))
    done = foreign_to_lines(folder / "p.xml", tmp_path / "out")
    assert (done.lines, done.boxed) == (1, 1)
    check_boxed(folder, tmp_path / "out")


@pytest.mark.parametrize(("unit", "factor"), [("pixel", 1), ("mm10", 0.847), ("inch1200", 4.0)])
@pytest.mark.parametrize("space", [ALTO_SPACE, "http://www.loc.gov/standards/alto/ns-v2#", ""])
def test_glyphs_of_alto_in_any_unit_become_boxes(
    folder: Path, tmp_path: Path, unit: str, factor: float, space: str
) -> None:
    content = alto(alto_line(factor), unit=unit, factor=factor, space=space)
    (folder / "p.xml").write_text(content.replace(' xmlns=""', ""))
    foreign_to_lines(folder, tmp_path / "out")
    if unit == "pixel":
        check_boxed(folder, tmp_path / "out")
    (line,) = lines_of(read_coco(tmp_path / "out"))
    np.testing.assert_allclose(line.boxes.array, bar_boxes(TEXT).array, atol=0.1)


@pytest.mark.parametrize("content", [page_xml(page_line(glyphs=False)), alto(alto_line(glyphs=False))])
def test_words_alone_give_lines_with_a_text(folder: Path, tmp_path: Path, content: str) -> None:
    (folder / "p.xml").write_text(content)
    done = foreign_to_lines(folder, tmp_path / "out")
    assert (done.lines, done.boxed) == (1, 0)
    (line,) = read_lines(tmp_path / "out")
    assert (line.text, line.page, line.vertical) == (TEXT, "p", False)
    np.testing.assert_array_equal(decode(line.image), draw_bars(TEXT))
    assert not (tmp_path / "out/coco.json").exists()


def test_a_hyphen_of_alto_ends_its_word(folder: Path, tmp_path: Path) -> None:
    box = corners()[-1]
    hyphen = (box[2] + 1, box[1], line_box()[2], box[3])
    (folder / "p.xml").write_text(
        alto(alto_line().replace("</TextLine>", f'<HYP CONTENT="\u00ad" {place(hyphen)}/></TextLine>'))
    )
    foreign_to_lines(folder, tmp_path / "out")
    coco = read_coco(tmp_path / "out")
    (line,) = lines_of(coco)
    assert line.text == "to be-"
    assert [row.text for row in coco.annotations if row.kind == "word"] == ["to", "be-"]


def test_polygons_of_alto_and_points_of_old_page_xml(folder: Path, tmp_path: Path) -> None:
    left, top, right, bottom = line_box()
    shape = f'<Shape><Polygon POINTS="{left} {top} {right} {top} {right} {bottom}"/></Shape>'
    (folder / "a.xml").write_text(alto(f'<TextLine ID="l">{shape}<String CONTENT="{TEXT}"/></TextLine>'))
    points = f'<Coords><Point x="{left}" y="{top}"/><Point x="{right}" y="{bottom}"/></Coords>'
    (folder / "b.xml").write_text(page_xml(f'<TextLine id="l">{points}{said(TEXT)}</TextLine>'))
    foreign_to_lines(folder, tmp_path / "out")
    for line in read_lines(tmp_path / "out"):
        np.testing.assert_array_equal(decode(line.image), draw_bars(TEXT))


def test_of_several_texts_the_one_of_the_lowest_index_counts(folder: Path, tmp_path: Path) -> None:
    second = '<TextEquiv index="1"><Unicode>guess</Unicode></TextEquiv>'
    first = f'<TextEquiv index="0"><Unicode>{TEXT}</Unicode></TextEquiv>'
    (folder / "p.xml").write_text(page_xml(f'<TextLine id="l">{coords(line_box())}{second}{first}</TextLine>'))
    foreign_to_lines(folder, tmp_path / "out")
    assert read_lines(tmp_path / "out")[0].text == TEXT


def test_a_reading_direction_makes_a_line_vertical(folder: Path, tmp_path: Path) -> None:
    (folder / "p.xml").write_text(page_xml(page_line(glyphs=False, attributes=' readingDirection="top-to-bottom"')))
    foreign_to_lines(folder, tmp_path / "out")
    assert read_lines(tmp_path / "out")[0].vertical
    (folder / "p.xml").write_text(page_xml(page_line(attributes=' readingDirection="bottom-to-top"')))
    with pytest.raises(DataError, match=r"line 'l1': readingDirection 'bottom-to-top' is not read"):
        foreign_to_lines(folder, tmp_path / "other")


OUTSIDE = f'<TextLine id="far">{coords((380, 10, 460, 40))}{said("far")}</TextLine>'


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (page_xml(page_line())[:-20], r"p\.xml: is not well-formed XML"),
        ("", r"p\.xml: is not well-formed XML"),
        (page_xml(page_line(), image="gone.tif"), r"its image, 'gone\.tif', is not in"),
        (page_xml(page_line(), size=(WIDTH * 2, HEIGHT)), r"page is 800 x 300 pixels, its image 400 x 300"),
        (page_xml(OUTSIDE), r"line 'far': the line 'far' at \(380, 10, 460, 40\) lies outside the image of 400 x 300"),
        (page_xml(page_line(text="to bee")), r"line 'l1': the boxes spell 'tobe'"),
        (page_xml('<TextLine id="l"/>'), "line 'l': its TextLine has no Coords"),
        (page_xml(page_line(text="")[:0]), "there is no line with a text"),
        (page_xml("<TextRegion>" * 5000 + "</TextRegion>" * 5000), "regions lie in regions too deeply"),
        ("<html/>", "<html> is neither PAGE XML"),
        (alto(alto_line()).replace('HPOS="30"', 'HPOS="x"'), "line 'l1': HPOS='x' is no number"),
        (alto(alto_line()).replace("</Page>", '</Page><Page WIDTH="9" HEIGHT="9"/>'), "holds 2 pages"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(folder: Path, tmp_path: Path, content: str, what: str) -> None:
    (folder / "p.xml").write_text(content)
    with pytest.raises(DataError, match=what):
        foreign_to_lines(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_unit_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "p.xml").write_text(alto(alto_line(), unit="pixels"))
    with pytest.raises(UnknownNameError, match="unknown MeasurementUnit"):
        foreign_to_lines(folder, tmp_path / "out")


def test_entities_that_blow_up_are_refused(folder: Path, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    (folder / "p.xml").write_text(page_xml(page_line(text="&b;"), head=bomb))
    with pytest.raises(DataError, match=r"p\.xml: has a DOCTYPE"):
        foreign_to_lines(folder, tmp_path / "out")


def test_boxes_that_reach_over_the_border_a_little_are_cut_there(folder: Path, tmp_path: Path) -> None:
    """Tesseract's own boxes of lines do."""
    over = (
        f'<TextLine id="l">{coords((300, -5, 405, 40))}<Word>{coords((300, -3, 402, 30))}{said("x")}</Word></TextLine>'
    )
    (folder / "p.xml").write_text(page_xml(over))
    foreign_to_lines(folder, tmp_path / "out")
    assert decode(read_lines(tmp_path / "out")[0].image).shape == (40, 100)


def test_a_word_of_another_line_is_named(folder: Path, tmp_path: Path) -> None:
    far = f'<TextLine id="l">{coords((10, 10, 200, 40))}<Word>{coords((10, 200, 60, 230))}{said("x")}</Word></TextLine>'
    (folder / "p.xml").write_text(page_xml(far))
    with pytest.raises(DataError, match=r"the word 'x' at \(10, 200, 60, 230\) lies outside its line"):
        foreign_to_lines(folder, tmp_path / "out")


def test_faulty_pages_and_lines_can_be_left_out(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.xml").write_text("<PcGts>")
    (folder / "mets.xml").write_text("<mets/>")
    (folder / "p.xml").write_text(page_xml(page_line() + OUTSIDE + page_line(text="to bee").replace("l1", "l2")))
    left_out: list[EffocrError] = []
    done = foreign_to_lines(folder, tmp_path / "out", on_error=left_out.append)
    assert (done.lines, done.boxed) == (2, 1)
    assert [error.message.split("'")[1] for error in left_out[1:]] == ["far", "l2"]
    assert [row["text"] for row in map(json.loads, (tmp_path / "out/lines.jsonl").read_text().splitlines())] == [
        "to be",
        "to bee",
    ]


def test_images_may_lie_in_a_folder_of_their_own(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (folder / "scan.png").rename(tmp_path / "images/p.png")
    (folder / "p.xml").write_text(page_xml(page_line(), image=r"C:\scans\scan.tif"))
    foreign_to_lines(folder, tmp_path / "out", tmp_path / "images")
    check_boxed(folder, tmp_path / "out")


@pytest.mark.parametrize("suffix", [".tif", ".pdf"])
@pytest.mark.parametrize("dialect", ["page", "alto"])
def test_a_page_of_a_document_is_told_by_its_number(folder: Path, tmp_path: Path, suffix: str, dialect: str) -> None:
    page = Image.open(folder / "scan.png")
    how = {"resolution": 100, "quality": 100} if suffix == ".pdf" else {}
    Image.new("L", page.size, 255).save(folder / f"book{suffix}", save_all=True, append_images=[page], **how)
    numbered = page_xml(page_line(), image=f"scans/book{suffix}#2")
    content = numbered if dialect == "page" else alto(alto_line(), image=f"book{suffix}", order=2)
    (folder / "p.xml").write_text(content)
    foreign_to_lines(folder / "p.xml", tmp_path / "out")
    (line,) = lines_of(read_coco(tmp_path / "out"))
    np.testing.assert_allclose(line.image.astype(int), draw_bars(TEXT), atol=24)


def test_a_page_that_a_document_lacks_is_named(folder: Path, tmp_path: Path) -> None:
    page = Image.open(folder / "scan.png")
    page.save(folder / "book.tif", save_all=True, append_images=[page])
    (folder / "p.xml").write_text(page_xml(page_line(), image="book.tif#3"))
    with pytest.raises(ImageError, match="no page 3"):
        foreign_to_lines(folder / "p.xml", tmp_path / "out")


def test_the_number_of_a_single_image_says_nothing(folder: Path, tmp_path: Path) -> None:
    (folder / "p.xml").write_text(alto(alto_line(), order=7))
    foreign_to_lines(folder / "p.xml", tmp_path / "out")
    check_boxed(folder, tmp_path / "out")
