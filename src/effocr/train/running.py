"""One training: Lightning does loop, checkpoints, devices, precision, logs; the same command goes on after a stop."""

from __future__ import annotations

import atexit
import io
import logging
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch
from lightning_fabric.utilities.exceptions import MisconfigurationException
from pytorch_lightning.callbacks import Callback, ModelCheckpoint
from pytorch_lightning.loggers import CSVLogger, Logger, TensorBoardLogger, WandbLogger
from pytorch_lightning.plugins.io import TorchCheckpointIO
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

from effocr.data.writing import write_bytes
from effocr.errors import MissingExtraError, OutputError, RecipeError
from effocr.train.recipes import Running

Progress = Callable[[int, int, dict[str, float]], None]
"""Called with (steps done, steps in all, latest figures)."""

LAST = "last.ckpt"
REPORT_EVERY = 20


class Trained(lightning.LightningModule):
    """A net with AdamW and a one-cycle schedule; subclasses say what a batch's loss is and how it is validated."""

    def __init__(self, net: nn.Module, running: Running) -> None:
        super().__init__()
        self.net = net
        self.running = running
        self.held_out: list[Any] = []
        """What is validated on; `validation_step` gets numbers of items, for Lightning refuses frozen dataclasses."""

    def loss(self, batch: Any) -> dict[str, Tensor]:
        """Losses by name; `total` is minimised."""
        raise NotImplementedError

    def training_step(self, batch: Any, _: int) -> Tensor:
        losses = self.loss(batch)
        self.log_dict({f"train/{name}": value.detach() for name, value in losses.items()}, on_step=True)
        return losses["total"]

    def configure_optimizers(self) -> Any:
        decayed = [p for p in self.net.parameters() if p.ndim > 1]
        rest = [p for p in self.net.parameters() if p.ndim <= 1]
        optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": self.running.weight_decay}, {"params": rest, "weight_decay": 0.0}],
            lr=self.running.learning_rate,
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, self.running.learning_rate, total_steps=self.running.steps + 1, pct_start=0.08
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes the schedule from the recipe, which may ask for more steps than it did before the stop."""
        for schedule in checkpoint["lr_schedulers"]:
            for name in ("total_steps", "_schedule_phases"):
                schedule.pop(name, None)


class Reporting(Callback):
    """Hands the figures of the training to a progress function."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self._progress, self._steps = progress, steps

    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        if trainer.global_step % REPORT_EVERY == 0 or trainer.global_step == self._steps:
            figures = {name: float(value) for name, value in trainer.callback_metrics.items()}
            self._progress(trainer.global_step, self._steps, figures)


class WholeCheckpoints(TorchCheckpointIO):
    """Checkpoints that are there whole or not at all; Lightning itself may copy them from another disk when done."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        buffer = io.BytesIO()
        torch.save(checkpoint, buffer)
        write_bytes(Path(path), buffer.getvalue())


def fit(module: Trained, batches: Callable[[int], IterableDataset[Any]], folder: Path, progress: Progress) -> None:
    """Trains `module` to the end of its recipe; `batches(step)` is the stream from a step on, `folder` keeps the run.

    A run that was stopped, by whatever means, goes on from its last checkpoint.
    """
    quieten()
    running = module.running
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the run {folder} cannot be kept: {error.strerror or error}.", hint="Choose another folder with --out."
        ) from error
    for part in folder.glob(".*.part"):  # what a killed run was writing
        part.unlink()
    torch.set_num_threads(running.threads)
    last = folder / LAST
    step = steps_done(last)
    if step:
        load_weights(module.net, last)
    if step >= running.steps:
        return
    trainer = _trainer(running, folder, step, progress)
    loader = loading(batches(step), running.workers)
    held_out: DataLoader[int] = DataLoader(range(len(module.held_out)), batch_size=None)  # type: ignore[arg-type]
    lightning.seed_everything(running.seed + step, verbose=False)
    with _interruptible(trainer), _closing(trainer.logger):
        trainer.fit(module, loader, held_out, ckpt_path=str(last) if step else None, weights_only=False)
    trainer.save_checkpoint(last)


def loading(batches: Dataset[Any], workers: int) -> DataLoader[Any]:
    """Loads batches that so many processes make; 0 is this one."""
    return DataLoader(
        batches,
        batch_size=None,
        num_workers=workers,
        multiprocessing_context="spawn" if workers else None,  # the only way that works on every system
        persistent_workers=workers > 0,
        prefetch_factor=8 if workers else None,
        worker_init_fn=_leave_at_once,
    )


def _leave_at_once(_: int) -> None:
    """Has a worker end before its interpreter is taken down.

    A batch that is on its way then, in a thread of its own inside torch, would have it aborted, and the run with it.
    """
    atexit.register(os._exit, 0)


def _trainer(running: Running, folder: Path, step: int, progress: Progress) -> lightning.Trainer:
    """Lightning's loop as a recipe wants it; RecipeError for devices and precisions that there are not."""
    keep = ModelCheckpoint(
        folder,
        filename="last",
        every_n_train_steps=min(running.validate_every, running.steps),
        enable_version_counter=False,
    )
    try:
        return lightning.Trainer(
            max_steps=running.steps,
            accelerator=running.accelerator,
            devices=1,
            precision=precision_of(running),  # type: ignore[arg-type]
            gradient_clip_val=5.0,
            val_check_interval=running.validate_every,
            check_val_every_n_epoch=None,
            num_sanity_val_steps=0,
            logger=logger(running, folder, step),
            plugins=[WholeCheckpoints()],
            log_every_n_steps=50,
            callbacks=[keep, Reporting(progress, running.steps)],
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=folder,
        )
    except (ValueError, MisconfigurationException) as error:
        settings = f"accelerator {running.accelerator!r}, precision {running.precision!r}"
        raise RecipeError(f"running: {settings}: {error}", hint='For example: accelerator = "cpu".') from error


