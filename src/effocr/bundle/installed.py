"""Bundles that packages of their own bring: `pip install ./bundles/grc` makes `--bundle grc` known.

Such a package names in its metadata, under the entry points `effocr.bundles`, the package whose folder of the bundle's
name holds the bundle: `grc = "effocr_grc"` stands for `effocr_grc/grc/card.json`. None of its code is run.
"""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from effocr.errors import BundleError

GROUP = "effocr.bundles"
PACKAGED = ("fr", "fraktur", "grc", "ja", "latin")
"""The bundles that are published beside this package."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def installed_bundles() -> dict[str, Path]:
    """Names and folders of the bundles that installed packages bring; entries without a bundle are passed over."""
    found: dict[str, Path] = {}
    for entry in entry_points(group=GROUP):
        for place in _places(entry.module):
            folder = place / entry.name
            if (folder / "card.json").is_file():
                found.setdefault(entry.name, folder)
    return found


def installed_bundle(name: str) -> Path | None:
    """The folder of the installed bundle of that name, None where it is a path or there is none."""
    return installed_bundles().get(name) if _NAME.fullmatch(name) else None


def check_packaged(name: str) -> None:
    """Raises `BundleError` for the name of a bundle that is published as a package and not installed."""
    if name in PACKAGED:
        hint = f"In a copy of the repository: pip install ./bundles/{name}"
        raise BundleError(f"the bundle {name!r} is not installed.", hint=hint)


def _places(package: str) -> list[Path]:
    """The folders of a package that is not imported for it."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return []
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
