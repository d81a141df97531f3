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
