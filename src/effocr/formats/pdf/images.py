"""Images as PDF pages, their pixels untouched.

JPEG and JPEG 2000 files go in as they are, 1-bit images as CCITT group 4, all others with PNG's lossless compression.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String
from PIL import Image

from effocr.errors import OutputError
from effocr.formats.layout import page_name
from effocr.formats.pdf.layer import Sheet
from effocr.page.result import Page

POINTS_AN_INCH = 72
ORDINARY_DPI = 300.0
LEAST_DPI, MOST_DPI = 36.0, 4800.0
"""Resolutions outside are those of screens and of careless programs."""
LONGEST_SIDE = 14_400
"""Points; what viewers can show (ISO 32000-1, annex C)."""
_ORIENTATION = 0x0112
_ON_UNIT_SQUARE = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""How a stored image is laid on the page for each of EXIF's orientations, as the operands of `cm`."""
_SPACES = {"1": Name.DeviceGray, "L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}
_PROFILED = {b"GRAY": Name.DeviceGray, b"RGB ": Name.DeviceRGB, b"CMYK": Name.DeviceCMYK}
"""By what ICC profiles call their colours."""
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1}
"""By PNG's colour types: grey, RGB and palette; those with an alpha channel are missing."""
_JP2_MAGIC = b"\x00\x00\x00\x0cjP  "
_TIFF_OFFSETS, _TIFF_COUNTS, _TIFF_PHOTOMETRIC = 273, 279, 262


def add_image_page(pdf: Pdf, page: Page) -> Sheet:
    """A new last page that shows the image of a page; where it lies there. OutputError where it cannot be opened."""
    name = page_name(page)
    try:
        with Image.open(page.source) as image:
            if page.number:
                image.seek(page.number - 1)
            width, height = _size(page, image)
            orientation = int(image.getexif().get(_ORIENTATION, 1))
            stream = _stream(pdf, image, Path(page.source))
    except (OSError, EOFError, ValueError) as error:  # Pillow's decoders raise all of these
        what = getattr(error, "strerror", None) or error
        raise OutputError(
            f"{name}: its image cannot be put into a PDF: {what}.",
            hint="Read files that are still there: effocr read FILES --format pdf -o OUT.pdf",
        ) from None
    added = pdf.add_blank_page(page_size=(width, height))
    added.obj["/Resources"] = Dictionary(XObject=Dictionary(Image=stream))
    a, b, c, d, e, f = _ON_UNIT_SQUARE.get(orientation, _ON_UNIT_SQUARE[1])
    matrix = (a * width, b * height, c * width, d * height, e * width, f * height)
    shown = f"q {' '.join(f'{value:.4f}' for value in matrix)} cm /Image Do Q"
    added.obj["/Contents"] = pdf.make_stream(shown.encode("ascii"))
    return Sheet((0.0, height), (width, 0.0), (0.0, -height))


def _size(page: Page, image: Image.Image) -> tuple[float, float]:
    """Width and height in points."""
    dpi = page.dpi or float(image.info.get("dpi", (0.0, 0.0))[0])
    if not LEAST_DPI <= dpi <= MOST_DPI:
        dpi = ORDINARY_DPI
    dpi = max(dpi, max(page.width, page.height) * POINTS_AN_INCH / LONGEST_SIDE)
    return page.width * POINTS_AN_INCH / dpi, page.height * POINTS_AN_INCH / dpi


def _stream(pdf: Pdf, image: Image.Image, path: Path) -> Stream:
    """The image as an XObject, its pixels as they are stored."""
    if image.format in ("JPEG", "MPO") and image.mode in _SPACES:
        # Adobe's programs store the inverse of CMYK, and say who they are.
        inverse = {"Decode": Array([1, 0] * 4)} if image.mode == "CMYK" and "adobe" in image.info else {}
        entries = {"Filter": Name.DCTDecode, "ColorSpace": _colours(pdf, image), "BitsPerComponent": 8, **inverse}
        return _xobject(pdf, image, path.read_bytes(), entries)
    if image.format == "JPEG2000" and (content := path.read_bytes()).startswith(_JP2_MAGIC):
        return _xobject(pdf, image, content, {"Filter": Name.JPXDecode})
    if image.mode == "1" and "transparency" not in image.info:
        return _group4(pdf, image)
    if image.mode == "CMYK":
        entries = {"Filter": Name.FlateDecode, "ColorSpace": _colours(pdf, image), "BitsPerComponent": 8}
        return _xobject(pdf, image, zlib.compress(image.tobytes()), entries)
    return _deflated(pdf, image, path)


