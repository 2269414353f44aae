"""The command line as a whole: exit codes, where errors go, and what happens on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import effocr as library
from effocr import errors
from effocr.cli import main

COMMANDS = {"read", "evaluate", "serve", "bundle", "data", "synth", "train"}


def all_errors() -> list[type[errors.EffocrError]]:
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in classes if issubclass(kind, errors.EffocrError)]


def test_help_names_every_command(effocr):
    outcome = effocr("--help")
    assert outcome.code == 0
    assert {row.split()[0] for row in outcome.stdout.partition("Commands:")[2].splitlines() if row.strip()} >= COMMANDS


def test_version_is_that_of_the_package(effocr):
    assert effocr("--version").stdout == f"effocr {library.__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["raed"], ["read"], ["read", "--thread", "x.png"], ["bundle", "open"]], ids=" ".join
)
def test_a_wrong_command_line_ends_with_2_and_nothing_on_stdout(effocr, arguments):
    outcome = effocr(*arguments)
    assert (outcome.code, outcome.stdout) == (2, "")


def test_a_misspelt_command_is_answered_with_the_nearest(effocr):
    assert "'read'" in effocr("raed").stderr


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_ends_with_its_code_and_says_its_hint(effocr, monkeypatch, kind):
    def failing(**_: object) -> None:
        raise kind("it went wrong", hint="try this")

    monkeypatch.setattr(main, "app", failing)
    outcome = effocr()
    assert (outcome.code, outcome.stdout) == (kind.exit_code, "")
    assert outcome.stderr == "error: it went wrong\nhint: try this\n"


def test_every_kind_of_error_has_a_code_of_its_own():
    codes = [kind.exit_code for kind in all_errors()]
    assert len(set(codes)) == len(codes)
    assert set(codes) & {0, 130} == set()


def test_ctrl_c_ends_with_130_and_leaves_no_half_written_output(lines, bundle, tmp_path):
    started, out = tmp_path / "started", tmp_path / "out.txt"
    script = (
        "import pathlib, time\nfrom effocr.cli.main import run\nimport effocr.read.pages.sources as sources\n"
        f"def slow(source, **_):\n    pathlib.Path({str(started)!r}).touch()\n    time.sleep(60)\n"
        "sources.scan_of = slow\n"
        f"run(['read', {str(lines)!r}, '--bundle', {str(bundle)!r}, '--threads', '1', '-o', {str(out)!r}])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    waited_for(started, process)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert not out.exists()


def waited_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert process.poll() is None and time.monotonic() < deadline, "the command never began to read"
        time.sleep(0.02)


def test_python_m_effocr_is_the_same_command(lines, bundle):
    command = [sys.executable, "-m", "effocr", "read", str(lines / "0.png"), "--bundle", str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "80"})
    assert (done.returncode, done.stdout) == (0, "Bars are read\n")


def test_a_closed_pipe_does_not_end_in_a_traceback(lines, bundle):
    command = f"'{sys.executable}' -m effocr read '{lines}' --bundle '{bundle}' | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
