from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from effocr.errors import BundleError, UnknownNameError
from effocr.image.preparation import LinePreparation
from effocr.read.onnx import session
from effocr.train.export import check_parity, export_localizer, export_strip_encoder
from effocr.train.nets.encoder import StripNet, WindowNet, supervised_contrastive
from effocr.train.nets.localizer import LocalizerNet


def brute_force(embeddings: np.ndarray, texts: list[int], temperature: float) -> float:
    """The formula of the paper, anchor by anchor."""
    losses = []
    for i, text in enumerate(texts):
        others = [j for j in range(len(texts)) if j != i]
        mates = [j for j in others if texts[j] == text]
        if mates:
            whole = sum(math.exp(embeddings[i] @ embeddings[j] / temperature) for j in others)
            losses.append(
                -np.mean([math.log(math.exp(embeddings[i] @ embeddings[j] / temperature) / whole) for j in mates])
            )
    return float(np.mean(losses)) if losses else 0.0


@pytest.mark.parametrize("texts", [[0, 0, 1, 1, 2], [0, 1, 2, 3, 4], [5, 5, 5, 5, 5]])
def test_the_loss_is_the_papers_formula(texts: list[int]) -> None:
    torch.manual_seed(0)
    embeddings = torch.nn.functional.normalize(torch.randn(len(texts), 8), dim=1)
    loss = supervised_contrastive(embeddings, torch.tensor(texts), 0.1)
    assert float(loss) == pytest.approx(brute_force(embeddings.double().numpy(), texts, 0.1), abs=1e-4)


@pytest.mark.parametrize("height", [32, 40, 48])
def test_the_localizer_answers_for_every_two_columns(height: int) -> None:
    net = LocalizerNet(height, 16).eval()
    assert net(torch.zeros(2, 1, height, 64)).shape == (2, 8, 32)


def test_a_strip_may_be_alone_or_in_a_padded_batch() -> None:
    """What lies beyond the convolutions' reach of a glyph does not change its embedding."""
    torch.manual_seed(1)
    net = StripNet().eval()
    strips = torch.randn(2, 1, 32, 256)
    extents = torch.tensor([[40.0, 52.0], [60.0, 63.0], [30.0, 50.0]])
    together = net(strips, extents, torch.tensor([0, 0, 1]))
    alone = torch.cat(
        [net(strips[:1], extents[:2], torch.tensor([0, 0])), net(strips[1:], extents[2:], torch.tensor([0]))]
    )
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(3))


def test_a_timm_model_encodes_windows_and_an_unknown_one_is_answered_with_the_nearest() -> None:
    net = WindowNet("mobilenetv3_small_050", 16).eval()
    assert net(torch.zeros(3, 2, 32, 32)).shape == (3, 16)
    with pytest.raises(UnknownNameError, match="mobilenetv3_small_050"):
        WindowNet("mobilenetv3_smal_050")


def test_the_exported_encoder_takes_any_width_and_number_of_glyphs(tmp_path: Path) -> None:
    torch.manual_seed(2)
    net = StripNet().eval()
    run = session(export_strip_encoder(net, 32, tmp_path / "encoder.onnx")).run
    for width, count in ((33, 1), (500, 17), (64, 0)):
        strip = np.random.default_rng(0).standard_normal((1, 1, 32, width), np.float32)
        left = np.linspace(0, width - 5, count, dtype=np.float32)
        extents = np.stack([left, left + 5], 1)
        (got,) = run(["embeddings"], {"strip": strip, "extents": extents})
        with torch.no_grad():
            expected = net(torch.from_numpy(strip), torch.from_numpy(extents), torch.zeros(count, dtype=torch.long))
        np.testing.assert_allclose(got, expected.numpy(), atol=1e-4)


def test_the_exported_localizer_answers_like_the_net(tmp_path: Path) -> None:
    torch.manual_seed(3)
    net = LocalizerNet(40, 16).eval()
    run = session(export_localizer(net, LinePreparation(40, 8), tmp_path / "localizer.onnx")).run
    line = np.random.default_rng(0).standard_normal((1, 1, 40, 200), np.float32)
    (got,) = run(["columns"], {"line": line})
    with torch.no_grad():
        np.testing.assert_allclose(got, net(torch.from_numpy(line)).numpy(), atol=1e-3)


def test_a_net_that_answers_differently_is_refused(tmp_path: Path) -> None:
    net = nn.Linear(2, 2).eval()
    torch.onnx.export(
        net, (torch.zeros(1, 2),), str(tmp_path / "net.onnx"), input_names=["x"], output_names=["y"], dynamo=False
    )
    model = (tmp_path / "net.onnx").read_bytes()
    given = [{"x": np.ones((1, 2), np.float32)}]
    check_parity(net, model, given, "y", tmp_path / "net.onnx")
    with torch.no_grad():
        net.bias += 0.5
    with pytest.raises(BundleError, match=r"differs from the trained one by 0\.5"):
        check_parity(net, model, given, "y", tmp_path / "net.onnx")
