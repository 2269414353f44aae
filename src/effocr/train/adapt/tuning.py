"""The tuner of `effocr adapt`: both nets of a bundle, trained further on aligned lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from effocr.bundle.files import Bundle
from effocr.evaluate.adapting.marks import grafted
from effocr.evaluate.adapting.run import Lesson, Progress
from effocr.evaluate.adapting.titles import titles
from effocr.evaluate.adapting.writing import Nets
from effocr.image.preparation import CropPreparation
from effocr.train.adapt.drawing import drawn_lines
from effocr.train.adapt.encoder import tune_encoder
from effocr.train.adapt.localizer import tune_localizer
from effocr.train.adapt.variation import VariedMaterial
from effocr.train.adapt.weights import localizer_net, strip_net, towards
from effocr.train.export import export_localizer, export_strip_encoder
from effocr.train.recipes import Running

BATCH = 12
TITLES, TITLE_WEIGHT = 60, 0.15
GRAFTED, GRAFTED_WEIGHT = 240, 1.0
"""Lines whose letters have marks of others, and how often they come up against real ones."""
DRAWN_WEIGHT = 0.5
"""How often drawn lines come up, against real ones."""


@dataclass(frozen=True)
class NetTuner:
    """Trains for a number of batches a round."""

    encoder_steps: int = 450
    localizer_steps: int = 500
    encoder_rate: float = 1e-3
    localizer_rate: float = 1e-3
    seed: int = 0
    fonts: tuple[Path, ...] = ()

    def tuned(self, bundle: Bundle, lesson: Lesson, work: Path, progress: Progress) -> Nets:
        """The nets after a lesson; one that needs none stays as it is."""
        lines = tuple(line for line in lesson.lines if len(line.boxes))
        made = titles(lines, TITLES, self.seed + lesson.number)
        material = VariedMaterial((lines, made), (1.0, TITLE_WEIGHT)) if made else VariedMaterial((lines,), (1.0,))
        card = bundle.card
        localizer = bundle.localizer()
        if lesson.localizer:
            finder = localizer_net(lesson.start)
            running = self._running(self.localizer_steps, self.localizer_rate, lesson.number)
            tune_localizer(finder, card.localizer.preparation, material, running, work / "localizer", progress)
            path = export_localizer(finder, card.localizer.preparation, work / "localizer.onnx")
            localizer = path.read_bytes()
        net = strip_net(lesson.start)
        made = grafted(lines, lesson.index.texts, GRAFTED, self.seed + lesson.number)
        if made:
            material = VariedMaterial((*material.sets, made), (*material.weights, GRAFTED_WEIGHT))
        if self.fonts:
            drawn = drawn_lines(self.fonts, lesson, net, card, work, self.seed + lesson.number)
            material = VariedMaterial((*material.sets, drawn), (*material.weights, DRAWN_WEIGHT))
        window = card.encoder.preparation
        if isinstance(window, CropPreparation):
            return Nets(localizer, bundle.encoder())
        running = self._running(self.encoder_steps, self.encoder_rate, lesson.number)
        tune_encoder(net, window, lesson.index, material, running, work / "encoder", progress)
        return Nets(localizer, export_strip_encoder(net, window.size, work / "encoder.onnx").read_bytes())

    def between(self, one: Bundle, other: Bundle, work: Path) -> Nets:
        """The nets half the way from those of one bundle to those of another; nets of other kinds are the first's."""
        work.mkdir(parents=True, exist_ok=True)
        localizer, encoder = one.localizer(), one.encoder()
        if localizer != other.localizer():
            finder = towards(localizer_net(one), localizer_net(other).state_dict(), 0.5)
            path = export_localizer(finder, one.card.localizer.preparation, work / "localizer.onnx")
            localizer = path.read_bytes()
        window = one.card.encoder.preparation
        if encoder != other.encoder() and not isinstance(window, CropPreparation):
            net = towards(strip_net(one), strip_net(other).state_dict(), 0.5)
            encoder = export_strip_encoder(net, window.size, work / "encoder.onnx").read_bytes()
        return Nets(localizer, encoder)

    def _running(self, steps: int, rate: float, number: int) -> Running:
        return Running(
            steps=steps,
            batch=BATCH,
            learning_rate=rate,
            weight_decay=1e-3,
            seed=self.seed + 100 * number,
            workers=0,
            accelerator="cpu",
            validate_every=max(1, min(100, steps)),
        )
