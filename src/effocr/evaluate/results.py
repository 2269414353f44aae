"""What was read of labelled lines, as files: predictions JSON, COCO, and rows of texts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from effocr.data.coco import relative_name
from effocr.data.writing import write_jsonl, write_text
from effocr.evaluate.run import Evaluation, Row
from effocr.formats.coco import write_coco
from effocr.page.serial import page_to_dict

SCHEMA = "effocr.predictions/1"


def write_predictions(evaluation: Evaluation, path: Path) -> Path:
    """JSON of schema `effocr.predictions/1`: of every line what it says, how it was read, and its words and glyphs."""
    rows = ",\n".join(json.dumps(_prediction(row), ensure_ascii=False) for row in evaluation.rows)
    head = f'"schema": "{SCHEMA}", "bundle": {json.dumps(evaluation.bundle, ensure_ascii=False)}'
    return write_text(path, f'{{{head}, "lines": [\n{rows}\n]}}\n')


def write_results_coco(evaluation: Evaluation, path: Path) -> Path:
    """The readings as COCO, file names relative to the file's folder; lines that could not be read are left out."""
    folder = path.absolute().parent
    pages = [
        replace(row.page, source=relative_name(row.image.absolute(), folder)) for row in evaluation.rows if row.page
    ]
    return write_text(path, write_coco(pages))


def write_texts(evaluation: Evaluation, path: Path) -> Path:
    """`image`, `text` and `predicted` of every line, one JSON object a row."""
    return write_jsonl(path, [_texts(row) for row in evaluation.rows])


def _texts(row: Row) -> dict[str, str]:
    return {"image": str(row.image), "text": row.text, "predicted": row.predicted}


def _prediction(row: Row) -> dict[str, Any]:
    lines = page_to_dict(row.page)["lines"] if row.page else []
    return {**_texts(row), "error": row.error, "words": [word for line in lines for word in line["words"]]}
