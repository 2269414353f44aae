"""The command `effocr`: its subcommands, and what every one of them does with errors."""

from __future__ import annotations

import errno
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from effocr import __version__
from effocr.cli import bundle, data, evaluate, index, read, serve, synth, train
from effocr.cli.learning import adapt
from effocr.cli.looking import show
from effocr.cli.terminal import console
from effocr.errors import EffocrError, OutputError

DISK_REFUSES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
MAKE_ROOM = "Make room, then run the same command again."

# rich draws no help here: loading it would take longer than all the rest.
app = typer.Typer(
    name="effocr",
    help="OCR by retrieval: find the glyphs of a line, read each as its nearest known one.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("read")(read.read)
app.command("show")(show.show)
app.command("evaluate")(evaluate.evaluate)
app.command("adapt")(adapt.adapt)
app.add_typer(bundle.app, name="bundle")
app.add_typer(data.app, name="data")
app.add_typer(index.app, name="index")
app.add_typer(synth.app, name="synth")
app.add_typer(train.app, name="train")
app.command("serve")(serve.serve)


def _show_version(wanted: bool) -> None:
    if wanted:
        console.result(f"effocr {__version__}")
        raise typer.Exit


@app.callback()
def effocr(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """OCR by retrieval: find the glyphs of a line, read each as its nearest known one."""


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave: with 0, with 2 for a wrong command line, 130 on Ctrl-C, or the code of the error."""
    warnings.filterwarnings("ignore", message="Image size")  # Pillow's, of images that are large but not too large
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: `--threads` counts the threads, and all of them
    try:
        app(args=arguments, prog_name="effocr")
    except EffocrError as error:
        console.report_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in DISK_REFUSES:
            raise
        refused = OutputError(f"{error.filename or 'the output'} cannot be written: {error.strerror}.", hint=MAKE_ROOM)
        console.report_error(refused)
        _forget_stdout()
        sys.exit(refused.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


def _forget_stdout() -> None:
    """What is left in the buffer would be written, and fail, once more at the very end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
