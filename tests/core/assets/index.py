"""A package index on this machine: pip's simple pages over HTTP, slow on request, counting downloads."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

import pytest


class Index:
    """Serves the packages of one folder.

    seconds: how long one download takes. cut: bytes after which the connection ends, although more were
    announced.
    """

    def __init__(self, folder: Path, *, seconds: float = 0.0, cut: int | None = None) -> None:
        self.folder, self.seconds, self.cut, self.downloads = folder, seconds, cut, 0
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.strip("/").split("/")[-1]
                path = index.folder / name
                if path.is_file():
                    index.downloads += 1
                    self.send(path.read_bytes(), "application/octet-stream", index.seconds, index.cut)
                else:
                    links = "".join(f'<a href="/files/{p.name}">{p.name}</a>' for p in index.folder.iterdir())
                    self.send(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html", 0.0, None)

            def send(self, data: bytes, kind: str, seconds: float, cut: int | None) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                step = max(len(data) // 20, 1)
                for start in range(0, len(data if cut is None else data[:cut]), step):
                    self.wfile.write(data[start : min(start + step, len(data) if cut is None else cut)])
                    time.sleep(seconds / 20)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Point pip here and nowhere else."""
        monkeypatch.delenv("PIP_NO_INDEX", raising=False)
        monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{self.server.server_port}/simple")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def __enter__(self) -> Index:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
