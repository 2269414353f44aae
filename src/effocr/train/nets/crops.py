"""Encoders of single crops: our own plain one, any timm model, any image model of Hugging Face."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from effocr.errors import MissingExtraError, RecipeError, unknown_name
from effocr.train.nets.localizer import Convolution

PLAIN_DIMENSIONS = 128
NO_HUB = "Without a network, save the weights as a file where there is one, and name it: weights = 'FILE'"


class CropNet(nn.Module):
    """Crops (N, C, size, size) -> embeddings (N, D) of length 1.

    `classes` holds one vector a text for training with cross entropy, and is None otherwise.
    """

    def __init__(self, features: nn.Module, channels: int, size: int, classes: int = 0) -> None:
        super().__init__()
        self.features = features
        with torch.no_grad():
            try:
                answer = features.eval()(torch.zeros(1, channels, size, size))
            except (RuntimeError, ValueError, AssertionError) as error:
                raise RecipeError(
                    f"encoder: this net takes no crops of {size} x {size} pixels: {error}",
                    hint="Give it the size that it was made for, often size = 224.",
                ) from error
        features.train()
        self.dimensions = int(answer.shape[1])
        self.classes = nn.Parameter(torch.randn(classes, self.dimensions)) if classes else None

    def forward(self, crops: Tensor) -> Tensor:
        return F.normalize(self.features(crops), dim=1)

    def class_vectors(self) -> Tensor:
        """Vectors (texts, D) of length 1: the text whose vector is nearest is the classifier's answer."""
        if self.classes is None:
            raise ValueError("this net was not made to classify.")
        return F.normalize(self.classes, dim=1)


class PlainFeatures(nn.Sequential):
    """A plain stack of convolutions over crops (N, inward, size, size), whose last map is read cell by cell."""

    def __init__(
        self, size: int, channels: Sequence[int] = (32, 64, 96, 128), hidden: int = 192, *, inward: int = 1
    ) -> None:
        first, second, third, last = channels
        cells = (size // 8) ** 2
        super().__init__(
            Convolution(inward, first, 2),
            Convolution(first, second, 2),
            Convolution(second, third),
            Convolution(third, last, 2),
            Convolution(last, last),
            nn.Flatten(),
            nn.Linear(last * cells, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, PLAIN_DIMENSIONS),
        )


class HuggingFaceFeatures(nn.Module):
    """(N, 3, size, size) -> (N, D): the first token of a transformer's last layer, or the mean over its places."""

    def __init__(self, model: nn.Module, size: int, pooling: Literal["cls", "mean"]) -> None:
        super().__init__()
        self.model = model
        self.pooling = pooling
        made_for = getattr(getattr(model, "config", None), "image_size", size)
        other_size = made_for not in (size, [size, size], (size, size))
        stretches = "interpolate_pos_encoding" in inspect.signature(model.forward).parameters
        self.options: dict[str, Any] = {"interpolate_pos_encoding": True} if other_size and stretches else {}

    def forward(self, crops: Tensor) -> Tensor:
        answer: Tensor = self.model(pixel_values=crops, **self.options).last_hidden_state
        if answer.ndim == 4:  # convolutional nets: (N, D, rows, columns)
            return answer.mean((2, 3))
        return answer[:, 0] if self.pooling == "cls" else answer.mean(1)


def timm_features(name: str, size: int, *, pretrained: bool) -> nn.Module:
    """The pooled features of a timm model; RecipeError where its weights cannot be had."""
    import timm

    if not timm.is_model(name):
        raise unknown_name("encoder", name, ["plain", "hf:NAME", *timm.list_models()])
    try:
        try:
            model: nn.Module = timm.create_model(name, num_classes=0, pretrained=pretrained, img_size=size)
        except TypeError:  # only nets with positions want to know the size
            model = timm.create_model(name, num_classes=0, pretrained=pretrained)
    except Exception as error:  # each way to fetch weights has its own errors
        raise _not_fetched(name, error) from error
    return model


def hugging_face_features(
    name: str, size: int, pooling: Literal["cls", "mean"], *, pretrained: bool
) -> HuggingFaceFeatures:
    """An image model by its name on the hub, or the folder it was saved to.

    Raises MissingExtraError without transformers, and RecipeError where the model cannot be had.
    """
    try:
        from transformers import AutoConfig, AutoModel
    except ImportError as error:
        raise MissingExtraError(
            f"the encoder hf:{name} needs transformers.", hint="pip install transformers"
        ) from error
    try:
        # ONNX has no operator for the fused attention that is the default.
        if pretrained:
            model = AutoModel.from_pretrained(name, attn_implementation="eager")
        else:
            config = AutoConfig.from_pretrained(name)
            if hasattr(config, "image_size"):
                config.image_size = size
            model = AutoModel.from_config(config, attn_implementation="eager")
    except Exception as error:  # each way to fetch weights has its own errors
        raise _not_fetched(f"hf:{name}", error) from error
    if not hasattr(model, "forward") or "pixel_values" not in inspect.signature(model.forward).parameters:
        raise RecipeError(f"encoder: hf:{name} looks at no pictures.", hint="For example hf:facebook/dino-vits8.")
    return HuggingFaceFeatures(model, size, pooling)


def _not_fetched(name: str, error: Exception) -> RecipeError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    hint = NO_HUB if not Path(name.removeprefix("hf:")).is_dir() else "The folder needs config.json and the weights."
    return RecipeError(f"encoder: {name} cannot be made: {reason}", hint=hint)
