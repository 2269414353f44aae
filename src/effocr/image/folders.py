"""Which files are meant: as they are named, by patterns, in lists and in folders."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

from effocr.errors import DataError
from effocr.image.decode import Source
from effocr.image.documents import PDF_SUFFIXES, TIFF_SUFFIXES, Document, PageRange, document_at

IMAGE_SUFFIXES = TIFF_SUFFIXES | {
    *(".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm")
}
READABLE_SUFFIXES = IMAGE_SUFFIXES | PDF_SUFFIXES
GREY_AXES, COLOUR_AXES, CHANNELS = 2, 3, (1, 3, 4)
NO_LIST = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"RIFF", b"BM", b"\0\0\0\x0cjP")
"""How files of pixels begin."""


def image_paths(paths: Iterable[Path]) -> list[Path]:
    """The files as they are given, and in the place of each folder its images, sorted by name.

    Whether a named file exists and holds an image is found out when it is read. DataError for a folder without images.
    """
    return [image for path in paths for image in (_files_in(path, IMAGE_SUFFIXES) if path.is_dir() else [path])]


def documents(paths: Iterable[Path], pages: PageRange | None = None) -> list[Document]:
    """The documents that paths and patterns name, in their order; the files of each folder and pattern sorted by name.

    Files named twice are taken once. DataError for a folder without images or PDFs, and for a pattern of nothing.
    """
    files = dict.fromkeys(file for path in paths for file in _files_at(path))
    return [document_at(file, pages) for file in files]


def paths_in_list(content: bytes) -> list[Path]:
    """The paths in a list: one a row, or with zero bytes between them; empty ones are passed over. DataError."""
    if content.startswith(NO_LIST):
        hint = "find scans -name '*.tif' | effocr read -"
        raise DataError("standard input holds an image, where a list of files is read.", hint=hint)
    rows = content.split(b"\0") if b"\0" in content else content.splitlines()
    return [Path(os.fsdecode(row)) for row in rows if row.strip()]


def each_image(images: Source | Iterable[Source]) -> Iterator[Source]:
    """The images one by one, whether one is given or many.

    In the place of each folder come its images and PDFs, sorted by name, in the place of each document its pages.
    """
    many = cast("Iterable[Source]", [images] if _is_one(images) else images)
    for image in many:
        if not isinstance(image, (str, os.PathLike)):
            yield image
        elif os.path.isdir(image):
            for path in _files_in(Path(image), READABLE_SUFFIXES):
                yield from document_at(path).sources
        else:
            document = document_at(Path(image))
            yield from document.sources if document.numbers else [image]


def _is_one(images: Source | Iterable[Source]) -> bool:
    if isinstance(images, np.ndarray):
        return images.ndim == GREY_AXES or (images.ndim == COLOUR_AXES and images.shape[2] in CHANNELS)
    return not isinstance(images, Iterable) or isinstance(images, (str, bytes, bytearray, Image.Image))


def _files_at(path: Path) -> list[Path]:
    if path.is_dir():
        return _files_in(path, READABLE_SUFFIXES)
    if not glob.has_magic(str(path)) or os.path.lexists(path):
        return [path]
    found = sorted(file for file in map(Path, glob.glob(str(path), recursive=True)) if _is_file(file))
    if not found:
        raise DataError(f"{path}: no file has such a name.", hint=f"Try: ls {path.parent}")
    return found


def _files_in(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and _is_file(path))
    except OSError as error:
        hint = f"Try: ls -ld {folder}"
        raise DataError(f"{folder} cannot be looked into: {error.strerror or error}.", hint=hint) from error
    if not files:
        known = " ".join(sorted(suffixes))
        raise DataError(f"{folder} holds no images.", hint=f"Files with these endings count as images: {known}")
    return files


def _is_file(path: Path) -> bool:
    # A link that leads nowhere counts, so that it is reported and not passed over.
    return path.is_file() or (path.is_symlink() and not path.exists())
