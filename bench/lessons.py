"""How long a moved control takes on the pages of the lessons, and how soon their first picture is there."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from typing import Any

from bench.client import session
from bench.report import Claim, number, percentile
from bench.server import Server, serve

VISITS = 9
OWN = tuple(
    f"The old {name} bought a small house near the river."
    for name in ("man", "woman", "doctor", "writer", "king", "baker", "nurse", "judge", "priest", "farmer")
)
# page, link, control, the values that it is given one after another, what may be at most (ms)
MOVES: tuple[tuple[str, str, str, tuple[Any, ...], float], ...] = (
    ("rnn", "", "place", tuple(range(20, 80)), 100),
    ("rnn", "view=Memory", "place", tuple(range(20, 80)), 100),
    ("rnn", "view=Step by step", "place", tuple(range(20, 80)), 100),
    ("four_shapes", "", "hours", tuple(range(15, 40)), 100),
    ("four_shapes", "view=Emoji", "number", tuple(range(2, 20)), 400),
    ("vanishing_gradients", "", "length", tuple(range(40, 70)), 100),
    ("vanishing_gradients", "", "length", (*range(186, 201),), 300),
    ("lstm_gates", "", "value", tuple(round(0.05 * i, 2) for i in range(1, 20)), 100),
    ("lstm_gates", "view=Gates", "place", tuple(range(10, 60)), 100),
    ("char_rnn", "", "moment", tuple(range(12)), 100),
    ("char_rnn", "view=One unit", "follows", ("word", "vowel", "quote"), 100),
    ("encoder_decoder", "", "words", tuple(range(3, 41)), 100),
    ("encoder_decoder", "view=One vector", "amount", tuple(round(0.05 * i, 2) for i in range(21)), 100),
    ("encoder_decoder", "view=One vector", "text", OWN, 400),
    (
        "encoder_decoder",
        "view=Spelling",
        "word",
        ("river", "station", "encyclopedia", "lieutenant", "translation"),
        400,
    ),
    ("alignment", "", "text", OWN, 400),
    ("alignment", "", "hide", tuple(range(1, 13)), 400),
    ("alignment", "view=One step", "step", tuple(range(1, 15)), 100),
    ("attention_search", "view=Library", "temperature", tuple(round(0.01 * i, 2) for i in range(11, 60)), 100),
    ("attention_search", "view=Library", "query", tuple(f"how does number {n} work" for n in range(20)), 100),
    ("attention_search", "", "keys_temperature", tuple(round(0.05 * i, 2) for i in range(2, 52)), 100),
    ("attention_search", "view=Why divide", "width", tuple(range(100, 150)), 100),
    ("attention_search", "view=A real head", "head", tuple(range(1, 13)), 100),
    ("self_attention", "", "head", tuple(range(1, 13)), 100),
    ("self_attention", "view=One head", "rank", tuple(range(2, 40)), 100),
    ("positional_encoding", "view=The code", "position", tuple(range(21, 60)), 100),
    ("positional_encoding", "view=Longer", "length", tuple(range(16, 256, 16)), 100),
    ("transformer_anatomy", "", "block", tuple(range(1, 31)), 100),
    ("transformer_anatomy", "text=The old man bought a small house near the", "block", tuple(range(1, 31)), 400),
    ("transformer_anatomy", "view=One number", "layer", tuple(range(1, 31)), 100),
    ("recurrence_vs_attention", "", "seconds", tuple(range(1, 40)), 100),
    ("recurrence_vs_attention", "view=Dense", "shift", tuple(range(9)), 100),
    ("induction", "view=Training", "step", tuple(range(0, 400, 10)), 100),
    ("language_model", "", "kept", tuple(range(1, 9)), 100),
    ("language_model", "view=How far back", "context", ("1", "2", "3", "4", "8", "16", "32"), 100),
    ("listening", "view=Words", "word", tuple(range(1, 8)), 100),
    ("gpt_vs_bert", "", "place", tuple(range(1, 12)), 400),
    ("why_order", "view=Pixels", "digit", tuple(range(5, 40)), 100),
    ("why_order", "view=Kinds", "back", tuple(range(21, 60)), 100),
    ("market", "", "days", ("5", "10", "40"), 100),
    ("seq2seq_tasks", "", "rounds", tuple(range(2, 7)), 100),
    ("sentiment", "", "word", tuple(range(1, 10)), 100),
    ("listening", "", "noise", tuple(range(0, 30, 3)), 400),
    ("word_vectors", "", "done", tuple(range(0, 20)), 100),
)


def run(quick: bool) -> Iterator[Claim]:
    """Measure from sending the control's new value to receiving the last chart; each value is new to the server."""
    with serve() as server:
        server.wait_for_page()
        server.wait_for_model()
        for page in dict.fromkeys(move[0] for move in MOVES):
            yield asyncio.run(_first(server, page, 3 if quick else VISITS))
        for page, link, key, values, target in MOVES:
            yield asyncio.run(_move(server, page, link, key, values[:6] if quick else values, target))


async def _first(server: Server, page: str, visits: int) -> Claim:
    """Open the page anew, again and again: a visit's first run, on a server that is warm."""
    found = []
    for _ in range(visits):
        began = time.perf_counter()
        async with session(server.port, page) as reader:
            found.append(time.perf_counter() - began)
            if not any(kind == "plotly_chart" for kind, _ in reader.elements):
                raise RuntimeError(f"{page} shows no picture")
    values = f"median {number(statistics.median(found))}, of {visits} visits; the slowest:"
    return Claim(f"{page}: opened, warm server", values, max(found), 1.5, "s", at_least=False)


async def _move(server: Server, page: str, link: str, key: str, values: tuple[Any, ...], target: float) -> Claim:
    """Move one control through `values`; the first move is not counted."""
    pictured, whole = [], []
    async with session(server.port, page, link) as reader:
        for value in values:
            whole.append(1000 * await reader.set(key, value))
            pictured.append(1000 * reader.pictured)
    found = pictured[1:]
    shown = f"p50 {number(statistics.median(found))}, whole page {number(statistics.median(whole[1:]))} of {len(found)}; p95:"
    what = link.partition("=")[2] or "first picture"
    return Claim(f"{page}, {what}: {key} to picture", shown, percentile(found, 0.95), target, "ms", at_least=False)
