from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from effocr.errors import EffocrError, MissingExtraError, RecipeError, UnknownNameError
from effocr.image.preparation import CropPreparation
from effocr.read.onnx import session
from effocr.train.crops.run import new_net
from effocr.train.crops.training import CropTraining, Measurer
from effocr.train.export import export_crop_encoder
from effocr.train.nets.crops import CropNet, PlainFeatures, hugging_face_features, timm_features
from effocr.train.nets.weights import load_file, weights_in, write_weights

from .conftest import recipe_of

SMALL = "mobilenetv3_small_050"


def plain(classes: int = 0) -> CropNet:
    return CropNet(PlainFeatures(16), 1, 16, classes).eval()


def same(one: torch.nn.Module, other: torch.nn.Module, channels: int = 1, size: int = 16) -> bool:
    crops = torch.randn(3, channels, size, size)
    with torch.no_grad():
        return torch.allclose(one.eval()(crops), other.eval()(crops), atol=1e-6)


@pytest.mark.parametrize("size", [16, 24, 32, 48])
def test_our_net_gives_embeddings_of_length_one_at_any_size(size: int) -> None:
    net = CropNet(PlainFeatures(size), 1, size).eval()
    out = net(torch.randn(5, 1, size, size))
    assert out.shape == (5, net.dimensions)
    torch.testing.assert_close(out.norm(dim=1), torch.ones(5))


def test_the_exported_encoder_takes_any_number_of_crops(tmp_path: Path) -> None:
    net, preparation = plain(), CropPreparation(16, 1, means=(0.5,), deviations=(0.25,))
    run = session(export_crop_encoder(net, preparation, tmp_path / "encoder.onnx")).run
    for count in (1, 2, 70):
        crops = np.random.default_rng(count).standard_normal((count, 1, 16, 16), np.float32)
        with torch.no_grad():
            np.testing.assert_allclose(run(["embs"], {"imgs": crops})[0], net(torch.from_numpy(crops)), atol=1e-5)


def test_unknown_encoders_are_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=SMALL):
        timm_features("mobilenetv3_smal_050", 32, pretrained=False)


def test_a_hub_that_cannot_be_reached_says_how_to_give_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import timm

    def unreachable(*_: object, **__: object) -> torch.nn.Module:
        raise ConnectionError("no route to huggingface.co")

    monkeypatch.setattr(timm, "create_model", unreachable)
    with pytest.raises(RecipeError, match="no route") as caught:
        timm_features(SMALL, 32, pretrained=True)
    assert "weights = 'FILE'" in caught.value.hint


