"""Reading a prompt: packed bf16 weights against the 4-bit kernel, by length. Justifies `WIDE_FROM` in `llama.py`."""

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
from core.pretrained.causal_lm import LlamaModel
from core.pretrained.decoder import Layer
from core.pretrained.llama import WIDE_FROM

LENGTHS = (8, 16, 24, 32, 64, 128, 256, 512)
EVEN = 0.95  # a kernel that is 5 % slower than the other at some length is still as good a choice


def run(quick: bool) -> Iterator[Claim]:
    """Measure both at each length in turns; the one that `WIDE_FROM` chooses should be the faster."""
    model = load_language_model(device="cpu")
    assert isinstance(model, LlamaModel)
    torch.set_num_threads(THREADS)
    text = tokenizer().encode(PROSE)
    narrow, wide = model.llama.narrow, model.llama.layers_for(model.context)
    cache = model.new_cache(1, max(LENGTHS))

    def read(ids: list[int], layers: list[Layer]) -> float:
        began = time.perf_counter()
        with torch.inference_mode():
            for last in model.llama.decoder.prefill(ids, layers, cache, 0):
                x = last
            model.llama.decoder.logits(x)
        return 1000 * (time.perf_counter() - began)

    for length in LENGTHS:
        ids = (text * 2)[:length]
        jobs = [partial(read, ids, narrow), partial(read, ids, wide)]
        interleave(jobs, 1)
        int4, bf16 = interleave(jobs, 3 if quick else max(5, min(40, 4000 // length)))
        chosen, other, name = (bf16, int4, "packed bf16") if length >= WIDE_FROM else (int4, bf16, "4-bit")
        ratio = statistics.median(b / a for a, b in zip(chosen, other, strict=True))
        values = f"4-bit {statistics.median(int4):.1f}, packed bf16 {statistics.median(bf16):.1f} ms"
        yield Claim(f"reading {length} tokens: {name} is chosen", values, ratio, EVEN)
