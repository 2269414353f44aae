"""A larger encoder that goes on from a smaller one, and exemplars that learn beside it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from effocr.index.glyph_index import GlyphIndex
from effocr.train.nets.encoder import StripNet
from effocr.train.nets.growing import WithExemplars, grown

SMALL, LARGE = (8, 8, 8, 16), (8, 16, 24, 32)


def seen() -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(2)
    extents = torch.tensor([[4.0, 12.0], [20.0, 29.0], [60.0, 61.0]])
    return torch.randn(2, 1, 32, 80), extents, torch.tensor([0, 1, 1])


def lived_in(net: StripNet) -> StripNet:
    """The net with normalisations that have seen something."""
    net.train()
    for _ in range(3):
        net(*seen())
    return net


def test_a_grown_net_answers_as_the_smaller_one() -> None:
    net = lived_in(StripNet(32, SMALL, 24, 12))
    larger = grown(net.eval(), 32, LARGE, 32)
    assert not larger.training and [len(layer[0].weight) for layer in larger.layers] == list(LARGE)
    torch.testing.assert_close(larger(*seen()), net(*seen()), atol=1e-5, rtol=0)
    torch.testing.assert_close(larger.train()(*seen()), net.train()(*seen()), atol=1e-4, rtol=0)


def test_the_new_channels_learn() -> None:
    net = lived_in(StripNet(32, SMALL, 24, 12))
    larger = grown(net, 32, LARGE, 32)
    before = larger.layers[-1][0].weight.clone()
    optimizer = torch.optim.SGD(larger.parameters(), 0.1)
    for _ in range(2):
        (larger(*seen())[0] @ torch.arange(12.0)).backward()
        optimizer.step()
    assert (larger.layers[-1][0].weight - before)[16:].abs().max() > 0


def test_a_net_grows_the_same_way_every_time_and_leaves_chance_alone() -> None:
    net = StripNet(32, SMALL, 24, 12)
    torch.manual_seed(1)
    first, after = grown(net, 32, LARGE, 32), torch.rand(1)
    torch.manual_seed(1)
    assert torch.rand(1) == after
    for one, other in zip(first.parameters(), grown(net, 32, LARGE, 32).parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize(("channels", "hidden"), [((8, 8, 8, 8), 24), ((4, 8, 8, 16), 24), (LARGE, 16)])
def test_no_net_grows_smaller(channels: tuple[int, ...], hidden: int) -> None:
    with pytest.raises(ValueError, match="does not grow to"):
        grown(StripNet(32, SMALL, 24, 12), 32, channels, hidden)


def index() -> GlyphIndex:
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    return GlyphIndex(vectors, ("a", "a", "b"), ("one", "two", "three"))


def test_a_text_is_as_near_as_the_nearest_of_its_exemplars() -> None:
    beside = WithExemplars(torch.nn.Identity(), index(), {"a": 0, "b": 1, "c": 2})
    asked = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.6, 0.8], [1.0, 0.0, 0.0]])
    named = beside.named(asked, torch.tensor([0, 1, 2]), 0.5)  # the last is a "c", of which there is no exemplar
    expected = (np.log(1 + np.exp(-2)) + np.log(1 + np.exp((0.6 - 0.8) / 0.5))) / 2
    assert float(named.detach()) == pytest.approx(expected, abs=1e-5)


def test_only_exemplars_that_may_move_learn() -> None:
    movable = torch.tensor([True, False, True])
    beside = WithExemplars(torch.nn.Identity(), index(), {"a": 0, "b": 1}, movable)
    asked = torch.nn.functional.normalize(torch.tensor([[0.5, 0.5, 0.6], [0.4, 0.6, 0.5]]), dim=1)
    beside.named(asked, torch.tensor([0, 1]), 0.5).backward()
    assert beside.exemplars.grad is not None
    assert (beside.exemplars.grad.abs().sum(1) > 0).tolist() == movable.tolist()
    assert set(beside.state_dict()) == {"exemplars"}
