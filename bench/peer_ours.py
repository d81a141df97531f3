"""Our own decoder, through the engine that serves the app's readers."""

import time

from bench.peer import Speed, Task, answers
from core.generation.decoding import Sampling
from core.pretrained import load_language_model
from core.serving.engine import Engine
from core.serving.work import Run

POLL_SECONDS = 0.0005


def write(engine: Engine, prompts: list[list[int]], tokens: int) -> Speed:
    """Write all texts at once and return how fast that was."""
    began = time.perf_counter()
    runs = [engine.submit(ids, Sampling(temperature=0, max_new_tokens=tokens)) for ids in prompts]
    first = _first_token(runs[0])
    for run in runs:
        run.wait()
    ended = time.perf_counter()
    return Speed(len(runs) * tokens / (ended - began), (tokens - 1) / (ended - first))


def _first_token(run: Run) -> float:
    """Return when the first token was there."""
    while not run.written and not run.over:
        time.sleep(POLL_SECONDS)
    return time.perf_counter()


def main() -> None:
    engine = Engine(lambda device: load_language_model(device="cpu"))
    engine.ready(None)

    def do(task: Task) -> Speed:
        if task.together:
            return write(engine, task.prompts, task.tokens)
        began = time.perf_counter()
        speeds = [write(engine, [ids], task.tokens) for ids in task.prompts]
        overall = len(speeds) * task.tokens / (time.perf_counter() - began)
        return Speed(overall, sum(s.after_first for s in speeds) / len(speeds))

    with answers() as serve:
        serve(do)
    engine.close()


if __name__ == "__main__":
    main()
