"""The HTTP API: POST an image to /read and get its page as JSON; / is a page to try it on."""

from __future__ import annotations

from functools import partial

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from effocr.errors import EffocrError, ImageError
from effocr.page.serial import page_to_json
from effocr.read.reader import Reader
from effocr.serve.site import SITE

MOST_BYTES = 64 * 2**20
"""The largest image that is accepted, in bytes."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class TooLargeError(ImageError):
    """A request with more bytes than are accepted."""


def create_app(reader: Reader) -> FastAPI:
    """The application; as many images are read at a time as the reader has threads."""
    app = FastAPI(title="effocr", docs_url=None, redoc_url=None)
    limiter = anyio.CapacityLimiter(reader.threads)

    @app.post("/read")
    async def read(request: Request, vertical: bool | None = None) -> Response:
        """The page (schema effocr.page/2) on the image that is the body of the request."""
        image = await _body(request)
        page = await anyio.to_thread.run_sync(partial(reader.read_one, image, vertical=vertical), limiter=limiter)
        return Response(page_to_json(page), media_type="application/json")

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Whether this answers, and with which bundle it reads."""
        return {"status": "ok", "bundle": reader.bundle.card.title}

    @app.get("/", include_in_schema=False)
    async def site() -> HTMLResponse:
        return HTMLResponse(SITE, headers=_HEADERS)

    app.add_exception_handler(EffocrError, _answer)
    return app


async def _body(request: Request) -> bytes:
    """The body of a request, not read further than is accepted."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLargeError(f"the image has more than {MOST_BYTES:,} bytes.", hint="Scale it down, or cut it.")
    if not body:
        raise ImageError("the request has no body.", hint="curl --data-binary @line.png http://HOST:PORT/read")
    return bytes(body)


async def _answer(request: Request, error: Exception) -> Response:
    """An error of ours as JSON: the client's where the image is at fault, the server's otherwise."""
    match error:
        case TooLargeError():
            status = 413
        case ImageError():
            status = 422
        case _:
            status = 500
    content = {"error": getattr(error, "message", str(error)), "hint": getattr(error, "hint", "")}
    return JSONResponse(content, status)
