"""Decoding: every kind of source gives the same grey pixels, and bad ones say what is wrong."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from effocr.errors import ImageError
from effocr.image.decode import MOST_PIXELS, decode, source_name

GREY = np.arange(12 * 20, dtype=np.uint8).reshape(12, 20)
NOISE = np.random.default_rng(0).integers(0, 256, (60, 80), np.uint8)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP", "WEBP", "JPEG2000"])
def test_lossless_formats_give_the_pixels(format: str, tmp_path: Path) -> None:
    options = {"WEBP": {"lossless": True}, "JPEG2000": {"irreversible": False}}.get(format, {})
    data = encoded(Image.fromarray(GREY), format, **options)
    path = tmp_path / "image.any"
    path.write_bytes(data)
    for source in (data, path, str(path), Image.open(path)):
        assert np.array_equal(decode(source), GREY)


def test_jpeg_is_close() -> None:
    smooth = np.tile(np.linspace(20, 230, 64, dtype=np.uint8), (64, 1))
    for mode in ("L", "RGB"):
        data = encoded(Image.fromarray(smooth).convert(mode), "JPEG", quality=95)
        assert np.abs(decode(data).astype(int) - smooth).max() <= 4


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK"])
def test_grey_survives_other_modes(mode: str) -> None:
    assert np.abs(decode(Image.fromarray(GREY).convert(mode)).astype(int) - GREY).max() <= 1


def test_one_bit_is_black_and_white() -> None:
    bits = GREY > 100
    image = Image.fromarray(bits)
    assert image.mode == "1"
    expected = np.where(bits, 255, 0)
    for source in (image, encoded(image, "PNG"), encoded(image, "TIFF", compression="group4"), bits):
        assert np.array_equal(decode(source), expected)


def test_sixteen_bits_are_scaled_down() -> None:
    deep = GREY.astype(np.uint16) * 257
    for source in (
        deep,
        Image.fromarray(deep),
        encoded(Image.fromarray(deep), "PNG"),
        encoded(Image.fromarray(deep), "TIFF"),
    ):
        assert np.array_equal(decode(source), GREY)


def test_floats_span_one_or_255() -> None:
    assert np.array_equal(decode(GREY.astype(np.float32)), GREY)
    assert np.array_equal(decode(GREY / 255), GREY)
    assert decode(np.array([[np.nan, -1.0, 300.0]])).tolist() == [[0, 0, 255]]


def test_transparent_parts_are_white_paper() -> None:
    clear = Image.new("RGBA", (4, 3), (0, 0, 0, 0))
    assert (decode(clear) == 255).all()
    assert (decode(np.zeros((3, 4, 4), np.uint8)) == 255).all()
    palette = Image.new("P", (4, 3), 0)
    assert (decode(encoded(palette, "PNG", transparency=0)) == 255).all()
    assert (decode(encoded(Image.new("L", (4, 3), 7), "PNG", transparency=7)) == 255).all()


def test_arrays_with_channels_agree_with_pillow() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    assert np.array_equal(decode(colours), np.asarray(Image.fromarray(colours).convert("L")))
    assert np.array_equal(decode(GREY[..., None]), GREY)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "TIFF", "JPEG"])
def test_exif_turns_upright(orientation: int, format: str) -> None:
    from PIL import ImageOps

    image = Image.fromarray(np.kron(np.arange(6, dtype=np.uint8).reshape(2, 3) * 40, np.ones((16, 16), np.uint8)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(image, format, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(decode(data), np.asarray(upright))
    assert decode(data).shape == ((32, 48) if orientation < 5 else (48, 32))


def test_first_frame_of_several() -> None:
    second = Image.fromarray(255 - GREY)
    data = encoded(Image.fromarray(GREY), "TIFF", save_all=True, append_images=[second])
    assert np.array_equal(decode(data), GREY)


def test_one_pixel() -> None:
    assert decode(encoded(Image.new("L", (1, 1), 9), "PNG")).tolist() == [[9]]


def bomb() -> bytes:
    """A PNG of a few bytes that claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"these are no pixels at all", "not an image"),
        (encoded(Image.fromarray(NOISE), "PNG")[:-900], "damaged or cut off"),
        (encoded(Image.fromarray(NOISE), "JPEG")[:-900], "damaged or cut off"),
        (encoded(Image.fromarray(GREY), "TIFF")[:60], "damaged or cut off|not an image"),
        (bomb(), "too many pixels"),
    ],
)
def test_bad_files_are_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=message) as caught:
        decode(path)
    assert "bad.png" in caught.value.message and caught.value.hint and caught.value.exit_code == 3
    with pytest.raises(ImageError, match=r"^scan 7"):
        decode(content, name="scan 7")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"none\.png: no such file"):
        decode(tmp_path / "none.png")
    with pytest.raises(ImageError, match="is a folder"):
        decode(tmp_path)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((0, 5), np.uint8), "5 x 0 pixels"),
        (np.zeros((4, 5, 2), np.uint8), "shape"),
        (np.zeros(5, np.uint8), "shape"),
        (np.zeros((2, 2), np.complex64), "complex64"),
    ],
)
def test_bad_arrays(array: np.ndarray[Any, Any], message: str) -> None:
    with pytest.raises(ImageError, match=message):
        decode(array)


def test_zero_size_and_huge_images() -> None:
    with pytest.raises(ImageError, match="0 x 5"):
        decode(Image.new("L", (0, 5)))
    huge = np.broadcast_to(np.uint8(255), (MOST_PIXELS // 1000 + 1, 1000))
    with pytest.raises(ImageError, match="at most"):
        decode(huge)


def test_source_names(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(GREY).save(path)
    assert source_name(path) == source_name(str(path)) == source_name(Image.open(path)) == str(path)
    assert (
        source_name(b"") == "<bytes>"
        and source_name(GREY) == "<array>"
        and source_name(Image.new("L", (1, 1))) == "<image>"
    )
