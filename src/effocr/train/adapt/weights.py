"""Nets of bundles as torch nets again, so that they can learn more."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from effocr.bundle.files import Bundle
from effocr.errors import BundleError
from effocr.image.preparation import CropPreparation
from effocr.train.nets.encoder import StripNet
from effocr.train.nets.localizer import LocalizerNet

Net = TypeVar("Net", bound=nn.Module)
Weights = list[tuple[torch.Tensor, torch.Tensor]]
CONVOLUTIONS_ALONG = 3
HINT = "Adapt its exemplars alone: effocr adapt ... --no-training"


def localizer_net(bundle: Bundle) -> LocalizerNet:
    """The localizer of a bundle, its normalisations folded into its convolutions; BundleError for a foreign one."""
    part = bundle.card.localizer
    if part.kind != "columns":
        raise BundleError(f"{bundle.path}: a localizer of the kind {part.kind!r} cannot learn more here.", hint=HINT)
    weights = weights_of_onnx(bundle.localizer())
    channels = len(weights[4][1]) if len(weights) > CONVOLUTIONS_ALONG + 1 else 0
    net = LocalizerNet(part.preparation.height, max(channels, 1))
    fill(net, weights, f"{bundle.path}: the localizer")
    return net


def strip_net(bundle: Bundle) -> StripNet:
    """The encoder of a bundle, its normalisations folded into its convolutions; BundleError for a foreign one."""
    part = bundle.card.encoder
    if part.kind != "strips" or isinstance(part.preparation, CropPreparation):
        raise BundleError(f"{bundle.path}: an encoder of the kind {part.kind!r} cannot learn more here.", hint=HINT)
    weights = weights_of_onnx(bundle.encoder())
    channels = tuple(len(bias) for weight, bias in weights if weight.ndim > 2)
    hidden, dimensions = (len(bias) for _, bias in weights[-2:])
    net = StripNet(part.preparation.size, channels, hidden, dimensions)
    fill(net, weights, f"{bundle.path}: the encoder")
    return net


def weights_of_onnx(content: bytes) -> Weights:
    """Weight and bias of every convolution and linear layer, in the order in which they are computed."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(io.BytesIO(content)).graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    layers = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    pairs: list[tuple[Any, Any]] = []
    for node in layers:
        named = [values.get(name) for name in node.input[1:]]
        weight = named[0] if named else None
        bias = named[1] if len(named) > 1 else np.zeros(0 if weight is None else len(weight), np.float32)
        if weight is None or bias is None:
            raise BundleError("a net whose weights are computed cannot learn more.", hint=HINT)
        pairs.append((weight, bias))
    return [(torch.from_numpy(weight.copy()), torch.from_numpy(bias.copy())) for weight, bias in pairs]


def fill(net: nn.Module, weights: Weights, name: str) -> None:
    """Gives the net these weights, and takes out the normalisations, which they hold; BundleError for other shapes."""
    without_normalisation(net)
    layers = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    fits = len(layers) == len(weights) and all(
        layer.weight.shape == weight.shape for layer, (weight, _) in zip(layers, weights, strict=False)
    )
    if not fits:
        raise BundleError(f"{name} is not a net of effocr's own shape.", hint=HINT)
    for layer, (weight, bias) in zip(layers, weights, strict=True):
        layer.weight = nn.Parameter(weight)
        layer.bias = nn.Parameter(bias)


def towards(net: Net, weights: Mapping[str, torch.Tensor], part: float) -> Net:
    """`net` with weights that part of the way to others of its shape, where both began as the same."""
    net.load_state_dict({name: torch.lerp(value, weights[name], part) for name, value in net.state_dict().items()})
    return net.eval()


def without_normalisation(net: nn.Module) -> None:
    """Replaces batch normalisations by nothing, and gives the convolutions before them a bias."""
    for module in net.modules():
        for child_name, child in list(module.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, child_name, nn.Identity())
            elif isinstance(child, nn.Conv2d) and child.bias is None:
                child.bias = nn.Parameter(torch.zeros(child.out_channels))
