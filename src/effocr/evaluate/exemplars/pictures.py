"""A contact sheet as one picture, for where no browser is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from effocr.data.writing import write_bytes
from effocr.errors import DataError
from effocr.evaluate.exemplars.sheets import Near, Sighting, picture_of
from effocr.image.draw import Colour, png
from effocr.image.preparation import Grey

CELL, TALL = 76, 84
"""Width and height of a cell, pixels."""
SHOWN = 48
"""Height of the picture of a glyph."""
BESIDE = 190
"""Width of the column that says which glyph it is."""
RIGHT, WRONG, PLAIN = (0, 114, 178), (213, 94, 0), (190, 188, 182)
PLAIN_FONTS = ("DejaVuSerif.ttf", "NotoSerif-Regular.ttf", "LiberationSerif-Regular.ttf", "times.ttf", "Times.ttc")
INK, PAPER = (30, 30, 30), (255, 255, 255)
NO_GLYPH = "\U0010ffff"
LONGEST = 30

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def write_picture(shown: Sequence[Sighting], path: Path, font: Path | None = None) -> Path:
    """The path of one PNG with a row a glyph: the glyph, then its exemplars; `font` draws texts (default: a plain one).

    What reads rightly has a closed frame and a tick, what reads wrongly a cross in its corner. Raises `DataError` for
    a font that cannot be read.
    """
    large, small = _font(font, SHOWN - 14), _font(font, 12)
    columns = max((len(sighting.near) for sighting in shown), default=0) + 1
    sheet = Image.new("RGB", (BESIDE + columns * CELL, max(1, len(shown)) * TALL), PAPER)
    pen = ImageDraw.Draw(sheet)
    for row, sighting in enumerate(shown):
        top = row * TALL
        _says(pen, small, sighting, top)
        caption = f"{sighting.read} {sighting.score:.2f}"
        _cell(
            sheet, BESIDE, top, _scaled(sighting.crop), _drawable(caption, small), sighting.right(sighting.read), small
        )
        for place, near in enumerate(sighting.near, 1):
            caption = f"{_drawable(near.text, small)} {near.cosine:.2f}"
            picture = _picture(near, large, small)
            _cell(sheet, BESIDE + place * CELL, top, picture, caption, sighting.right(near.text), small)
    return write_bytes(path, png(np.asarray(sheet)))


def _font(path: Path | None, size: int) -> Font:
    """The font given, else a plain one that this system has, else Pillow's own, which knows few accents."""
    if path is not None:
        try:
            return ImageFont.truetype(str(path), size)
        except OSError as error:
            message = f"{path} is no font that can be drawn with: {error}."
            raise DataError(message, hint="Give a .ttf or .otf file.") from None
    for name in PLAIN_FONTS:
        with suppress(OSError):
            return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)


def _says(pen: ImageDraw.ImageDraw, font: Font, sighting: Sighting, top: int) -> None:
    """Which glyph a row is about."""
    name = Path(sighting.image).name
    rows = [name[-LONGEST:], f"glyph {sighting.number}"]
    if sighting.truth is not None:
        rows.append(f"is {_drawable(sighting.truth, font)}")
    for place, text in enumerate(rows):
        pen.text((6, top + 8 + 18 * place), text, fill=INK, font=font)


def _cell(
    sheet: Image.Image, left: int, top: int, picture: Image.Image, caption: str, right: bool | None, font: Font
) -> None:
    colour: Colour = PLAIN if right is None else RIGHT if right else WRONG
    pen = ImageDraw.Draw(sheet)
    sheet.paste(picture, (left + (CELL - picture.width) // 2, top + 5))
    pen.rectangle((left + 2, top + 2, left + CELL - 3, top + TALL - 3), outline=colour, width=1 if right is None else 2)
    pen.text((left + CELL // 2, top + TALL - 18), caption, fill=INK, font=font, anchor="mm")
    corner = left + CELL - 15, top + 6
    for (x0, y0), (x1, y1) in _sign(right):
        pen.line((corner[0] + x0, corner[1] + y0, corner[0] + x1, corner[1] + y1), fill=colour, width=2)


def _sign(right: bool | None) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The strokes of a tick or a cross, in pixels from a corner."""
    if right is None:
        return []
    return [((0, 5), (3, 8)), ((3, 8), (9, 0))] if right else [((0, 0), (8, 8)), ((0, 8), (8, 0))]


def _picture(near: Near, large: Font, small: Font) -> Image.Image:
    crop = picture_of(near.source)
    if crop is not None:
        return _scaled(crop)
    picture = Image.new("RGB", (CELL - 8, SHOWN), PAPER)
    pen = ImageDraw.Draw(picture)
    text = _drawable(near.text, large)
    font = large if pen.textlength(text, font=large) < picture.width else small
    pen.text((picture.width // 2, SHOWN // 2), text, fill=INK, font=font, anchor="mm")
    return picture


def _scaled(crop: Grey) -> Image.Image:
    """The crop as high as pictures are, or as wide as a cell allows."""
    rows, columns = crop.shape
    factor = min(SHOWN / rows, (CELL - 8) / columns)
    size = max(1, round(columns * factor)), max(1, round(rows * factor))
    return Image.fromarray(crop).resize(size, Image.Resampling.LANCZOS).convert("RGB")


def _drawable(text: str, font: Font) -> str:
    """The text, with the numbers of the characters that the font lacks in their place."""
    if isinstance(font, ImageFont.ImageFont):
        return text.encode("ascii", "backslashreplace").decode()
    tofu = bytes(font.getmask(NO_GLYPH))
    return "".join(char if bytes(font.getmask(char)) != tofu else f"U+{ord(char):04X}" for char in text)
