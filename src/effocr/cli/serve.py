"""`effocr serve`: reading over HTTP."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from effocr.cli.terminal import console
from effocr.cli.terminal.extras import extra
from effocr.cli.terminal.reading import ThreadsOption
from effocr.errors import EffocrError
from effocr.settings import settings


def serve(
    bundle: Annotated[str | None, typer.Option(help="Name or path of a bundle.", show_default="en")] = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    threads: ThreadsOption = None,
) -> None:
    """Serve reading over HTTP.

    POST an image to /read, or open the address in a browser.
    """
    with extra("serve"):
        import uvicorn

        from effocr.serve.app import create_app
    from effocr.read.reader import Reader

    reader = Reader(bundle or settings().bundle, threads=threads or settings().threads)
    with extra("serve"):
        app = create_app(reader)
    listening = _listening(host, port)
    console.say(f"reading at http://{host}:{port}/ (Ctrl-C ends it)")
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run([listening])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; EffocrError where that is taken, or not ours."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror or error).partition(" (while")[0]  # Python repeats the address
        raise EffocrError(
            f"{host}, port {port}: nothing can be served there: {reason}.",
            hint="Choose another place with --port or --host.",
        ) from error
