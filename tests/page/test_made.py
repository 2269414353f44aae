import pytest

from effocr.page.alternatives import Alternative
from effocr.page.boxes import Box
from effocr.page.made import columns_made, rows_made
from effocr.page.result import Glyph

BOX = Box(1.0, 2.0, 3.0, 4.0)


def test_rows_become_the_records_that_their_constructor_makes():
    assert rows_made(Alternative, [["a", 0.5], ("b", 0.25)]) == [Alternative("a", 0.5), Alternative("b", 0.25)]
    assert type(rows_made(Box, [[1, 2, 3, 4]])[0]) is Box


def test_columns_become_the_records_that_their_constructor_makes():
    others = (Alternative("b", 0.25),)
    columns = [[BOX, BOX], ["a", "c"], [0.5, 0.75], [others, ()], [7, 8], ["a font", ""], [False, True]]
    made = columns_made(Glyph, columns)
    assert made == [Glyph(BOX, "a", 0.5, others, 7, "a font", False), Glyph(BOX, "c", 0.75, (), 8, "", True)]
    with pytest.raises(AttributeError):
        made[0].text = "x"


def test_a_record_that_its_constructor_refuses_is_refused() -> None:
    for score in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="score"):
            columns_made(Glyph, [[BOX, BOX], ["a", "b"], [0.5, score], [(), ()], [1, 2], ["", ""], [False, False]])


def test_every_field_needs_a_column():
    with pytest.raises(ValueError, match="zip"):
        columns_made(Glyph, [[BOX], ["a"]])
