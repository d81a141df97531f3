"""Fifty readers at once, each with texts of their own, on every view of every lesson: nobody sees an error."""

import asyncio
import random
import time
from collections.abc import Iterator

from bench.client import session
from bench.prose import PROSE
from bench.report import Claim, number, percentile
from bench.server import serve
from pages.kit.course import LESSONS

READERS, SEED = 50, 0
LENGTHS = (400, 2_000)  # characters of a reader's text
KINDS = ("text_area", "text_input")


def run(quick: bool) -> Iterator[Claim]:
    """One line a view: how many visits ended in an error, and how long a text took, first to last."""
    with serve() as server:
        server.wait_for_page()
        server.wait_for_model()
        for entry in LESSONS:
            for view in asyncio.run(_views(server.port, entry.name)):
                yield asyncio.run(_crowd(server.port, entry.name, view, 5 if quick else READERS))


async def _views(port: int, lesson: str) -> tuple[str, ...]:
    async with session(port, lesson) as reader:
        return reader.widgets["view"].options


async def _crowd(port: int, lesson: str, view: str, readers: int) -> Claim:
    randoms = [random.Random(f"{SEED} {lesson} {view} {number}") for number in range(readers)]
    found = await asyncio.gather(*(_visit(port, lesson, view, each) for each in randoms), return_exceptions=True)
    errors = [each for each in found if isinstance(each, BaseException)]
    seconds = sorted(each for each in found if isinstance(each, float)) or [0.0]
    values = f"{readers} readers, done after {number(percentile(seconds, 0.5))} to {number(seconds[-1])} s; errors:"
    if errors:
        values = f"{str(errors[0])[:80]}; errors:"
    return Claim(f"crowd, {lesson}: {view}", values, len(errors), 0, "", at_least=False)


async def _visit(port: int, lesson: str, view: str, randomly: random.Random) -> float:
    """Open a view, then give each of its text fields a stretch of prose; return the seconds in all."""
    began = time.perf_counter()
    async with session(port, lesson, f"view={view}") as reader:
        for key in [key for key, widget in reader.widgets.items() if widget.kind in KINDS]:
            length = randomly.randint(*LENGTHS)
            start = randomly.randrange(len(PROSE) - 400)
            if key in reader.widgets:
                await reader.set(key, PROSE[start : start + length])
    return time.perf_counter() - began
