"""Which images are meant: files as they are named, and those in folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

from effocr.errors import DataError
from effocr.image.decode import Source

IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".tif", ".tiff", ".webp", ".bmp", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm"}
)
GREY_AXES, COLOUR_AXES, CHANNELS = 2, 3, (1, 3, 4)


def image_paths(paths: Iterable[Path]) -> list[Path]:
    """The files as they are given, and in the place of each folder its images, sorted by name.

    Whether a named file exists and holds an image is found out when it is read. DataError for a folder without images.
    """
    return [image for path in paths for image in (_images_in(path) if path.is_dir() else [path])]


def each_image(images: Source | Iterable[Source]) -> Iterator[Source]:
    """The images one by one, whether one is given or many; in the place of each folder its images, sorted by name."""
    many = cast("Iterable[Source]", [images] if _is_one(images) else images)
    for image in many:
        if isinstance(image, (str, os.PathLike)) and os.path.isdir(image):
            yield from _images_in(Path(image))
        else:
            yield image


def _is_one(images: Source | Iterable[Source]) -> bool:
    if isinstance(images, np.ndarray):
        return images.ndim == GREY_AXES or (images.ndim == COLOUR_AXES and images.shape[2] in CHANNELS)
    return isinstance(images, (str, os.PathLike, bytes, bytearray, Image.Image))


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
