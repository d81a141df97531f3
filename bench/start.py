"""How long a fresh process takes to its first token, and the server to its first page, assets in place."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.client import session
from bench.peer import THREADS
from bench.report import Claim, number
from bench.server import ROOT, serve
from core.experiments.gpt_sampling import DEFAULT_PROMPT

FIRST_TOKEN = f"""
import sys
from core.pretrained import load_language_model
model = load_language_model(device="cpu")
step = next(model.stream(model.encode({DEFAULT_PROMPT!r}), temperature=0))
print(step.token, "transformers" in sys.modules, flush=True)
"""


def run(quick: bool) -> Iterator[Claim]:
    """Measure from the start of the process, as its parent sees it; one start before does not count (file cache)."""
    rounds = 2 if quick else 5
    _first_token()
    found = [_first_token() for _ in range(rounds)]
    yield _claim("a fresh process to its first token", [seconds for seconds, _ in found], 2.5)
    imported = any(others for _, others in found)
    yield Claim(
        "  of it, transformers", "imported" if imported else "not imported", imported, 0, "times", at_least=False
    )
    asyncio.run(_first_page())
    pages = [asyncio.run(_first_page()) for _ in range(rounds)]
    yield _claim("the server to an answer of /", [answered for answered, _ in pages], None)
    yield _claim("the server to a complete home page", [complete for _, complete in pages], 2.0)


def _claim(name: str, seconds: list[float], target: float | None) -> Claim:
    values = f"median of {len(seconds)}, {number(min(seconds))} to {number(max(seconds))} s"
    return Claim(name, values, statistics.median(seconds), target, "s", at_least=False)


def _first_token() -> tuple[float, bool]:
    """Return how long it took, and whether transformers was imported on the way."""
    environment = {**os.environ, "UNROLLED_THREADS": str(THREADS)}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", FIRST_TOKEN], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        line = child.stdout.readline()
        seconds = time.perf_counter() - began
    if not line:
        raise RuntimeError(f"the process ended with code {child.returncode}")
    return seconds, line.split()[1] == "True"


async def _first_page() -> tuple[float, float]:
    """Return how long a fresh server took to answer `/`, and until a visit had received its whole home page."""
    with serve() as server:
        server.wait_for_page()
        answered = time.perf_counter() - server.started
        async with session(server.port):
            return answered, time.perf_counter() - server.started