def _xobject(pdf: Pdf, image: Image.Image, content: bytes, entries: Mapping[str, Any]) -> Stream:
    about = {"Type": Name.XObject, "Subtype": Name.Image, "Width": image.width, "Height": image.height, **entries}
    return Stream(pdf, content, {f"/{key}": value for key, value in about.items()})


def _colours(pdf: Pdf, image: Image.Image) -> Object:
    """The colour space of an image: that of the profile it carries, where that fits its channels."""
    space = _SPACES[image.mode if image.mode in _SPACES else "RGB" if image.mode == "P" else "L"]
    profile = image.info.get("icc_profile") or b""
    if _PROFILED.get(profile[16:20]) != space:
        return space
    channels = {Name.DeviceGray: 1, Name.DeviceRGB: 3, Name.DeviceCMYK: 4}[space]
    return Array([Name.ICCBased, Stream(pdf, profile, N=channels, Alternate=space)])


def _group4(pdf: Pdf, image: Image.Image) -> Stream:
    """A 1-bit image as one strip of CCITT group 4, taken out of a TIFF that holds nothing else."""
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression="group4", strip_size=image.width * image.height)
    with Image.open(buffer) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        offset, count, black = tags[_TIFF_OFFSETS][0], tags[_TIFF_COUNTS][0], bool(tags[_TIFF_PHOTOMETRIC])
    parameters = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=black)
    entries = {"Filter": Name.CCITTFaxDecode, "ColorSpace": Name.DeviceGray, "BitsPerComponent": 1}
    return _xobject(pdf, image, buffer.getvalue()[offset : offset + count], entries | {"DecodeParms": parameters})


def _deflated(pdf: Pdf, image: Image.Image, path: Path) -> Stream:
    """An image with the compressed rows of its PNG file, or of one made from it where that cannot be taken over."""
    content = path.read_bytes() if image.format == "PNG" else b""
    png = _Png.of(content) if content else None
    if png is None:
        image = _plain(image)
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        png = _Png.of(buffer.getvalue())
    if png is None:
        raise OutputError(f"{path}: an image of the mode {image.mode} cannot be put into a PDF.")
    colours = _colours(pdf, image)
    if png.palette:
        colours = Array([Name.Indexed, colours, len(png.palette) // 3 - 1, String(png.palette)])
    parameters = Dictionary(Predictor=15, Colors=png.channels, BitsPerComponent=png.bits, Columns=image.width)
    entries = {"Filter": Name.FlateDecode, "ColorSpace": colours, "BitsPerComponent": png.bits}
    return _xobject(pdf, image, png.rows, entries | {"DecodeParms": parameters})


def _plain(image: Image.Image) -> Image.Image:
    """The image without what PNG or PDF do not know; transparent parts become white paper."""
    if image.has_transparency_data:
        opaque = Image.new("RGBA", image.size, "white")
        opaque.alpha_composite(image.convert("RGBA"))
        return opaque.convert("L" if image.mode in ("LA", "La") else "RGB")
    if image.mode == "F":
        return image.convert("L")
    return image if image.mode in ("L", "P", "RGB", "I", "I;16") else image.convert("RGB")


@dataclass(frozen=True)
class _Png:
    """What a PNG file holds, as PDF wants it: compressed rows (PNG specification, 3rd edition, sections 10 and 11)."""

    bits: int
    channels: int
    palette: bytes
    rows: bytes

    @classmethod
    def of(cls, content: bytes) -> _Png | None:
        """None where PDF does not know the like: interlaced or with transparency."""
        chunks = list(_chunks(content))
        found = dict(chunks)
        bits, colour_type, *_, interlaced = found[b"IHDR"][8:]
        if interlaced or colour_type not in _PNG_CHANNELS or b"tRNS" in found:
            return None
        rows = b"".join(data for kind, data in chunks if kind == b"IDAT")
        return cls(bits, _PNG_CHANNELS[colour_type], found.get(b"PLTE", b"") if colour_type == 3 else b"", rows)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(b"\x89PNG\r\n\x1a\n")
    while place + 8 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += length + 12
