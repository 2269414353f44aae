"""Which images a command line names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from effocr.errors import DataError

IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".webp", ".bmp", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm"}
)


def image_paths(paths: Iterable[Path]) -> list[Path]:
    """The files as they are given, and in the place of each folder its images, sorted by name.

    Whether a named file exists and holds an image is found out when it is read. DataError for a folder without images.
    """
    return [image for path in paths for image in (_images_in(path) if path.is_dir() else [path])]


def _images_in(folder: Path) -> list[Path]:
    try:
        images = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and _is_file(path))
    except OSError as error:
        hint = f"Try: ls -ld {folder}"
        raise DataError(f"{folder} cannot be looked into: {error.strerror or error}.", hint=hint) from error
    if not images:
        known = " ".join(sorted(IMAGE_SUFFIXES))
        raise DataError(f"{folder} holds no images.", hint=f"Files with these endings count as images: {known}")
    return images


def _is_file(path: Path) -> bool:
    # A link that leads nowhere counts, so that it is reported and not passed over.
    return path.is_file() or (path.is_symlink() and not path.exists())
