"""Reading a prompt: the compiled 4-bit decoder against the same decoder in PyTorch, float32, by length.

PyTorch's products of many rows are the fastest there are; the compiled ones are made for few. What is given up for long
prompts, and with it 540 MB of weights, shows here.
"""

import statistics
import time
from collections.abc import Iterator
from functools import partial

import torch

from bench.peer import THREADS, interleave
from bench.prompts import tokenizer
from bench.prose import PROSE
from bench.report import Claim
from core.pretrained import load_language_model
from core.pretrained.causal_lm import LanguageModel, finish

LENGTHS = (8, 16, 32, 64, 128, 256, 512)
LOOKED_INTO, LOOK_MS = 64, 400.0  # tokens whose trace (attentions, hidden vectors, scores) may take so long


def run(quick: bool) -> Iterator[Claim]:
    """Measure both at each length in turns; the ratio is PyTorch's time to ours."""
    ours, plain = (load_language_model(device="cpu", precision=precision) for precision in ("int4", "fp32"))
    text = tokenizer().encode(PROSE)

    def read(ids: list[int], model: LanguageModel) -> float:
        cache = model.new_cache(1, max(LENGTHS))
        model.use_threads(THREADS)
        began = time.perf_counter()
        finish(model.prefill(ids, cache, 0))
        seconds = time.perf_counter() - began
        torch.set_num_threads(1)  # PyTorch's threads wait awake for a while, and would slow the other model down
        return 1000 * seconds

    for length in LENGTHS:
        ids = (text * 2)[:length]
        jobs = [partial(read, ids, ours), partial(read, ids, plain)]
        interleave(jobs, 1)
        compiled, torchs = interleave(jobs, 3 if quick else 7)
        ratio = statistics.median(b / a for a, b in zip(compiled, torchs, strict=True))
        values = f"compiled {statistics.median(compiled):.1f}, PyTorch fp32 {statistics.median(torchs):.1f} ms"
        yield Claim(f"reading {length} tokens", values, ratio)

    def look(ids: list[int]) -> float:
        ours.use_threads(THREADS)
        began = time.perf_counter()
        ours.trace(ids)
        return 1000 * (time.perf_counter() - began)

    look(text[:LOOKED_INTO])
    took = sorted(look(text[:LOOKED_INTO]) for _ in range(3 if quick else 7))
    values = f"{took[0]:.0f} to {took[-1]:.0f} ms"
    yield Claim(f"a trace of {LOOKED_INTO} tokens", values, statistics.median(took), LOOK_MS, unit="ms", at_least=False)
