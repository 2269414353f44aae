"""`effocr serve`: it answers, ends quietly with Ctrl-C, and says so where its place is taken."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from effocr.page.serial import page_from_json

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")


def answer(address: str, body: bytes | None, process: subprocess.Popen[str]) -> str:
    """What is answered as soon as something listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=10) as response:
                return response.read().decode()
        except (ConnectionError, urllib.error.URLError):
            assert process.poll() is None and time.monotonic() < deadline, "the server never listened"
            time.sleep(0.05)


def test_it_reads_what_is_posted_and_ctrl_c_ends_it_without_a_traceback(lines, bundle):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "effocr", "serve", "--bundle", str(bundle), "--port", str(port), "--threads", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        page = page_from_json(answer(f"http://127.0.0.1:{port}/read", (lines / "0.png").read_bytes(), process))
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert page.text == "Bars are read"
    assert (process.returncode, printed) == (130, "")
    assert f"http://127.0.0.1:{port}/" in said and "Traceback" not in said


def test_a_port_that_is_taken_is_said(effocr, bundle):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = effocr("serve", "--bundle", bundle, "--port", port)
    assert (outcome.code, outcome.stdout) == (1, "")
    assert f"port {port}" in outcome.stderr and "--port" in outcome.stderr and "reading at" not in outcome.stderr
