"""Training a localizer further on a few lines: where their glyphs begin and end, and which follow a space."""

from __future__ import annotations

from pathlib import Path

from effocr.image.preparation import LinePreparation
from effocr.train.adapt.weights import towards
from effocr.train.localizer import LocalizerTraining, PrepareLine, collate, item_width
from effocr.train.material import Batches, Mixture, RealMaterial
from effocr.train.nets.localizer import LocalizerNet
from effocr.train.recipes import Running
from effocr.train.running import LAST, Progress, fit, load_weights

WIDEST = 480
KEPT = 0.5
"""How much of its weights the net keeps: on the way to what few lines teach it forgets least of what they lack."""


class LocalizerTuning(LocalizerTraining):
    """As any training of a localizer; lines held out are read, with the whole reader, when it is done."""

    def validation_step(self, number: int, _: int) -> None:
        """Nothing."""


def tune_localizer(
    net: LocalizerNet,
    preparation: LinePreparation,
    material: RealMaterial,
    running: Running,
    folder: Path,
    progress: Progress,
) -> None:
    """Trains `net` in place on lines with boxes; an interrupted training in `folder` goes on.

    It ends between the weights that it began with and those that it learned (after arXiv:2109.01903).
    """
    before = {name: value.clone() for name, value in net.state_dict().items()}
    module = LocalizerTuning(net, running, preparation)
    module.held_out = [0]
    prepare = PrepareLine(preparation, WIDEST)
    mixture = Mixture(None, material, 1.0)

    def batches(step: int) -> Batches:
        return Batches(mixture, running.seed + step, running.batch, prepare, collate, item_width)

    fit(module, batches, folder, progress)
    load_weights(net, folder / LAST)
    towards(net.cpu(), before, KEPT)
