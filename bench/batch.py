"""Eight texts at once, 64 new tokens each: our engine against itself one by one, transformers' batch and llama.cpp's."""

from collections.abc import Iterator
from functools import partial

from bench.peer import Speed, Task, interleave, peers
from bench.prompts import eight_prompts
from bench.report import Claim, compare

TOKENS, ROUNDS = 64, 4
ALONE = 4  # texts that are written one after another, which says as much as eight and takes half as long


def run(quick: bool) -> Iterator[Claim]:
    """Measure the four in turns; speeds are tokens a second of all texts, prompts included."""
    prompts = eight_prompts()
    task = Task(prompts, 16 if quick else TOKENS)
    alone = Task(prompts[:ALONE], task.tokens, together=False)
    with peers("ours", "transformers", "llama.cpp", texts=len(prompts)) as contestants:
        for peer in contestants:
            peer.run(Task(prompts, 4))
        jobs = [*(partial(p.run, task) for p in contestants), partial(contestants[0].run, alone)]
        ours, transformers, llama, one_by_one = interleave(jobs, 1 if quick else ROUNDS)

    def claim(name: str, speeds: list[Speed], target: float) -> Claim:
        found = [s.overall for s in ours], [s.overall for s in speeds]
        return compare(f"eight texts, against {name}", *found, name, target)

    yield claim("transformers fp32", transformers, 2.5)
    yield claim("one by one", one_by_one, 4.0)
    yield claim("llama.cpp", llama, 1.0)
