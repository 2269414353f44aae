"""In which precision a training runs, and how its workers end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from effocr.image.preparation import StripPreparation
from effocr.train.nets.encoder import StripNet
from effocr.train.recipes import Running
from effocr.train.recognizer import RecognizerTraining
from effocr.train.running import precision_of
from effocr.train.strips import PrepareStrip


def asked(precision: str, accelerator: str = "cpu") -> str:
    return precision_of(Running.model_validate({"precision": precision, "accelerator": accelerator}))


def test_a_precision_that_is_named_is_taken() -> None:
    assert asked("32-true") == "32-true"
    assert asked("16-mixed", "gpu") == "16-mixed"
    assert precision_of(Running()) == "32-true"


@pytest.mark.parametrize(
    ("able", "expected"),
    [({"avx512_bf16": True}, "bf16-mixed"), ({"amx_bf16": True}, "bf16-mixed"), ({"avx512_bf16": False}, "32-true")],
)
def test_auto_is_bfloat16_where_the_processor_has_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, able: dict[str, Any], expected: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    assert asked("auto") == expected


def test_auto_is_single_where_torch_does_not_know_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert asked("auto") == "32-true"


@pytest.mark.parametrize(("compute", "expected"), [((7, 5), "32-true"), ((9, 0), "bf16-mixed")])
def test_auto_asks_the_gpu_that_is_used(
    monkeypatch: pytest.MonkeyPatch, compute: tuple[int, int], expected: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: compute)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {}, raising=False)
    assert asked("auto", "auto") == expected
    assert asked("auto", "cpu") == "32-true"


def test_losses_are_weighed_in_single_precision_whatever_the_net_runs_in() -> None:
    net = StripNet(32, (8, 8, 8, 16), 24, 12)
    training = RecognizerTraining(net, Running(), 0.1, PrepareStrip(StripPreparation(32), {"a": 0, "b": 1}, 640))
    extents = torch.tensor([[4.0, 12.0], [20.0, 29.0], [60.0, 64.0]])
    batch = (torch.randn(1, 1, 32, 80), extents, torch.zeros(3, dtype=torch.long), torch.tensor([0, 1, 0]))
    with torch.autocast("cpu", torch.bfloat16):
        assert net(*batch[:3]).dtype == torch.bfloat16
        assert training.loss(batch)["total"].dtype == torch.float32


ENDLESS = """
import torch
from torch.utils.data import IterableDataset
from effocr.train.running import loading

class Endless(IterableDataset):
    def __iter__(self):
        while True:  # batches that take no time: one is always on its way
            yield [torch.zeros(200, 200) for _ in range(30)]

if __name__ == "__main__":
    stream = iter(loading(Endless(), 2))
    for _ in range(5):
        next(stream)
    stream._shutdown_workers()
    print([worker.exitcode for worker in stream._workers])
"""


def test_workers_that_are_still_sending_end_in_peace(tmp_path: Path) -> None:
    script = tmp_path / "endless.py"  # a program of its own: what workers are sent, they import
    script.write_text(ENDLESS, encoding="utf-8")
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert ended.stdout.strip() == "[0, 0]", ended.stderr
