"""What readers get while texts are written for them: bytes a text, and how much the pages add to the engine's own time."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

from bench.client import Reader, session
from bench.report import Claim, number
from bench.server import Server, serve

PAGE, VIEW = "gpt_sampling", "view=Text"
TOKENS, READERS, CROWD, FEW_TOKENS = 40, 20, 50, 20


def run(quick: bool) -> Iterator[Claim]:
    """Measure one reader, a crowd against the engine alone, and a larger crowd with short texts."""
    readers, tokens = (4, 10) if quick else (READERS, TOKENS)
    alone = _engine_alone(readers, tokens)
    with serve() as server:
        server.wait_for_page()
        server.wait_for_model()
        yield asyncio.run(_one(server))
        seconds, received = asyncio.run(_crowd(server, readers, tokens, 100))
        name = f"{readers} readers, {tokens} tokens each, against the engine alone"
        values = f"{number(max(seconds))} s against {number(alone)} s; {number(max(received) / 1000)} kB a reader"
        yield Claim(name, values, max(seconds) / alone, 1.3, at_least=False)
        if not quick:
            seconds, received = asyncio.run(_crowd(server, CROWD, FEW_TOKENS, 300))
            values = f"median {number(statistics.median(seconds))}, worst {number(max(seconds))} s"
            name = f"{CROWD} readers, {FEW_TOKENS} tokens each, bytes"
            yield Claim(name, values, max(received) / 1000, 100, "kB", at_least=False)


def _engine_alone(readers: int, tokens: int) -> float:
    """Return how many seconds the engine takes for so many texts when nobody looks on."""
    from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT
    from core.experiments.gpt_sampling.texts import Settings
    from core.experiments.gpt_sampling.writing import begin, model_of
    from core.pretrained.registry import load_language_model
    from core.serving.engine import Engine

    engine = Engine(lambda device: load_language_model(DEFAULT_MODEL, device=device))
    engine.ready(None)
    ids = model_of(engine).encode(DEFAULT_PROMPT)
    begin(engine, ids, Settings(tokens=5)).wait(None)
    began = time.perf_counter()
    runs = [begin(engine, ids, Settings(seed=100 + n, tokens=tokens)) for n in range(readers)]
    for one in runs:
        one.wait(None)
    seconds = time.perf_counter() - began
    engine.close()
    return seconds


async def _one(server: Server) -> Claim:
    found = []
    async with session(server.port, PAGE, f"{VIEW}&tokens={TOKENS}&seed=50") as reader:
        for seed in range(51, 54):
            before = reader.received
            await reader.set("seed", seed)
            found.append((reader.received - before) / 1000)
    values = f"{number(min(found))} to {number(max(found))} kB of {len(found)}"
    return Claim(f"bytes of a text of {TOKENS} tokens, one reader", values, max(found), 100, "kB", at_least=False)


async def _crowd(server: Server, readers: int, tokens: int, seed: int) -> tuple[list[float], list[int]]:
    """Let all readers ask for a text of their own at once; return seconds and bytes of each."""
    async with AsyncExitStack() as stack:
        link = f"{VIEW}&tokens={tokens}&seed={seed}"
        visits = [await stack.enter_async_context(session(server.port, PAGE, link)) for _ in range(readers)]
        return [*zip(*await asyncio.gather(*(_text(each, seed + 1 + n) for n, each in enumerate(visits))), strict=True)]  # type: ignore[return-value]


async def _text(reader: Reader, seed: int) -> tuple[float, int]:
    before = reader.received
    seconds = await reader.set("seed", seed)
    return seconds, reader.received - before
