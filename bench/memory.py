"""How much memory the server takes with a lesson open, a text written and a few controls moved."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from bench.client import session
from bench.page import NEXT, PAGE, TEXT
from bench.prose import PROSE
from bench.report import Claim
from bench.server import Memory, serve

TARGET = 800  # MB


def run(quick: bool) -> Iterator[Claim]:
    """Follow the server's memory from its start; the line with the target is the lesson in use."""
    with serve() as server:
        server.wait_for_page()
        yield _claim("server, before the model is loaded", server.memory())
        server.wait_for_model()
        yield _claim("server, model loaded and warm", server.memory())
        steps = ["server, lesson open after 5 reruns", "server, and a text written", "server, and after a long prompt"]
        found = asyncio.run(_collect(_use(server.port), server.memory))
        for name, memory in zip(steps, found, strict=True):
            yield _claim(name, memory, TARGET if name == steps[1] else None)


async def _collect(steps: AsyncIterator[None], measure: Callable[[], Memory]) -> list[Memory]:
    return [measure() async for _ in steps]


async def _use(port: int) -> AsyncIterator[None]:
    """Use the lesson as a reader would, pausing after each step."""
    async with session(port, PAGE) as reader:
        for value in (0.5, 0.8, 1.1, 1.4, 1.0):
            await reader.set("temperature", value)
        yield
        await reader.pick("view", TEXT)
        yield
        await reader.pick("view", NEXT)
        await reader.set("prompt", PROSE)
        await reader.pick("view", TEXT)
        yield


def _claim(name: str, memory: Memory, target: float | None = None) -> Claim:
    values = f"PSS {memory.share:.0f}, highest so far {memory.peak:.0f} MB; resident:"
    return Claim(name, values, memory.resident, target, "MB", at_least=False)
