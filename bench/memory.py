"""How much memory the server takes: one lesson in use, then a visit of every view of every lesson, then many reruns."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from bench.client import session
from bench.page import NEXT, PAGE, TEXT
from bench.prose import PROSE
from bench.report import Claim
from bench.server import Memory, serve
from pages.kit.course import LESSONS

TARGET = 800  # MB
VISIT = 1_100  # MB, after every view of every lesson was open, each with a text of the reader's own
GROWTH = 5  # MB that a thousand reruns may add, once the shelves are full
RERUNS = 1_000
OWN = "The old doctor bought a small house near the river. It was too tired to cross the street."


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
        for entry in LESSONS:
            asyncio.run(_visit(server.port, entry.name))
            yield _claim(f"server, after {entry.name}", server.memory(), VISIT if entry is LESSONS[-1] else None)
        reruns = RERUNS // 10 if quick else RERUNS
        asyncio.run(_move(server.port, reruns))  # fills the shelves, so that what grows after that is a leak
        before = server.memory()
        asyncio.run(_move(server.port, reruns))
        after = server.memory()
        values = f"resident {before.resident:.0f} MB before, {after.resident:.0f} after {reruns}"
        grown = (after.resident - before.resident) * 1_000 / reruns
        yield Claim("server, growth in 1,000 reruns", values, grown, GROWTH, "MB", at_least=False)


async def _visit(port: int, lesson: str) -> None:
    """Open every view of a lesson, and give each of its text fields a text of one's own."""
    async with session(port, lesson) as reader:
        for number in range(len(reader.widgets["view"].options)):
            await reader.pick("view", number)
            for key in [key for key, widget in reader.widgets.items() if widget.kind in ("text_area", "text_input")]:
                if key in reader.widgets:
                    await reader.set(key, OWN)


async def _move(port: int, reruns: int) -> None:
    """Move one control of a lesson to and fro, so many times."""
    async with session(port, "rnn") as reader:
        for number in range(reruns):
            await reader.set("since", 1 + number % 12)


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
