"""The app as a process of its own on a free port of 127.0.0.1, and how much memory it takes."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Server:
    """A running app; `started` is when its process began (`time.perf_counter`)."""

    port: int
    pid: int
    started: float

    def get(self, path: str = "/") -> bytes | None:
        """Return what `path` answers, None while nobody does."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}{path}", timeout=5) as answer:
                return answer.read()
        except OSError:
            return None

    def wait_for_page(self, seconds: float = 30) -> None:
        """Wait until `/` answers."""
        self._wait(lambda: self.get() is not None, seconds, "the server does not answer", 0.005)

    def wait_for_model(self, seconds: float = 60) -> None:
        """Wait until the model is loaded and the server has warmed up."""
        self._wait(lambda: json.loads(self.get("/health") or "{}").get("model") == "ready", seconds, "no model", 0.1)

    def _wait(self, done: Callable[[], bool], seconds: float, problem: str, pause: float) -> None:
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                raise TimeoutError(f"{problem} after {seconds:.0f} s")
            time.sleep(pause)

    def memory(self) -> "Memory":
        """Return how much memory it takes now."""
        return Memory.of(self.pid)


@dataclass(frozen=True)
class Memory:
    """A process's memory in MB: resident, its own share of it (PSS; the same where it can't be read), and the highest so far."""

    resident: float
    share: float
    peak: float

    @classmethod
    def of(cls, pid: int) -> "Memory":
        """Read it from /proc; raises `OSError` on systems that have none."""
        status = _kilobytes(Path(f"/proc/{pid}/status"))
        try:
            share = _kilobytes(Path(f"/proc/{pid}/smaps_rollup"))["Pss"]
        except OSError:
            share = status["VmRSS"]
        return cls(status["VmRSS"] / 1000, share / 1000, status["VmHWM"] / 1000)


def _kilobytes(file: Path) -> dict[str, float]:
    """Return the sizes in a /proc file, in thousands of bytes."""
    lines = (line.split() for line in file.read_text().splitlines())
    return {words[0].rstrip(":"): float(words[1]) * 1.024 for words in lines if words[-1] == "kB"}


@contextlib.contextmanager
def serve(**environment: str) -> Iterator[Server]:
    """Start the app and give it; end it, and nothing else, afterwards."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    options = {
        "server.address": HOST,
        "server.port": port,
        "server.headless": "true",
        "server.showEmailPrompt": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet, env={**os.environ, **environment})
    try:
        yield Server(port, child.pid, started)
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
