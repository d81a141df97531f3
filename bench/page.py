"""How long a moved slider takes on a lesson's page, for one reader and for fifty, with nothing to generate anew."""

import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

from bench.client import Reader, session
from bench.report import Claim, number, percentile
from bench.server import Server, serve

PAGE = "gpt_sampling"
NEXT, TEXT = 0, 1  # the picture of the next token's chances, and the text step by step: options of the control "view"
MOVES, READERS, SECONDS = 100, 50, 20
TEMPERATURES = [round(0.5 + 0.05 * i, 2) for i in range(30)]
WRITTEN = TEMPERATURES[::10]  # those whose texts are written before the clock runs, so that they are at hand


def run(quick: bool) -> Iterator[Claim]:
    """Measure from sending the new state of the controls to receiving the end of the rerun."""
    with serve() as server:
        server.wait_for_page()
        server.wait_for_model()
        yield from asyncio.run(_measure(server, quick))


async def _measure(server: Server, quick: bool) -> list[Claim]:
    moves, readers, seconds = (20, 10, 4) if quick else (MOVES, READERS, SECONDS)
    claims = []
    for view, name, values in ((NEXT, "next token", TEMPERATURES), (TEXT, "text", WRITTEN)):
        async with session(server.port, PAGE) as reader:
            await reader.pick("view", view)
            for value in values[:3]:
                await reader.set("temperature", value)
            found = [await reader.set("temperature", values[i % len(values)]) for i in range(moves)]
        claims.append(_claim(f"slider to picture, {name}, one reader", found, 60))
        async with AsyncExitStack() as stack:
            visits = [await stack.enter_async_context(session(server.port, PAGE)) for _ in range(readers)]
            for visit in visits:
                await visit.pick("view", view)
            clicking = [_click(visit, values, seconds, i / readers, i) for i, visit in enumerate(visits)]
            found = [one for times in await asyncio.gather(*clicking) for one in times]
        claims.append(_claim(f"slider to picture, {name}, {readers} readers, 1 click/s", found, 300))
    return claims


async def _click(reader: Reader, values: list[float], seconds: float, offset: float, seed: int) -> list[float]:
    """Move the slider once a second; return how long each move took from the moment it was due.

    A reader whose page is still busy when the next move is due is held up by that too, so it counts.
    """
    chance, found = random.Random(seed), []
    start = time.perf_counter() + offset
    value = None
    for n in range(int(seconds)):
        due = start + n
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        value = chance.choice([v for v in values if v != value])
        await reader.set("temperature", value)
        found.append(time.perf_counter() - due)
    return found


def _claim(name: str, seconds: list[float], target: float) -> Claim:
    milliseconds = [1000 * s for s in seconds]
    values = (
        f"p50 {number(statistics.median(milliseconds))}, worst {number(max(milliseconds))} ms of {len(seconds)}; p95:"
    )
    return Claim(name, values, percentile(milliseconds, 0.95), target, "ms", at_least=False)