def test_hugging_face_encoders_need_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtraError) as caught:
        hugging_face_features("google/vit-base-patch16-224", 32, "cls", pretrained=False)
    assert caught.value.hint == "pip install transformers"


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_a_hugging_face_encoder_is_made_of_a_folder_and_exported(pooling: str, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    settings = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.ViTConfig(**settings, image_size=32, patch_size=8)
    torch.manual_seed(0)
    original = transformers.ViTModel(config).eval()
    original.save_pretrained(tmp_path / "vit")
    features = hugging_face_features(str(tmp_path / "vit"), 32, pooling, pretrained=True)  # type: ignore[arg-type]
    crops = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        answer = original(pixel_values=crops).last_hidden_state
        wanted = answer[:, 0] if pooling == "cls" else answer.mean(1)
        torch.testing.assert_close(features.eval()(crops), wanted, atol=1e-5, rtol=1e-4)
    export_crop_encoder(CropNet(features, 3, 32), CropPreparation(32), tmp_path / "encoder.onnx")
    with pytest.raises(RecipeError, match="cannot be made"):
        hugging_face_features(str(tmp_path), 32, "cls", pretrained=True)


def test_weights_come_back_and_class_vectors_of_another_charset_are_left_out(tmp_path: Path) -> None:
    net, other, fewer = plain(7), plain(7), plain(3)
    path = write_weights(net, tmp_path / "best.pt")
    assert not same(net, other)
    load_file(other, other.features, path)
    assert same(net, other) and torch.equal(net.class_vectors(), other.class_vectors())
    kept = fewer.class_vectors()
    load_file(fewer, fewer.features, path)
    assert same(net, fewer) and torch.equal(fewer.class_vectors(), kept)


@pytest.mark.parametrize("prefix", ["", "net.", "module.net."])
def test_state_dicts_of_the_originals_and_of_timm_are_read(prefix: str, tmp_path: Path) -> None:
    """`enc_best.pth` names every weight `net.`; what was trained on several devices says `module.` before that."""
    features = timm_features(SMALL, 32, pretrained=False)
    state = {f"{prefix}{name}": value for name, value in features.state_dict().items()}
    state[f"{prefix}classifier.weight"] = torch.zeros(1000, 1024)
    torch.save(state, tmp_path / "enc_best.pth")
    net = CropNet(timm_features(SMALL, 32, pretrained=False), 3, 32)
    load_file(net, net.features, tmp_path / "enc_best.pth")
    assert same(net.features, features, 3, 32)


def test_weights_in_safetensors_are_read(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    net, other = plain(), plain()
    save_file(net.features.state_dict(), tmp_path / "net.safetensors")
    load_file(other, other.features, tmp_path / "net.safetensors")
    assert same(net, other)


class Payload:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('code of a weights file was run')",))


def test_a_weights_file_cannot_run_code(tmp_path: Path) -> None:
    torch.save({"net.weight": Payload()}, tmp_path / "bad.pth")
    with pytest.raises(RecipeError, match=r"bad\.pth"):
        weights_in(tmp_path / "bad.pth")


@pytest.mark.parametrize("content", [{"other.weight": torch.zeros(2)}, {}, [1, 2], {"features.0.0.weight": 3}])
def test_a_file_of_another_net_is_refused_and_changes_nothing(content: object, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "other.pth")
    net = plain()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with pytest.raises(EffocrError, match=r"other\.pth"):
        load_file(net, net.features, tmp_path / "other.pth")
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_a_checkpoint_of_a_run_is_read_as_weights(folders: list[Path], tmp_path: Path) -> None:
    from effocr.train.crops.run import train_crops

    recipe = recipe_of(folders, hard_negatives="none", test=False, running={"epochs": 1})
    train_crops(recipe, tmp_path, lambda *_: None)
    given = recipe.model_copy(
        update={"encoder": recipe.encoder.model_copy(update={"weights": tmp_path / "first" / "last.ckpt"})}
    )
    net, untrained = new_net(given, 6), new_net(recipe, 6)
    best = new_net(recipe, 6)
    load_file(best, best.features, tmp_path / "first" / "best.pt")
    assert not same(net, untrained)
    assert weights_in(tmp_path / "first" / "last.ckpt").keys() == weights_in(tmp_path / "first" / "best.pt").keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", [SMALL, "convnext_tiny", "xcit_small_12_p8_224"])
def test_the_papers_encoders_train_a_step_and_are_exported(name: str, folders: list[Path], tmp_path: Path) -> None:
    size = 32 if name == SMALL else 224
    recipe = recipe_of(folders, encoder={"name": name, "size": size}, sampling={"batch": 8, "per_text": 2})
    from effocr.train.crops.material import crop_material

    net = new_net(recipe, 6)
    measurer = Measurer(recipe, crop_material(recipe.material))
    first, _ = recipe.runs(1)
    training = CropTraining(net, first.model_copy(update={"learning_rate": 1e-3}), measurer, tmp_path, 1)
    optimizer = training.configure_optimizers()["optimizer"]
    crops = measurer.prepare(measurer.material.train[:8], Random(0))
    texts = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
    before = [value.detach().clone() for value in net.parameters()]
    training.loss((crops, texts))["total"].backward()
    optimizer.step()
    assert any(not torch.equal(old, new) for old, new in zip(before, net.parameters(), strict=True))
    export_crop_encoder(net, recipe.preparation, tmp_path / "encoder.onnx")
