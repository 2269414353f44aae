"""Images become PDF pages with the very pixels, and the very file where that can be."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageOps

from effocr.errors import OutputError
from effocr.formats.pdf.writer import searchable_pdf
from effocr.page.result import Page

ORIENTATION = 0x0112


def picture(mode="L", size=(60, 40)):
    """Noise on a slope: no two corners are alike."""
    noise = np.random.default_rng(5).integers(0, 60, (size[1], size[0], 3))
    slope = np.linspace(0, 180, size[0])[None, :, None] + np.zeros((size[1], 1, 1))
    return Image.fromarray((noise + slope).astype(np.uint8), "RGB").convert(mode)


def page_of(path, number=0, **about):
    with Image.open(path) as image:
        width, height = ImageOps.exif_transpose(image).size
    return Page((), width, height, str(path), number=number, **about)


def only_image(content, number=0):
    pdf = pikepdf.open(io.BytesIO(content))
    (image,) = pdf.pages[number].get("/Resources").XObject.values()
    return pdf, image


def pixels_of(content, number=0):
    """What the image holds, unpacked by another hand."""
    _, image = only_image(content, number)
    return pikepdf.PdfImage(image).as_pil_image()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_no_pixel_changes(mode, suffix, tmp_path):
    image = picture(mode)
    image.save(tmp_path / f"a{suffix}")
    kept = pixels_of(searchable_pdf([page_of(tmp_path / f"a{suffix}")]))
    assert (np.asarray(kept.convert("RGB")) == np.asarray(image.convert("RGB"))).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_files_go_in_as_they_are(mode, tmp_path):
    picture(mode).save(tmp_path / "a.jpg")
    _, image = only_image(searchable_pdf([page_of(tmp_path / "a.jpg")]))
    assert image.read_raw_bytes() == (tmp_path / "a.jpg").read_bytes()
    assert image.Filter == pikepdf.Name.DCTDecode


def test_colours_of_cmyk_jpegs_are_not_inverted(tmp_path, look):
    Image.new("CMYK", (20, 20), (0, 0, 0, 255)).save(tmp_path / "black.jpg")
    assert look(searchable_pdf([page_of(tmp_path / "black.jpg")])).pixels(20).max() < 60


def test_jpeg_2000_files_go_in_as_they_are(tmp_path, look):
    picture("L").save(tmp_path / "a.jp2")
    content = searchable_pdf([page_of(tmp_path / "a.jp2", dpi=72.0)])
    _, image = only_image(content)
    assert image.read_raw_bytes() == (tmp_path / "a.jp2").read_bytes()
    drawn = look(content).pixels(60).astype(int)
    assert abs(drawn - np.asarray(picture("L"))).mean() < 12


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_one_bit_stays_one_bit_and_small(suffix, tmp_path, look):
    image = Image.new("1", (800, 600), 1)
    image.paste(0, (100, 200, 300, 250))
    image.save(tmp_path / f"a{suffix}")
    content = searchable_pdf([page_of(tmp_path / f"a{suffix}")])
    _, stored = only_image(content)
    assert (stored.Filter, int(stored.BitsPerComponent)) == (pikepdf.Name.CCITTFaxDecode, 1)
    assert len(stored.read_raw_bytes()) < 200
    assert (look(content).pixels(800) == np.asarray(image) * 255).all()


def test_the_rows_of_a_png_are_taken_over_and_an_interlaced_or_clear_one_is_made_anew(tmp_path):
    image = picture("RGB")
    image.save(tmp_path / "a.png", compress_level=1)
    _, stored = only_image(searchable_pdf([page_of(tmp_path / "a.png")]))
    assert stored.read_raw_bytes() in (tmp_path / "a.png").read_bytes()
    clear = image.copy()
    clear.putalpha(Image.new("L", image.size, 0))
    clear.save(tmp_path / "clear.png")
    assert (np.asarray(pixels_of(searchable_pdf([page_of(tmp_path / "clear.png")]))) == 255).all()


def test_sixteen_bits_stay_sixteen(tmp_path):
    values = np.arange(60 * 40, dtype=np.uint16).reshape(40, 60) * 27
    for name in ("a.png", "a.tif"):
        Image.fromarray(values).save(tmp_path / name)
        _, stored = only_image(searchable_pdf([page_of(tmp_path / name)]))
        assert int(stored.BitsPerComponent) == 16
        assert (np.frombuffer(stored.read_bytes(), ">u2").reshape(40, 60) == values).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_the_page_stands_as_exif_says(orientation, suffix, tmp_path, look):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture("L").save(tmp_path / f"a{suffix}", exif=exif)
    page = page_of(tmp_path / f"a{suffix}", dpi=72.0)
    drawn = look(searchable_pdf([page])).pixels(page.width).astype(int)
    with Image.open(tmp_path / f"a{suffix}") as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert drawn.shape == expected.shape
    assert abs(drawn - expected).mean() < 6


def test_pages_of_a_tiff_follow_each_other(tmp_path):
    shades = [Image.new("L", (30, 20), shade) for shade in (10, 200)]
    shades[0].save(tmp_path / "a.tif", save_all=True, append_images=shades[1:])
    content = searchable_pdf([page_of(tmp_path / "a.tif", number) for number in (2, 1)])
    assert [np.asarray(pixels_of(content, number)).max() for number in (0, 1)] == [200, 10]


@pytest.mark.parametrize(
    ("stored", "known", "expected"), [(None, 0.0, 300), (150, 0.0, 150), (1, 0.0, 300), (150, 600.0, 600)]
)
def test_the_page_is_as_large_as_the_scan(stored, known, expected, tmp_path, look):
    picture().save(tmp_path / "a.png", **({} if stored is None else {"dpi": (stored, stored)}))
    pdf = look(searchable_pdf([page_of(tmp_path / "a.png", dpi=known)]))
    assert pdf.document[0].get_size() == pytest.approx((60 * 72 / expected, 40 * 72 / expected), rel=1e-3)


def test_a_page_is_never_larger_than_viewers_show(tmp_path, look):
    Image.new("1", (30_000, 10)).save(tmp_path / "long.png")
    pdf = look(searchable_pdf([page_of(tmp_path / "long.png", dpi=72.0)]))
    assert max(pdf.document[0].get_size()) <= 14_400.5


def test_a_colour_profile_comes_along_where_it_fits(tmp_path):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for mode, expected in (("RGB", "/ICCBased"), ("L", "/DeviceGray")):
        picture(mode).save(tmp_path / "a.png", icc_profile=profile)
        _, stored = only_image(searchable_pdf([page_of(tmp_path / "a.png")]))
        space = stored.ColorSpace
        assert str(space if isinstance(space, pikepdf.Name) else space[0]) == expected


@pytest.mark.parametrize("content", [None, b"", b"not an image"], ids=["missing", "empty", "other"])
def test_an_image_that_is_gone_or_no_image_is_an_error_with_its_name(content, tmp_path):
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(OutputError, match=r"a\.png"):
        searchable_pdf([Page((), 9, 9, str(tmp_path / "a.png"))])


def test_a_page_that_a_tiff_has_lost_is_named(tmp_path):
    picture().save(tmp_path / "a.tif")
    with pytest.raises(OutputError, match=r"a\.tif#2"):
        searchable_pdf([page_of(tmp_path / "a.tif", 2)])


@pytest.mark.parametrize("source", ["<array>", "<bytes>", ""])
def test_pages_that_came_from_no_file_are_refused_with_a_way_out(source):
    with pytest.raises(OutputError, match="PDF shows the image") as refused:
        searchable_pdf([Page((), 9, 9, source)])
    assert "another format" in refused.value.hint