def precision_of(running: Running) -> str:
    """The precision of a training as Lightning names it; `auto` is bfloat16 where the device multiplies it fast.

    On processors with such instructions a batch of an encoder takes about half the time.
    """
    if running.precision != "auto":
        return running.precision
    if running.accelerator != "cpu" and torch.cuda.is_available():
        fast = torch.cuda.get_device_capability() >= (8, 0)
    else:
        able: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # not in every torch
        fast = bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return "bf16-mixed" if fast else "32-true"


@contextmanager
def _interruptible(trainer: lightning.Trainer) -> Iterator[None]:
    """Ctrl-C inside raises KeyboardInterrupt, where Lightning would end the program and be deaf to a second one."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit:
        if not trainer.interrupted:
            raise
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from None


def quieten() -> None:
    """Lightning's tips and warnings are not for those who run a recipe."""
    warnings.filterwarnings("ignore", module="pytorch_lightning|torch|lightning_fabric")
    for name in ("pytorch_lightning", "lightning_fabric", "lightning.pytorch"):
        logging.getLogger(name).setLevel(logging.ERROR)


def logger(running: Running, folder: Path, step: int) -> Logger:
    """The logger of that name; each kind writes into the run's folder, a run that goes on at `step` beside its past.

    MissingExtraError where its library is not installed.
    """
    version = f"logs-{step}" if step else "logs"
    try:
        match running.logger:
            case "csv":
                return CSVLogger(folder, name="", version=version)
            case "tensorboard":
                return TensorBoardLogger(folder, name="", version=version)
            case "wandb":
                os.environ.setdefault("WANDB_CACHE_DIR", str(folder / "wandb"))  # else logs of its own go home
                return WandbLogger(project="effocr", name=f"{folder.parent.name}/{folder.name}", save_dir=folder)
    except ModuleNotFoundError as error:
        name = running.logger
        raise MissingExtraError(
            f"the logger {name!r} needs the package {name}, which is not installed.", hint=f"pip install {name}"
        ) from error


@contextmanager
def _closing(used: Logger | None) -> Iterator[None]:
    """Ends W&B's run with the training: the next one of this process would write into it."""
    try:
        yield
    finally:
        if isinstance(used, WandbLogger):
            import_module("wandb").finish()


def steps_done(checkpoint: Path) -> int:
    """Steps behind a checkpoint, 0 where there is none. RecipeError for a file that is no checkpoint."""
    return int(_read(checkpoint).get("global_step", 0)) if checkpoint.exists() else 0


def load_weights(net: nn.Module, checkpoint: Path) -> None:
    """The weights of a run's checkpoint into `net`; RecipeError where they do not fit."""
    if not checkpoint.exists():
        raise RecipeError(f"{checkpoint}: no such checkpoint.", hint="A run keeps its weights in last.ckpt.")
    weights = {
        name.removeprefix("net."): value
        for name, value in _read(checkpoint)["state_dict"].items()
        if name.startswith("net.")
    }
    try:
        net.load_state_dict(weights)
    except RuntimeError as error:
        raise RecipeError(
            f"{checkpoint}: its weights are of another net: {error}", hint="Use the settings of that run."
        ) from error


def _read(checkpoint: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=False)
    except Exception as error:
        raise RecipeError(f"{checkpoint}: not a checkpoint ({error}).", hint="Delete it to begin anew.") from error
    return content
