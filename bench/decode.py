"""One text, 128 new tokens, two threads: our engine against transformers in float32 and llama.cpp on the same file."""

from collections.abc import Iterator
from functools import partial

from bench.peer import Speed, Task, interleave, peers
from bench.prompts import default_prompt
from bench.report import Claim, compare

TOKENS, ROUNDS = 128, 7


def run(quick: bool) -> Iterator[Claim]:
    """Measure the three in turns, with the prompt's share of the time and without."""
    task = Task([default_prompt()], 32 if quick else TOKENS)
    with peers("ours", "transformers", "llama.cpp", texts=1) as contestants:
        for peer in contestants:
            peer.run(Task(task.prompts, 16))
        ours, transformers, llama = interleave([partial(p.run, task) for p in contestants], 2 if quick else ROUNDS)

    def overall(name: str, speeds: list[Speed], target: float) -> Claim:
        return compare(
            f"one text, against {name}", [s.overall for s in ours], [s.overall for s in speeds], name, target
        )

    yield overall("transformers fp32", transformers, 2.5)
    yield overall("llama.cpp", llama, 0.95)
    yield compare(
        "one text, against llama.cpp, after the first token",
        [s.after_first for s in ours],
        [s.after_first for s in llama],
        "llama.cpp",
        0.95,
    )
