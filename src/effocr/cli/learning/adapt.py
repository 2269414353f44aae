"""`effocr adapt`: a bundle and a few transcribed lines in, a bundle for that print out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from effocr.cli.terminal import console
from effocr.errors import EffocrError, extra_hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effocr.bundle.files import Bundle
    from effocr.data.lines import TextLine
    from effocr.evaluate.adapting.next_lines import NextLine
    from effocr.evaluate.adapting.run import Adapted, Tuner

MOST_SHOWN = 10


def adapt(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Transcribed lines: lines.jsonl, COCO, PAGE XML or ALTO.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the new bundle.", show_default=False)],
    start: Annotated[str, typer.Option("--from", help="Bundle to start from: name or path.")] = "en",
    fonts: Annotated[
        list[Path] | None, typer.Option(help="Folder of fonts to draw more lines with.", show_default="none")
    ] = None,
    training: Annotated[
        bool, typer.Option("--training/--no-training", help="Train the nets too, not the exemplars alone.")
    ] = True,
    rounds: Annotated[int, typer.Option(min=1, help="Most rounds of training.")] = 2,
    unlabelled: Annotated[
        Path | None,
        typer.Option(help="Folder of other lines, to say which to transcribe next.", show_default="none"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything drawn.")] = 0,
) -> None:
    """Make a bundle read a print of which a few lines are transcribed.

    Boxes are not needed. A sixth of the lines is held out; the result never reads them worse than the bundle that it
    starts from. The same command goes on after an interruption.
    """
    from effocr.bundle.files import open_bundle
    from effocr.evaluate.adapting.lines import transcribed_lines
    from effocr.evaluate.adapting.run import adapt as adapting
    from effocr.evaluate.adapting.run import write_result
    from effocr.evaluate.adapting.writing import work_folder

    bundle = open_bundle(start)
    work = out.absolute().parent / f".{out.name}.adapting"
    lines = transcribed_lines(folder, work)
    tuner = _tuner(fonts or [], lines, seed) if training else None
    place = work_folder(work, bundle, lines, (str(fonts), str(training), str(rounds), str(seed)))
    with console.progress("adapt") as progress:
        done = adapting(bundle, lines, place, tuner=tuner, rounds=rounds, progress=progress)
    written = write_result(bundle, done, out)
    if bundle.quantized().keys() - written.quantized().keys():
        quantize_again(written, lines)
    _report(done)
    if unlabelled is not None:
        _show_next(_next_of(str(written.path), unlabelled, lines))
    shutil.rmtree(work, ignore_errors=True)
    console.next_command(f"effocr evaluate DIR --bundle {out}")


def _tuner(fonts: Sequence[Path], lines: Sequence[TextLine], seed: int) -> Tuner | None:
    """What trains, or None, said so, where torch is not installed."""
    try:
        from effocr.train.adapt.tuning import NetTuner
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("effocr"):
            raise
        console.say(f"{error.name} is not installed: exemplars alone are adapted. {extra_hint('train')}")
        return None
    return NetTuner(seed=seed, fonts=tuple(fonts))


def quantize_again(bundle: Bundle, lines: Sequence[TextLine]) -> None:
    """Makes the bundle as fast as the one that it comes from, where its lines suffice for that."""
    from effocr.train.nets.quantize import quantize

    try:
        quantize(bundle, [line.image for line in lines], bundle.path)
    except EffocrError as error:
        console.say(f"the nets stay as they were trained, which is slower: {error.message}")


def _report(done: Adapted) -> None:
    """What came out, on stdout; what to look at, on stderr."""
    before, after = done.before.cer_folded, done.best.scores.cer_folded
    for stage in done.stages:
        console.say(f"{stage.name}: CER {stage.scores.cer_folded:.4f} on {stage.scores.lines} lines held out")
    if done.nets is None:
        console.result(f"nothing read better than {before:.4f}: the bundle is kept as it was")
    else:
        console.result(f"CER {before:.4f} -> {after:.4f} ({done.best.name}, {done.used} lines learned from)")
    if done.learned:
        console.say(f"new texts: {' '.join(done.learned)}")
    if done.confusions:
        shown = (f"{each.truth or '_'} -> {each.read or '_'} ({each.count})" for each in done.confusions[:MOST_SHOWN])
        console.say(f"still mistaken: {', '.join(shown)}")
    for message in done.unreadable:
        console.say(f"left out: {message}")
    for doubt in done.doubts:
        why = f"its image fits the text of {doubt.better}" if doubt.better else f"fit {doubt.score:.2f}"
        console.say(f"left out, the transcription seems wrong: {doubt.line.image} ({why})")
    for wrong in done.wrong_glyphs[:MOST_SHOWN]:
        console.say(f"doubtful: {wrong}")


def _next_of(bundle: str, unlabelled: Path, given: Sequence[TextLine]) -> list[NextLine]:
    from effocr.evaluate.adapting.lines import bare_lines
    from effocr.evaluate.adapting.next_lines import next_lines
    from effocr.read.reader import Reader

    known = {line.image.resolve() for line in given}
    others = [line for line in bare_lines(unlabelled) if line.image.resolve() not in known]
    return next_lines(Reader(bundle, threads=1, lines="none"), others, MOST_SHOWN)


def _show_next(lines: Sequence[NextLine]) -> None:
    console.say("transcribe next:")
    for each in lines:
        console.say(f"  {each.line.image}  {each.read}")
