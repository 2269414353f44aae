"""From whatever holds an image, or a page of a document, to its grey pixels, upright."""

from __future__ import annotations

import io
import math
import os
import stat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from effocr.errors import ImageError
from effocr.image.documents import MOST_PIXELS, PDF_MAGIC, PDF_SUFFIXES, DocumentPage, no_such_page
from effocr.image.preparation import Grey

Source = str | os.PathLike[str] | bytes | Image.Image | NDArray[Any] | DocumentPage
"""A path, a document's page, the bytes of a file, a PIL image, or an array (rows, columns[, 1 | 3 | 4])."""

SMALL = 1_000_000
"""Bytes of an image file that is read at once: at every part that a decoder reads a thread leaves the interpreter."""

LEAST_DPI = 20.0
"""Lower values are no resolution: some programs write 1."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_HINT = (
    "PDF, PNG, JPEG, TIFF, WebP, BMP and JPEG 2000 can be read; open the file in an image viewer to see what it holds."
)


def source_name(source: Source) -> str:
    """What to call a source in results and errors: its path, "file.pdf#3", else its kind in angle brackets."""
    if isinstance(source, DocumentPage):
        return str(source)
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    if isinstance(source, Image.Image):
        return str(getattr(source, "filename", "") or "<image>")
    return "<bytes>" if isinstance(source, (bytes, bytearray)) else "<array>"


class Scan(NamedTuple):
    """Grey pixels, uint8 (rows, columns), 0 = black, and their number an inch: 0 where the source does not say."""

    pixels: Grey
    dpi: float


def decode(source: Source, *, name: str = "") -> Grey:
    """Grey pixels, uint8 (rows, columns), 0 = black, turned upright by EXIF; transparent parts become white paper.

    Of files with several frames or pages the first is taken, unless the source is a `DocumentPage`. Sixteen-bit values
    are scaled down by 257; floating values span 0..1 where none is larger than 1, and 0..255 otherwise. Raises
    `ImageError`, which says `name`.
    """
    return scan_of(source, name=name).pixels


def scan_of(source: Source, *, name: str = "") -> Scan:
    """What `decode` gives, with its resolution."""
    name = name or source_name(source)
    match source:
        case np.ndarray():
            return Scan(_grey_of_array(source, name), 0.0)
        case Image.Image():
            return _scan_of_image(source, name)
        case bytes() | bytearray():
            return _decoded(io.BytesIO(source), len(source), name, 1)
        case DocumentPage(path, number):
            return _scan_of_path(path, name, number)
        case _:
            return _scan_of_path(source, name, 1)


def _scan_of_path(path: str | os.PathLike[str], name: str, number: int) -> Scan:
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode):
                return _decoded(file, status.st_size, name, number, path=Path(path))
            content = file.read()  # a pipe has no size, and cannot be read twice
            return _decoded(io.BytesIO(content), len(content), name, number)
    except FileNotFoundError:
        raise ImageError(f"{name}: no such file.", hint="Check the path; `ls` its folder.") from None
    except IsADirectoryError:
        raise ImageError(f"{name} is a folder, not an image.", hint=f"Try: effocr read {name}/*") from None
    except OSError as error:
        raise ImageError(f"{name} cannot be opened: {error.strerror or error}.", hint=f"Try: ls -l {name}") from None


def _decoded(file: Any, size: int, name: str, number: int, path: Path | None = None) -> Scan:
    """The page of that number, counted from 1, in a file of `size` bytes, which lies at `path` if anywhere."""
    if not size:
        raise ImageError(f"{name} is empty (0 bytes).", hint="Copy or download the file again.")
    start = file.read(len(PDF_MAGIC))
    file.seek(0)
    if start == PDF_MAGIC or (path is not None and path.suffix.lower() in PDF_SUFFIXES):
        from effocr.image.pdf.drawing import pdf_pixels

        return Scan(*pdf_pixels(path or file.read(), number, name))
    try:
        with Image.open(file if path is None or size > SMALL else io.BytesIO(file.read())) as image:
            return _scan_of_image(_frame(image, number, name), name)
    except ImageError:
        raise
    except UnidentifiedImageError:
        raise ImageError(f"{name} is not an image in a known format.", hint=_HINT) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(f"{name} holds too many pixels") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        raise ImageError(f"{name} is damaged or cut off: {error}", hint="Copy or download the file again.") from None


def _frame(image: Image.Image, number: int, name: str) -> Image.Image:
    if number != 1:
        count = int(getattr(image, "n_frames", 1))
        if not 1 <= number <= count:
            raise no_such_page(name.removesuffix(f"#{number}"), number, count)
        image.seek(number - 1)
    return image


def _too_large(what: str) -> ImageError:
    hint = "Cut the image into smaller ones, or scale it down."
    return ImageError(f"{what}; at most {MOST_PIXELS:,} are read.", hint=hint)


def _checked_size(width: int, height: int, name: str) -> None:
    if width < 1 or height < 1:
        raise ImageError(f"{name} is {width} x {height} pixels; at least 1 x 1 is needed.", hint=_HINT)
    if width * height > MOST_PIXELS:
        raise _too_large(f"{name} is {width} x {height} = {width * height:,} pixels")


def _scan_of_image(image: Image.Image, name: str) -> Scan:
    _checked_size(*image.size, name)
    dpi = _dpi(image)
    if image.format == "JPEG":
        image.draft("L", None)  # libjpeg then leaves out the colours
    grey = _grey_pixels(image)
    turn = _TURNS.get(_orientation(image))
    if turn is not None:
        grey = np.asarray(Image.fromarray(grey).transpose(turn))
    return Scan(grey, dpi)


def _dpi(image: Image.Image) -> float:
    """What the file says of its resolution across, 0 where it says nothing that can be."""
    try:
        dpi = float(image.info.get("dpi", (0.0,))[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return 0.0
    return dpi if math.isfinite(dpi) and dpi >= LEAST_DPI else 0.0


def _orientation(image: Image.Image) -> int:
    # Reading EXIF is slow, so it is asked for only where a file carries some; TIFF keeps the tag in its own header.
    if image.format != "TIFF" and "exif" not in image.info and not getattr(image, "_exif", None):
        return 1
    return int(image.getexif().get(_ORIENTATION, 1))


def _grey_pixels(image: Image.Image) -> Grey:
    if image.mode == "L" and "transparency" not in image.info:
        return np.asarray(image)
    if image.mode.startswith(("I", "F")):
        return _grey_of_levels(np.asarray(image))
    if image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info:
        opaque = Image.new("RGBA", image.size, "white")
        opaque.alpha_composite(image.convert("RGBA"))
        image = opaque.convert("RGB")
    if image.mode not in ("1", "L", "RGB", "CMYK", "YCbCr"):
        image = image.convert("RGB")
    return np.asarray(image.convert("L"))


def _grey_of_array(array: NDArray[Any], name: str) -> Grey:
    shape = array.shape
    if array.ndim not in (2, 3) or (array.ndim == 3 and shape[2] not in (1, 3, 4)):
        raise ImageError(f"{name} has the shape {shape}; (rows, columns) or (rows, columns, 1 | 3 | 4) is needed.")
    _checked_size(shape[1], shape[0], name)
    if array.dtype.kind not in "buif":
        raise ImageError(f"{name} holds values of the type {array.dtype}; integers, floats or booleans are needed.")
    levels = _grey_of_levels(array)
    if levels.ndim == 2:
        return np.ascontiguousarray(levels)
    if shape[2] == 1:
        return np.ascontiguousarray(levels[..., 0])
    return _grey_pixels(Image.fromarray(levels, "RGB" if shape[2] == 3 else "RGBA"))


def _grey_of_levels(values: NDArray[Any]) -> Grey:
    """Values of any type as uint8, in the same shape: see `decode` for the rules."""
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    if values.dtype.kind in "ui":
        sixteen = np.clip(values, 0, 65535).astype(np.uint32)
        eight: Grey = ((sixteen + np.uint32(128)) // np.uint32(257)).astype(np.uint8)
        return eight
    finite = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=255.0, neginf=0.0)
    scale = np.float32(255 if finite.max() <= 1 else 1)
    grey: Grey = np.clip(np.rint(finite * scale), 0, 255).astype(np.uint8)
    return grey
