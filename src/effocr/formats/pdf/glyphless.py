"""A font whose glyphs are next to nothing: it gives invisible text its characters and their widths.

Each pair of a text and a width has a code of its own. So a ligature is one glyph with the text of several characters,
any Unicode text can be copied, and the characters of a word are as wide as their glyphs on the image.
"""

from __future__ import annotations

from importlib.resources import files

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

FONT_FILE = "glyphless.ttf"
NAME = "EFFOCR+Glyphless"
UNITS_AN_EM = 20
"""Widths are counted in these."""
MOST_UNITS = 127
"""The font has a glyph of each width up to this; its number is the width."""
ASCENT, DESCENT = 750, -200
"""Thousandths of an em, as in ordinary fonts: from the size of letters viewers tell words, lines and columns apart."""
_MOST_CODES = 0xFFFF
_KEPT_FOR_NEW_TEXTS = 0x4000
_MOST_ENTRIES = 100
"""In one block of a CMap (Adobe Technical Note 5014)."""
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class GlyphlessFont:
    """The codes that the text layers of one document use; `embed` writes them when all are known."""

    def __init__(self, pdf: Pdf) -> None:
        self.reference = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type0))
        """What the resources of a page name; it stays empty until `embed`."""
        self._pdf = pdf
        self._codes: dict[tuple[str, int], int] = {}
        self._widths: list[int] = []

    def code(self, text: str, units: int) -> tuple[int, int]:
        """The code of a text, and the width that it has: the one asked for, 1 to 127 units.

        In a document with tens of thousands of codes the new ones are an em wide.
        """
        crowded = len(self._widths) > _MOST_CODES - _KEPT_FOR_NEW_TEXTS
        key = text, units if (text, units) in self._codes or not crowded else UNITS_AN_EM
        if key not in self._codes:
            self._widths.append(key[1])
            self._codes[key] = len(self._widths)
        return self._codes[key], key[1]

    def embed(self) -> None:
        """Complete the font in the document."""
        pdf = self._pdf
        glyphs = b"".join(units.to_bytes(2, "big") for units in [0, *self._widths])
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name(f"/{NAME}"),
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(self._descriptor()),
            DW=_thousandths(UNITS_AN_EM),
            W=Array([1, Array([_thousandths(units) for units in self._widths])]),
            CIDToGIDMap=pdf.make_stream(glyphs),
        )
        self.reference["/BaseFont"] = Name(f"/{NAME}")
        self.reference["/Encoding"] = Name("/Identity-H")
        self.reference["/DescendantFonts"] = Array([pdf.make_indirect(descendant)])
        self.reference["/ToUnicode"] = pdf.make_stream(self._texts().encode("ascii"))

    def _descriptor(self) -> Dictionary:
        font = files(__package__).joinpath(FONT_FILE).read_bytes()
        file = Stream(self._pdf, font, Length1=len(font))
        return Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name(f"/{NAME}"),
            Flags=4,  # symbolic
            FontBBox=Array([0, DESCENT, 1000, ASCENT]),
            ItalicAngle=0,
            Ascent=ASCENT,
            Descent=DESCENT,
            CapHeight=ASCENT,
            StemV=80,
            FontFile2=self._pdf.make_indirect(file),
        )

    def _texts(self) -> str:
        """The CMap from codes to texts in UTF-16."""
        rows = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for (text, _), code in self._codes.items()]
        blocks = (_block(rows[start : start + _MOST_ENTRIES]) for start in range(0, len(rows), _MOST_ENTRIES))
        return _CMAP.format(blocks="\n".join(blocks))


def _block(rows: list[str]) -> str:
    return "\n".join([f"{len(rows)} beginbfchar", *rows, "endbfchar"])


def _thousandths(units: int) -> int:
    return units * 1000 // UNITS_AN_EM
