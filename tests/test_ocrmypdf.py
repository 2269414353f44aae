"""The plug-in for OCRmyPDF, where that is installed."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pikepdf
import pytest
from PIL import Image

from effocr.bundle.files import Bundle
from effocr.testing import draw_bars

pytest.importorskip("ocrmypdf")

from ocrmypdf.exceptions import BadArgsError

from effocr import ocrmypdf as plugin


def options(bundle: Bundle | str | None, *languages: str, **more: object) -> SimpleNamespace:
    named = bundle.path if isinstance(bundle, Bundle) else bundle
    given = {"languages": list(languages) or ["eng"], "ocr_engine": "auto", "effocr_lines": "none", **more}
    return SimpleNamespace(effocr_bundle=named, **given)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    Image.fromarray(draw_bars("Bars are read")).save(path, dpi=(144, 144))
    return path


def test_hocr_and_text_say_what_was_read(bars: Bundle, image: Path, tmp_path: Path) -> None:
    plugin.EffocrEngine.generate_hocr(image, tmp_path / "out.hocr", tmp_path / "out.txt", options(bars))
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").strip() == "Bars are read"
    hocr = (tmp_path / "out.hocr").read_text(encoding="utf-8")
    assert hocr.count("x_wconf") == 3 and hocr.count("ocr_line") >= 1


def test_the_text_only_pdf_is_as_large_as_the_image(bars: Bundle, image: Path, tmp_path: Path) -> None:
    plugin.EffocrEngine.generate_pdf(image, tmp_path / "out.pdf", tmp_path / "out.txt", options(bars))
    width, height = Image.open(image).size
    with pikepdf.open(io.BytesIO((tmp_path / "out.pdf").read_bytes())) as pdf:
        sheet = pdf.pages[0]
        assert [float(edge) for edge in sheet.mediabox] == pytest.approx([0, 0, width / 2, height / 2], abs=0.01)
        assert "/F1" in sheet.resources["/Font"] and b"3 Tr" in sheet.obj["/Contents"].read_bytes()


def test_languages_choose_the_bundle() -> None:
    assert plugin.bundle_of(options(None, "eng")) == "en"
    assert plugin.bundle_of(options("mine", "xyz")) == "mine"
    with pytest.raises(BadArgsError, match="eng\\+xyz"):
        plugin.bundle_of(options(None, "eng", "xyz"))
    assert "eng" in plugin.EffocrEngine.languages(options(None))
    assert "xyz" in plugin.EffocrEngine.languages(options("mine", "xyz"))


def test_a_bundle_that_is_not_there_is_said_before_any_page() -> None:
    with pytest.raises(BadArgsError, match="nowhere"):
        plugin.check_options(options("nowhere"))


def test_found_by_itself_it_leaves_the_choice_to_the_user(bars: Bundle) -> None:
    assert plugin.WhenAsked.get_ocr_engine(options(None)) is None
    assert isinstance(plugin.WhenAsked.get_ocr_engine(options(bars)), plugin.EffocrEngine)
    assert isinstance(plugin.get_ocr_engine(options(None)), plugin.EffocrEngine)
    assert plugin.get_ocr_engine(options(bars, ocr_engine="tesseract")) is None


def test_both_ways_of_loading_it_add_its_options_once() -> None:
    parser = ArgumentParser()
    plugin.WhenAsked.add_options(parser)
    plugin.add_options(parser)
    assert parser.parse_args(["--effocr-bundle", "x"]).effocr_bundle == "x"


def test_readers_stay_open(bars: Bundle, image: Path) -> None:
    first = plugin._reader(options(bars))
    assert plugin._reader(options(bars)) is first
    assert plugin.page_of(image, options(bars)).text == "Bars are read"


@pytest.mark.parametrize("degrees", [-2.0, 0.0, 1.5])
def test_askew_pages_are_turned_back(bars: Bundle, tmp_path: Path, degrees: float) -> None:
    page = np.full((700, 900), 255, np.uint8)
    for top in range(60, 640, 40):
        page[top : top + 16, 60:840] = 0
    path = tmp_path / "askew.png"
    Image.fromarray(page).rotate(-degrees, fillcolor=255).save(path)
    assert plugin.EffocrEngine.get_deskew(path, options(bars)) == pytest.approx(degrees, abs=0.15)
