"""The formats that pages can be written in, by the names the command line knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from effocr.formats.coco import write_coco
from effocr.formats.records import write_json, write_jsonl
from effocr.formats.text import write_txt
from effocr.formats.tsv import write_tsv
from effocr.page.result import Page

FORMATS: dict[str, Callable[[Sequence[Page]], str]] = {
    "txt": write_txt,
    "json": write_json,
    "jsonl": write_jsonl,
    "tsv": write_tsv,
    "coco": write_coco,
}
