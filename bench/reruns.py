"""What a rerun of each view costs the server when nothing has to be computed: its processor's time, whatever else runs."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from bench.client import session
from bench.report import Claim
from bench.server import serve
from pages.kit.course import LESSONS

RERUNS, TARGET = 40, 25  # ms


def run(quick: bool) -> Iterator[Claim]:
    """One line a view, the shelves warm."""
    with serve() as server:
        server.wait_for_page()
        server.wait_for_model()
        for entry in LESSONS:
            yield from asyncio.run(_views(server.port, server.pid, entry.name, 10 if quick else RERUNS))


async def _views(port: int, pid: int, lesson: str, reruns: int) -> list[Claim]:
    claims = []
    async with session(port, lesson) as reader:
        for number, view in enumerate(reader.widgets["view"].options):
            await reader.pick("view", number)
            for _ in range(3):
                await reader.rerun()
            before, bytes_before = _milliseconds(pid), reader.received
            for _ in range(reruns):
                await reader.rerun()
            cost = (_milliseconds(pid) - before) / reruns
            values = f"{(reader.received - bytes_before) / reruns / 1000:.0f} kB sent, {reruns} reruns; each:"
            claims.append(Claim(f"rerun, {lesson}: {view}", values, cost, TARGET, "ms", at_least=False))
    return claims


def _milliseconds(pid: int) -> float:
    """Return how long a process has kept processors busy, by itself and in the system, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
