"""Bundles of packages of their own are known by name once these are installed, and asked for by name until then."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from effocr.bundle.files import open_bundle, verify
from effocr.bundle.installed import GROUP, PACKAGED, installed_bundles
from effocr.errors import BundleError, UnknownNameError
from effocr.testing import make_bundle

BUNDLES = Path(__file__).parents[2] / "bundles"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path, as packages are installed in."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def installed(site: Path, name: str, package: str) -> None:
    """What pip leaves of a package with an entry point for a bundle."""
    about = site / f"{package}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {package}\n")


def test_an_installed_bundle_is_opened_by_name(site: Path) -> None:
    installed(site, "runes", "effocr_runes")
    bundle = make_bundle(site / "effocr_runes" / "runes")
    (site / "effocr_runes" / "__init__.py").write_text("raise RuntimeError('nothing of a bundle is run')")
    opened = open_bundle("runes")
    assert opened.path == bundle.path and opened.card == bundle.card
    verify(opened)
    assert "effocr_runes" not in sys.modules


def test_a_package_without_its_bundle_is_passed_over(site: Path) -> None:
    installed(site, "runes", "effocr_runes")
    assert "runes" not in installed_bundles()
    (site / "effocr_runes").mkdir()
    with pytest.raises(UnknownNameError, match="unknown bundle 'runes'; known: en"):
        open_bundle("runes")


def test_published_bundles_are_asked_for_by_the_name_of_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("effocr.bundle.installed.entry_points", lambda group: ())
    for name in PACKAGED:
        with pytest.raises(BundleError, match="is not installed") as caught:
            open_bundle(name)
        assert f"pip install ./bundles/{name}" in caught.value.hint


@pytest.mark.parametrize("card", sorted(BUNDLES.glob("*/src/*/*/card.json")), ids=lambda card: card.parent.name)
def test_packages_of_the_repository_hold_the_bundle_that_they_name(card: Path) -> None:
    folder = card.parents[3]
    about = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, package),) = about["entry-points"][GROUP].items()
    bundle = open_bundle(folder / "src" / package / name)
    assert bundle.path == card.parent
    verify(bundle)
    assert folder.name == name == bundle.card.name and name in PACKAGED
    assert about["name"] == f"effocr-{name}" and about["version"].split(".")[0] == bundle.card.version.split(".")[0]
    assert all(entry.licence and entry.origin for entry in bundle.card.data)
