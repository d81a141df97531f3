"""What Streamlit's server leaves to a proxy: its scripts compressed, the chart's among them sent for at once.

`st.App(..., middleware=[Middleware(Delivery)])`. Each file is compressed once, when it is first asked for, and kept: all
that a page asks for takes 2 MB. Nothing here is needed for the app to work.
"""

import asyncio
import functools
import gzip
import re
from pathlib import Path

import streamlit
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(streamlit.__file__).parent / "static"
_KINDS = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8"}
# The font of Streamlit's own theme, which is fetched although ours has another.
_UNUSED = re.compile(rb'<link\s+rel="preload"\s[^>]*SourceSans[^>]*>')
# Without it Streamlit asks at each part of the page's own address for its server, and gets a 404 for all but the last.
_SERVER = '<script>window.__streamlit = { BACKEND_BASE_URL: new URL("/", location.href).href };</script>'


@functools.lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    """Return the files that shrink, by their address: nothing else is ever opened, or kept."""
    return {f"/{file.relative_to(STATIC).as_posix()}": file for kind in _KINDS for file in STATIC.rglob(f"*{kind}")}


@functools.lru_cache(maxsize=512)
def _compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 6, mtime=0)


@functools.lru_cache(maxsize=1)
def _head() -> bytes:
    """Return what is put into the head of each page."""
    charts = sorted((STATIC / "static" / "js").glob("PlotlyChart.*.js"))
    preload = [f'<link rel="modulepreload" crossorigin href="/static/js/{chart.name}">' for chart in charts]
    return "".join([_SERVER, *preload, "</head>"]).encode()


def prepare() -> None:
    """Compress the largest of them, the chart library, before the first visit asks for it."""
    for file in sorted((STATIC / "static" / "js").glob("PlotlyChart.*.js")):
        _compressed(file)


class Delivery:
    """Answers for Streamlit's scripts and style sheets, and adds two lines to its page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        headers = dict(scope.get("headers", ())) if scope["type"] == "http" and scope["method"] == "GET" else {}
        path: str = scope.get("path", "")
        file = _files().get(path)
        if file is not None and b"gzip" in headers.get(b"accept-encoding", b"") and b"range" not in headers:
            await _answer(send, await asyncio.to_thread(_compressed, file), _KINDS[file.suffix])
            return
        if headers.get(b"sec-fetch-dest") == b"document" or b"text/html" in headers.get(b"accept", b""):
            await self._page(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in _ASKED]}
        start: Message = {}
        body = b""

        async def catch(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            kept = [pair for pair in start["headers"] if pair[0] not in _ANSWERED]
            if dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html"):
                body = _UNUSED.sub(b"", body.replace(b"</head>", _head(), 1))
            length = (b"content-length", str(len(body)).encode())
            await send({**start, "headers": [*kept, length]})
            await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, catch)


_ASKED = (b"accept-encoding", b"if-none-match", b"if-modified-since")
_ANSWERED = (b"content-length", b"etag", b"last-modified")


async def _answer(send: Send, body: bytes, kind: bytes) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-encoding", b"gzip"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"public, immutable, max-age=31536000"),
        (b"vary", b"accept-encoding"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
